"""What a result depends on: a hash of its code and of its data.

The hash ignores comments, docstrings and layout, so that a better explanation does
not make a result stale, and follows imports into `course_utils`, so that a changed
helper does.
"""

from __future__ import annotations

import ast
import hashlib
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# How data are fetched, or replaced by a sample, changes no published number; how a
# number is drawn or published changes a page, but not the number.
FETCHING = frozenset({"__main__.py", "fetch.py", "runtime.py", "samples.py"})
SHOWING = frozenset({"claims.py", "plots.py"})
PARTS = ("*.py", "*.js", "*.css")


def text_of(path: Path) -> str:
    """Read a file; of Python only what it does, of a script all."""
    text = path.read_text(encoding="utf-8")
    return code_text(text) if path.suffix == ".py" else text


def code_text(source: str) -> str:
    """Return a form of Python source that changes only with what the code does."""
    tree = _what_an_import_runs(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and body:
            first = body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body = body[1:] or [ast.Pass()]
    return _dumped(tree)


def _dumped(tree: ast.Module) -> str:
    """Write a tree as Python 3.11 does; later versions add a field, and omit others."""
    how = {"show_empty": True} if sys.version_info >= (3, 13) else {}
    return ast.dump(tree, **how).replace(", type_params=[]", "")


def _what_an_import_runs(source: str) -> ast.Module:
    """Parse without ``if __name__ == "__main__":``, which no import ever runs."""
    tree = ast.parse(source)
    tree.body = [node for node in tree.body if not _is_for_the_command_line(node)]
    return tree


def _is_for_the_command_line(node: ast.stmt) -> bool:
    if not isinstance(node, ast.If) or node.orelse:
        return False
    return ast.unparse(node.test) == "__name__ == '__main__'"


def without_magics(source: str) -> str:
    """Blank out IPython's own lines, which are not Python."""
    return re.sub(r"^\s*[%!].*$", "pass", source, flags=re.MULTILINE)


def used_modules(source: str) -> set[Path]:
    """List the project's files that some source imports, directly or through others."""
    found: set[Path] = set()
    waiting = _imported(source)
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            if path.suffix == ".py":
                waiting |= _imported(path.read_text(encoding="utf-8")) - found
    return found


def _imported(source: str) -> set[Path]:
    names = set()
    for node in ast.walk(_what_an_import_runs(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
            names.add(node.module)
    return {path for name in names for path in _files(name)}


def _files(name: str) -> list[Path]:
    parts = name.split(".")
    if parts[0] not in {"course_utils", "experiments"} or len(parts) == 1:
        return []
    target = ROOT.joinpath(*parts)
    if target.with_suffix(".py").is_file():
        return [target.with_suffix(".py")]
    return sorted(path for kind in PARTS for path in target.glob(kind))


def digest(source: str, data: tuple[str, ...], without: frozenset[str]) -> str:
    """Hash some source, what it uses of `course_utils`, and its data sets.

    Parameters
    ----------
    source
        Python source, possibly with IPython's own lines.
    data
        Names of data sets.
    without
        File names of modules that do not matter here.
    """
    from course_utils import datasets

    source = without_magics(source)
    total = hashlib.sha256(code_text(source).encode())
    for path in sorted(used_modules(source)):
        if path.name not in without:
            total.update(path.relative_to(ROOT).as_posix().encode())
            total.update(text_of(path).encode())
    for name in sorted(data):
        total.update(repr(datasets.info(name).sha256).encode())
    return total.hexdigest()[:16]
