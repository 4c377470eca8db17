"""Sphinx extension: the directives of the instructors' page.

``{course-table} timings`` or ``slips``, and ``{course-plan} 09:00`` with a step a line;
see `tools.instructors`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

# Jupyter Book puts this folder on the path, but not the repository.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools import instructors


class _Generated(SphinxDirective):
    """Parses what a function writes, as if it stood in the page."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Parse the text into the page."""
        place = nodes.container()
        lines = StringList(self.write().splitlines(), source=self.env.docname)
        self.state.nested_parse(lines, self.content_offset, place)
        self.env.note_reread()
        return place.children

    def write(self) -> str:
        """Return the text to parse."""
        raise NotImplementedError


class CourseTable(_Generated):
    """A table that the notebooks and exercises are the source of."""

    def write(self) -> str:
        """Write the table that is named."""
        return instructors.TABLES[self.arguments[0]]()


class CoursePlan(_Generated):
    """A plan of a day, with the time of each step."""

    def write(self) -> str:
        """Write the plan of the lines that stand in the directive."""
        return instructors.plan("\n".join(self.content), self.arguments[0])


def setup(app: Sphinx) -> dict:
    """Register with Sphinx."""
    app.add_directive("course-table", CourseTable)
    app.add_directive("course-plan", CoursePlan)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
