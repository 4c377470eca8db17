"""Bring the verified bytes of a data set's files, from wherever they are.

Looked for in this order: the folder in ``COURSE_DATA_DIR``, the cache, the source.
A file is read once, its SHA-256 is taken of what was read, and the same bytes are
handed on: nothing can change between the check and the parser. What the source
sends is checked in memory, so a bad download never reaches the disk.

Environment variables: ``COURSE_DATA_DIR`` (a folder with ``<dataset>/<file>``, never
written to), ``COURSE_CACHE_DIR`` (instead of the user's cache folder, same layout)
and ``COURSE_OFFLINE`` (1: never download).
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
import time
import uuid
import warnings
from pathlib import Path
from urllib.parse import urlsplit

from .registry import DataError, DataFile, data_files

CONNECT_TIMEOUT_S = 5.0
"""Seconds to wait for a connection, for each address of the host."""
READ_TIMEOUT_S = 20.0
"""Seconds to wait for the next bytes."""
DEADLINE_S = 600.0
"""Seconds one file may take, however steadily its bytes trickle in."""
ATTEMPTS = 3
"""How often a download is tried."""
PATIENCE_S = 30.0
"""No further attempt begins after this many seconds."""
BACKOFF_S = 0.5
"""Seconds before the second attempt; doubled before each later one."""
REMEMBER_S = 300.0
"""Seconds for which a host that did not answer is not asked again."""

_TRY_AGAIN = frozenset({429, 500, 502, 503, 504})
# Small, so that the deadline is looked at often: a chunk is waited for whole.
_CHUNK = 256
_DAY_S = 86_400

# Hosts that gave no answer: when, and why. Eight loads must not wait eight times.
_silent_hosts: dict[str, tuple[float, str]] = {}
# Stands in, for the life of the process, for a cache that cannot be written.
_session_cache: list[tempfile.TemporaryDirectory] = []


class Unavailable(Exception):
    """The real data cannot be had now; the message completes "because ...".

    Parameters
    ----------
    reason : str
        A clause without a full stop.
    again : bool, default False
        Whether the next attempt may succeed.
    silent : bool, default False
        Whether the host gave no answer at all, and need not be asked again soon.
    """

    def __init__(self, reason: str, again: bool = False, silent: bool = False) -> None:
        super().__init__(reason)
        self.again = again
        self.silent = silent


def read(name: str) -> dict[str, bytes]:
    """Read all files of a data set, downloading what is not here.

    Parameters
    ----------
    name : str
        One of `course_utils.datasets.names`.

    Returns
    -------
    dict of str to bytes
        The verified content of each file, by its path in ``info(name).files``.

    Raises
    ------
    DataError
        If a file in ``COURSE_DATA_DIR`` or a download is not the known one.
    Unavailable
        If the files are neither here nor to be had from their source.
    """
    contents = {}
    for file in data_files(name):
        contents[file.path] = _read_file(file)
    return contents


def locate(name: str) -> str | None:
    """Tell where a data set is, without downloading or changing anything.

    Parameters
    ----------
    name : str
        One of `course_utils.datasets.names`.

    Returns
    -------
    str or None
        ``"COURSE_DATA_DIR"``, ``"cache"``, or both for a data set found partly in
        each; None if a file is missing or its cached copy is damaged.

    Raises
    ------
    DataError
        If a file in ``COURSE_DATA_DIR`` is not the known one.
    """
    places = []
    for file in data_files(name):
        if _from_data_dir(file) is not None:
            places.append("COURSE_DATA_DIR")
        elif _first_intact(file) is not None:
            places.append("cache")
        else:
            return None
    return " and ".join(dict.fromkeys(places))


def copy_to(name: str, folder: Path) -> list[Path]:
    """Write the verified files of a data set below a folder, downloading if needed.

    Parameters
    ----------
    name : str
        One of `course_utils.datasets.names`.
    folder : Path
        The files are written to ``<folder>/<name>/<file>``; right ones are left
        alone.

    Returns
    -------
    list of Path
        The files that were written.

    Raises
    ------
    DataError
        If a file in ``COURSE_DATA_DIR`` or a download is not the known one.
    Unavailable
        If the files are neither here nor to be had from their source.
    OSError
        If the folder cannot be written to.
    """
    written = []
    for file in data_files(name):
        target = folder / file.dataset / file.path
        if _content_if_intact(target, file) is None:
            content = _from_data_dir(file) or _first_intact(file) or _download(file)
            _place(content, target)
            written.append(target)
    return written


def copies(name: str) -> list[tuple[Path, bool]]:
    """List every copy of a data set's files on this machine, and whether it is right.

    Parameters
    ----------
    name : str
        One of `course_utils.datasets.names`.

    Returns
    -------
    list of (Path, bool)
        Each file found in ``COURSE_DATA_DIR`` and in the cache; False for one that
        has another hash, or cannot be read.
    """
    own = data_dir()
    folders = ([own] if own else []) + [cache_dir()]
    paths = [
        (folder / file.dataset / file.path, file)
        for folder in folders
        for file in data_files(name)
    ]
    return [
        (path, _content_if_intact(path, file) is not None)
        for path, file in paths
        if os.path.lexists(path)
    ]


def data_dir() -> Path | None:
    """Return the folder in ``COURSE_DATA_DIR``; None if that is not set.

    Returns
    -------
    Path or None
        An absolute path.

    Raises
    ------
    DataError
        If it is set, but no such folder exists.
    """
    value = os.environ.get("COURSE_DATA_DIR", "")
    if not value:
        return None
    folder = Path(value).expanduser().absolute()
    if not folder.is_dir():
        raise DataError(
            f"COURSE_DATA_DIR is {value!r}, but there is no folder {folder}: set it to "
            "the folder that holds <dataset>/<file>, or unset it."
        )
    return folder


def cache_dir() -> Path:
    """Return the cache folder: ``COURSE_CACHE_DIR``, or the user's own.

    Returns
    -------
    Path
        An absolute path; the folder need not exist yet.
    """
    value = os.environ.get("COURSE_CACHE_DIR", "")
    if value:
        return Path(value).expanduser().absolute()
    import pooch

    return Path(pooch.os_cache("course-utils"))


def offline() -> bool:
    """Tell whether ``COURSE_OFFLINE`` forbids downloads.

    Returns
    -------
    bool
        True if the variable is set to anything but 0.
    """
    return os.environ.get("COURSE_OFFLINE", "") not in ("", "0")


def _read_file(file: DataFile) -> bytes:
    content = _from_data_dir(file)
    if content is None:
        content = _first_intact(file)
    if content is not None:
        return content
    damaged = _delete_damaged_copy(file)
    try:
        content = _download(file)
    except Unavailable as why:
        # `from None`: a reader needs the sentence, not the chain that led to it.
        raise Unavailable(f"{damaged}{why}") from None
    _keep(content, file)
    return content


def _from_data_dir(file: DataFile) -> bytes | None:
    folder = data_dir()
    if folder is None:
        return None
    path = folder / file.dataset / file.path
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise DataError(
            f"{path} in COURSE_DATA_DIR cannot be read ({error.strerror}): make it "
            "readable, or take it out of the folder."
        ) from error
    if not _is_known(content, file):
        raise DataError(
            f"{path} in COURSE_DATA_DIR is not the known file {file.label}: "
            f"{_difference(content, file)}; replace it with a copy from {file.url}, or "
            "take it out of the folder."
        )
    return content


def _first_intact(file: DataFile) -> bytes | None:
    contents = (_content_if_intact(path, file) for path in _cached_paths(file))
    return next((content for content in contents if content is not None), None)


def _cached_paths(file: DataFile) -> list[Path]:
    folders = [cache_dir(), *(Path(folder.name) for folder in _session_cache)]
    return [folder / file.dataset / file.path for folder in folders]


def _content_if_intact(path: Path, file: DataFile) -> bytes | None:
    try:
        content = path.read_bytes()
    except OSError:
        return None
    return content if _is_known(content, file) else None


def _delete_damaged_copy(file: DataFile) -> str:
    """Delete a cached file known to be wrong; return a clause that says so."""
    path = cache_dir() / file.dataset / file.path
    try:
        path.unlink()
    except FileNotFoundError:
        return ""
    except OSError as error:
        if not path.is_file():
            return ""
        return (
            f"the cached {path} is damaged and cannot be deleted "
            f"({error.strerror}), and "
        )
    return f"the cached {path} was damaged and has been deleted, and "


def _is_known(content: bytes, file: DataFile) -> bool:
    return hashlib.sha256(content).hexdigest() in file.sha256


def _difference(content: bytes, file: DataFile) -> str:
    expected = " or ".join(file.sha256)
    return (
        f"expected SHA-256 {expected} ({file.size} bytes), got "
        f"{hashlib.sha256(content).hexdigest()} ({len(content)} bytes)"
    )


def _download(file: DataFile) -> bytes:
    _raise_if_not_worth_asking(file)
    content = _get_patiently(file)
    if not _is_known(content, file):
        raise DataError(
            f"The download of {file.label} from {file.url} was thrown away because it "
            f"is not the known file: {_difference(content, file)}; a log-in page or a "
            "proxy may have answered instead, so try again on another network, or set "
            "COURSE_OFFLINE=1 to work with sample data."
        )
    return content


def _raise_if_not_worth_asking(file: DataFile) -> None:
    if offline():
        raise Unavailable(f"COURSE_OFFLINE forbids the download of {file.label}")
    when, reason = _silent_hosts.get(_host(file), (0.0, ""))
    waited = time.monotonic() - when
    if reason and waited < REMEMBER_S:
        raise Unavailable(
            f"{file.label} cannot be downloaded ({reason} {waited:.0f} s ago; it is "
            f"asked again after {REMEMBER_S:.0f} s)"
        )


def _get_patiently(file: DataFile) -> bytes:
    started = time.monotonic()
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _get(file)
        except Unavailable as why:
            late = time.monotonic() - started > PATIENCE_S
            if attempt == ATTEMPTS or late or not why.again:
                if why.silent:
                    _silent_hosts[_host(file)] = (time.monotonic(), str(why))
                raise Unavailable(
                    f"{file.label} cannot be downloaded ({why})"
                ) from None
        time.sleep(BACKOFF_S * 2 ** (attempt - 1))
    raise AssertionError("the last attempt returns or raises")


def _get(file: DataFile) -> bytes:
    import requests
    from pooch import HTTPDownloader

    body, responses = _Body(file), []
    download = HTTPDownloader(
        chunk_size=_CHUNK,
        timeout=(CONNECT_TIMEOUT_S, READ_TIMEOUT_S),
        hooks={"response": lambda response, **_: responses.append(response)},
    )
    try:
        download(file.url, body, None)
    # ValueError: a header or an address that makes no sense.
    except (requests.exceptions.RequestException, ValueError) as error:
        raise _explain(error, file, body) from error
    finally:
        # pooch leaves the connection open where a transfer ends early.
        for response in responses:
            response.close()
    return body.getvalue()


class _Body(io.BytesIO):
    """What a source has sent so far; refuses too much, and too slowly."""

    def __init__(self, file: DataFile) -> None:
        super().__init__()
        self._file = file
        self._deadline = time.monotonic() + DEADLINE_S

    def write(self, chunk: bytes) -> int:
        if self.tell() + len(chunk) > self._file.size:
            raise DataError(
                f"The download of {self._file.label} from {self._file.url} was broken "
                f"off and thrown away because more than the expected "
                f"{self._file.size} bytes came: try again on another network, or set "
                "COURSE_OFFLINE=1 to work with sample data."
            )
        if time.monotonic() > self._deadline:
            raise Unavailable(
                f"{_host(self._file)} sent only {self.tell()} of {self._file.size} "
                f"bytes in {DEADLINE_S:g} s",
                silent=True,
            )
        return super().write(chunk)


def _explain(error: Exception, file: DataFile, body: io.BytesIO) -> Unavailable:
    from requests import exceptions

    host = _host(file)
    if isinstance(error, exceptions.HTTPError):
        status = error.response.status_code
        return Unavailable(f"{host} answered {status}", again=status in _TRY_AGAIN)
    if isinstance(error, exceptions.ConnectTimeout):
        reason = f"{host} could not be reached in {CONNECT_TIMEOUT_S:g} s"
        return Unavailable(reason, again=True, silent=True)
    if isinstance(error, exceptions.ReadTimeout) or "Read timed out" in str(error):
        reason = f"{host} stopped sending for {READ_TIMEOUT_S:g} s"
        return Unavailable(reason, again=True, silent=True)
    if isinstance(error, exceptions.SSLError):
        return Unavailable(f"{host} has no certificate that can be trusted")
    if isinstance(error, exceptions.ConnectionError):
        return Unavailable(f"no connection to {host}", again=True, silent=True)
    got = f"{body.tell()} of {file.size} bytes"
    reason = f"the transfer from {host} broke off after {got}"
    return Unavailable(f"{reason} ({type(error).__name__})", again=True)


def _host(file: DataFile) -> str:
    return urlsplit(file.url).netloc


def _keep(content: bytes, file: DataFile) -> None:
    folder = cache_dir()
    try:
        _place(content, folder / file.dataset / file.path)
    except OSError as error:
        warnings.warn(
            f"{file.label} cannot be kept in the cache folder {folder} "
            f"({error.strerror}), so it is downloaded again in each new session: set "
            "COURSE_CACHE_DIR to a folder you can write to.",
            # To the line that called load_*: this, _read_file, read, _load, load_*.
            stacklevel=6,
        )
        _keep_for_this_session(content, file)


def _keep_for_this_session(content: bytes, file: DataFile) -> None:
    try:
        if not _session_cache:
            _session_cache.append(tempfile.TemporaryDirectory(prefix="course-utils-"))
        _place(content, Path(_session_cache[0].name) / file.dataset / file.path)
    except OSError:
        # Nothing is lost: the caller has the content in memory already.
        return


def _place(content: bytes, path: Path) -> None:
    """Write a file so that others see all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_stale_parts(path.parent)
    # Opened by its own name, not by `tempfile`, whose files only the owner may read.
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        part.write_bytes(content)
        os.replace(part, path)
    except PermissionError:
        # Windows refuses while another process reads the file it has just placed.
        if not path.is_file() or path.read_bytes() != content:
            raise
    finally:
        if part.exists():
            part.unlink()


def _remove_stale_parts(folder: Path) -> None:
    # Left by a process that was killed; never read, but they take up room.
    for part in folder.glob(".*.part"):
        try:
            if time.time() - part.stat().st_mtime > _DAY_S:
                part.unlink()
        except OSError:
            continue
