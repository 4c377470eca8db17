"""The data sets: what arrives is right, or one sentence says why not.

Nothing here needs a network: a server on this machine stands in for the sources. The
facts about the real files, marked ``real_data``, need COURSE_DATA_DIR.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import os
import re
import socket
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from course_utils import datasets
from course_utils.datasets import fetch, loaders, registry, samples
from course_utils.datasets.__main__ import main

try:
    from http_faults import serving
except ImportError:  # collected as a package
    from tests.http_faults import serving

ROOT = Path(datasets.__file__).parents[2]
REAL_FOLDER = os.environ.get("COURSE_DATA_DIR", "")
if REAL_FOLDER:
    REAL_FOLDER = str(Path(REAL_FOLDER).absolute())

NAMES = (
    "energy",
    "mnist",
    "shakespeare",
    "bitcoin",
    "gdp",
    "reviews",
    "intents",
    "titles",
)
LOADERS = {name: getattr(datasets, f"load_{name}") for name in NAMES}
PLAY_CHARACTERS = set(
    "\n !$&',-.3:;?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)


REAL_MARKS = (
    pytest.mark.real_data,
    pytest.mark.skipif(
        not REAL_FOLDER, reason="asserts facts of the real data: set COURSE_DATA_DIR"
    ),
)


def real_data(test):
    """Mark a test that asserts something of the real files."""
    for mark in REAL_MARKS:
        test = mark(test)
    return test


def gdp_csv() -> bytes:
    """A made-up file of the form of the real one, 282 quarters."""
    table = samples.gdp().rename(columns={"gdp": "GDP"})
    return table.to_csv(index_label="DATE", lineterminator="\n").encode()


GDP_CSV = gdp_csv()


def assert_one_sentence(message: str) -> None:
    assert "\n" not in message
    assert message.endswith(".")
    assert not re.search(r"[.!?]\s+[A-Z]", message), message
    assert len(message) < 700


@pytest.fixture(autouse=True)
def fresh(monkeypatch, tmp_path):
    """No memory of earlier loads, an empty cache, short waits, no data folder."""
    monkeypatch.delenv("COURSE_DATA_DIR", raising=False)
    monkeypatch.delenv("COURSE_OFFLINE", raising=False)
    monkeypatch.setenv("COURSE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(fetch, "CONNECT_TIMEOUT_S", 0.3)
    monkeypatch.setattr(fetch, "READ_TIMEOUT_S", 0.3)
    monkeypatch.setattr(fetch, "BACKOFF_S", 0.01)
    monkeypatch.setattr(fetch, "_silent_hosts", {})
    monkeypatch.setattr(fetch, "_session_cache", [])
    monkeypatch.setattr(loaders, "_last_load", {})


@pytest.fixture
def offline(monkeypatch):
    monkeypatch.setenv("COURSE_OFFLINE", "1")


@pytest.fixture
def cache(tmp_path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def source(monkeypatch):
    """Point the registry's gdp at a web address and at our made-up file's hash."""

    def point(url: str, body: bytes = GDP_CSV) -> None:
        entry = dataclasses.replace(
            registry.DATASETS["gdp"],
            urls=(f"{url}/GDP.csv",),
            sha256=((hashlib.sha256(body).hexdigest(),),),
            sizes=(len(body),),
        )
        monkeypatch.setitem(registry.DATASETS, "gdp", entry)

    return point


@pytest.fixture
def parsed(monkeypatch) -> list[bytes]:
    """Everything the parser of gdp is given."""
    seen: list[bytes] = []
    parse = loaders._parse_gdp

    def spy(content: bytes) -> pd.DataFrame:
        seen.append(content)
        return parse(content)

    monkeypatch.setattr(loaders, "_parse_gdp", spy)
    return seen


def files_in(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if not path.is_dir()
    )


def load_gdp_as_sample() -> str:
    """Load gdp, which must give the sample and one warning; return its sentence."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        gdp = datasets.load_gdp()
    assert [warning.category for warning in caught] == [datasets.SampleDataWarning]
    assert gdp.attrs["provenance"] == datasets.provenance("gdp") == "sample"
    pd.testing.assert_series_equal(
        gdp, samples.gdp()["gdp"], check_index_type=False, check_names=False
    )
    message = str(caught[0].message)
    assert_one_sentence(message)
    assert "gdp/GDP.csv" in message
    assert "COURSE_DATA_DIR" in message
    assert "python -m course_utils.datasets fetch gdp" in message
    return message


def load_gdp_as_real() -> pd.Series:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        gdp = datasets.load_gdp()
    assert gdp.attrs["provenance"] == datasets.provenance("gdp") == "real"
    assert len(gdp) == 282
    return gdp


def load_gdp_error() -> str:
    with pytest.raises(datasets.DataError) as caught:
        datasets.load_gdp()
    assert_one_sentence(str(caught.value))
    assert "GDP.csv" in str(caught.value)
    return str(caught.value)


# The registry


def test_the_eight_data_sets_are_known_in_full():
    assert datasets.names() == NAMES
    for name in NAMES:
        entry = datasets.info(name)
        assert entry.name == name
        assert len(entry.files) == len(entry.urls) == len(entry.sha256)
        assert len(entry.files) == len(entry.sizes)
        assert all(url.startswith("https://") for url in entry.urls)
        hashes = [known for known_hashes in entry.sha256 for known in known_hashes]
        assert all(re.fullmatch("[0-9a-f]{64}", known) for known in hashes)
        assert entry.licence and entry.citation and entry.description
    assert len(datasets.info("mnist").sha256[0]) == 2


def test_an_entry_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        datasets.info("gdp").urls = ()


@pytest.mark.parametrize("ask", [datasets.info, datasets.provenance])
def test_an_unknown_name_ends_in_a_sentence_with_the_known_ones(ask):
    with pytest.raises(datasets.DataError) as caught:
        ask("gpd")
    assert_one_sentence(str(caught.value))
    assert "'gpd'" in str(caught.value)
    assert all(name in str(caught.value) for name in NAMES)


def test_importing_the_module_loads_no_heavy_library():
    code = (
        "import sys, course_utils.datasets;"
        "print([m for m in ('numpy', 'pandas', 'pooch', 'requests', 'sklearn',"
        " 'holidays') if m in sys.modules])"
    )
    assert run_python("-c", code).stdout.strip() == "[]"


# Downloads


def test_a_right_download_is_verified_kept_and_read_again_from_the_cache(
    source, cache, parsed
):
    with serving(GDP_CSV) as server:
        source(server.url)
        first = load_gdp_as_real()
        again = load_gdp_as_real()
        assert server.requests == 1
    pd.testing.assert_series_equal(first, again)
    assert files_in(cache) == ["gdp/GDP.csv"]
    assert (cache / "gdp/GDP.csv").read_bytes() == GDP_CSV
    assert parsed == [GDP_CSV, GDP_CSV]


def test_a_download_with_a_wrong_hash_is_thrown_away_and_never_parsed(
    source, cache, parsed
):
    wrong = GDP_CSV.replace(b"1948", b"1949")
    with serving(wrong) as server:
        source(server.url)
        message = load_gdp_error()
        assert server.requests == 1
    assert hashlib.sha256(GDP_CSV).hexdigest() in message  # expected
    assert hashlib.sha256(wrong).hexdigest() in message  # got
    assert server.url in message
    assert parsed == []
    assert files_in(cache) == []


def test_any_of_several_known_hashes_is_right(source, monkeypatch):
    with serving(GDP_CSV) as server:
        source(server.url)
        entry = registry.DATASETS["gdp"]
        hashes = (("0" * 64, *entry.sha256[0]),)
        monkeypatch.setitem(
            registry.DATASETS, "gdp", dataclasses.replace(entry, sha256=hashes)
        )
        load_gdp_as_real()


def test_a_truncated_download_is_deleted_and_named(source, cache, parsed):
    with serving(GDP_CSV, "truncated") as server:
        source(server.url)
        message = load_gdp_as_sample()
        assert server.requests == fetch.ATTEMPTS
    assert "broke off" in message
    assert f"of {len(GDP_CSV)} bytes" in message
    assert parsed == []
    assert files_in(cache) == []


def test_a_transfer_that_breaks_off_once_is_tried_again(source, cache):
    with serving(GDP_CSV, "truncated_once") as server:
        source(server.url)
        load_gdp_as_real()
    assert (cache / "gdp/GDP.csv").read_bytes() == GDP_CSV


def test_a_short_download_that_claims_to_be_whole_is_deleted_and_named(
    source, cache, parsed
):
    with serving(GDP_CSV, "short") as server:
        source(server.url)
        message = load_gdp_error()
    assert "100 bytes" in message and f"{len(GDP_CSV)} bytes" in message
    assert parsed == []
    assert files_in(cache) == []


def test_a_download_without_end_is_broken_off(source, cache, parsed, monkeypatch):
    monkeypatch.setattr(fetch, "DEADLINE_S", 2)  # lest the test itself has no end
    with serving(GDP_CSV, "endless") as server:
        source(server.url)
        message = load_gdp_error()
    assert f"more than the expected {len(GDP_CSV)} bytes" in message
    assert parsed == []
    assert files_in(cache) == []


def test_one_byte_too_many_is_too_many(source, cache, parsed):
    with serving(GDP_CSV + b"\n") as server:
        source(server.url)
        assert f"more than the expected {len(GDP_CSV)} bytes" in load_gdp_error()
    assert parsed == []
    assert files_in(cache) == []


def test_a_file_that_is_gone_gives_the_sample_without_asking_twice(source, cache):
    with serving(GDP_CSV, "not_found") as server:
        source(server.url)
        message = load_gdp_as_sample()
        assert server.requests == 1
    assert "answered 404" in message
    assert files_in(cache) == []


def test_a_busy_server_is_asked_again(source):
    with serving(GDP_CSV, "busy_once") as server:
        source(server.url)
        load_gdp_as_real()
        assert server.requests == 2


def test_a_server_that_stays_busy_gives_the_sample(source, cache):
    with serving(GDP_CSV, "busy") as server:
        source(server.url)
        message = load_gdp_as_sample()
        assert server.requests == fetch.ATTEMPTS
    assert "answered 503" in message
    assert files_in(cache) == []


@pytest.mark.parametrize("fault", ["stalled", "silent"])
def test_a_stalled_server_ends_in_time_and_is_not_asked_again(
    source, cache, parsed, fault
):
    with serving(GDP_CSV, fault) as server:
        source(server.url)
        message = load_gdp_as_sample()
        assert server.requests == fetch.ATTEMPTS
        assert "stopped sending for 0.3 s" in message
        again = load_gdp_as_sample()
        assert server.requests == fetch.ATTEMPTS
        assert "asked again after 300 s" in again
    assert parsed == []
    assert files_in(cache) == []


def test_no_attempt_begins_when_patience_is_over(source, monkeypatch):
    monkeypatch.setattr(fetch, "PATIENCE_S", 0.1)
    with serving(GDP_CSV, "silent") as server:
        source(server.url)
        load_gdp_as_sample()
        assert server.requests == 1


def test_a_trickle_ends_at_the_deadline(source, cache, monkeypatch, parsed):
    monkeypatch.setattr(fetch, "DEADLINE_S", 0.5)
    with serving(GDP_CSV, "trickling") as server:
        source(server.url)
        message = load_gdp_as_sample()
    assert "in 0.5 s" in message
    assert parsed == []
    assert files_in(cache) == []


def closed_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def test_no_network_gives_the_sample_and_is_remembered(source, cache, monkeypatch):
    source(closed_port())
    assert "no connection to 127.0.0.1" in load_gdp_as_sample()
    tried = []
    monkeypatch.setattr(fetch, "_get", lambda file: tried.append(file))
    assert "asked again after" in load_gdp_as_sample()
    assert tried == []
    assert not cache.exists()


def test_a_silent_host_is_asked_again_after_a_while(source, monkeypatch):
    source(closed_port())
    load_gdp_as_sample()
    monkeypatch.setattr(fetch, "REMEMBER_S", 0)
    with serving(GDP_CSV) as server:
        source(server.url)
        monkeypatch.setattr(
            fetch, "_silent_hosts", {server.url.removeprefix("http://"): (0.0, "x")}
        )
        load_gdp_as_real()


def test_course_offline_forbids_downloads(source, offline):
    with serving(GDP_CSV) as server:
        source(server.url)
        assert "COURSE_OFFLINE" in load_gdp_as_sample()
        assert server.requests == 0


def test_the_sample_is_told_of_at_each_load_in_the_readers_own_line(offline):
    with warnings.catch_warnings(record=True) as caught:
        warnings.resetwarnings()
        warnings.filterwarnings(
            "always", category=datasets.SampleDataWarning, append=True
        )
        for _ in range(3):
            datasets.load_gdp()
    assert [Path(warning.filename).name for warning in caught] == [
        "test_datasets.py"
    ] * 3


def test_importing_asks_python_to_show_each_sample_warning():
    code = "from course_utils import datasets\nfor _ in range(3): datasets.load_gdp()\n"
    done = run_python("-c", code, COURSE_OFFLINE="1")
    assert done.stderr.count("SAMPLE DATA, made up, stand in for 'gdp'") == 3


# The cache


def test_a_damaged_cached_file_is_deleted_and_downloaded_again(source, cache, parsed):
    damaged = cache / "gdp/GDP.csv"
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(GDP_CSV[:-1])
    with serving(GDP_CSV) as server:
        source(server.url)
        assert datasets.provenance("gdp") == "sample"
        assert damaged.exists()  # provenance only looks
        load_gdp_as_real()
    assert damaged.read_bytes() == GDP_CSV
    assert parsed == [GDP_CSV]


def test_a_damaged_cached_file_without_a_network_is_deleted_and_named(
    source, cache, parsed
):
    damaged = cache / "gdp/GDP.csv"
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"")
    source(closed_port())
    message = load_gdp_as_sample()
    assert str(damaged) in message and "damaged" in message
    assert parsed == []
    assert files_in(cache) == []


def test_the_cache_is_checked_on_each_load_not_only_the_first(source, cache, parsed):
    with serving(GDP_CSV) as server:
        source(server.url)
        load_gdp_as_real()
        (cache / "gdp/GDP.csv").write_bytes(b"DATE,GDP\n1948-01-01,1\n")
        load_gdp_as_real()
        assert server.requests == 2
    assert parsed == [GDP_CSV, GDP_CSV]


def load_with_an_unwritable_cache(server) -> str:
    """Load twice; both must be real, the first with one warning, the second quiet."""
    with pytest.warns(UserWarning) as caught:
        gdp = datasets.load_gdp()
    assert gdp.attrs["provenance"] == "real"
    assert len(caught) == 1
    assert not issubclass(caught[0].category, datasets.SampleDataWarning)
    assert Path(caught[0].filename).name == "test_datasets.py"
    load_gdp_as_real()
    assert server.requests == 1
    message = str(caught[0].message)
    assert_one_sentence(message)
    assert "gdp/GDP.csv" in message and "COURSE_CACHE_DIR" in message
    return message


def test_a_cache_that_is_no_folder_still_gives_real_data_for_the_session(source, cache):
    cache.write_text("a file where the folder should be")
    with serving(GDP_CSV) as server:
        source(server.url)
        assert str(cache) in load_with_an_unwritable_cache(server)
    assert cache.read_text() == "a file where the folder should be"


def test_a_read_only_cache_still_gives_real_data_for_the_session(
    source, cache, monkeypatch
):
    # Simulated where the file is written: chmod does not stop root.
    write = Path.write_bytes

    def refuse_below_the_cache(path: Path, content: bytes) -> int:
        if cache in path.parents:
            raise OSError(30, "Read-only file system", str(path))
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", refuse_below_the_cache)
    with serving(GDP_CSV) as server:
        source(server.url)
        message = load_with_an_unwritable_cache(server)
    assert "Read-only file system" in message
    assert files_in(cache) == []


def test_a_write_that_fails_halfway_leaves_nothing_behind(source, cache, monkeypatch):
    write = Path.write_bytes

    def fill_the_disk(path: Path, content: bytes) -> int:
        write(path, content[:50])
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_bytes", fill_the_disk)
    with serving(GDP_CSV) as server, pytest.warns(UserWarning, match="No space left"):
        source(server.url)
        assert datasets.load_gdp().attrs["provenance"] == "real"
    assert files_in(cache) == []


def test_parts_left_by_a_killed_process_are_removed_and_never_read(source, cache):
    folder = cache / "gdp"
    folder.mkdir(parents=True)
    old, new = folder / ".GDP.csv.old.part", folder / ".GDP.csv.new.part"
    for part in (old, new):
        part.write_bytes(b"half")
    os.utime(old, (0, 0))
    with serving(GDP_CSV) as server:
        source(server.url)
        load_gdp_as_real()
    # The new one may belong to a process that is still writing.
    assert files_in(cache) == ["gdp/.GDP.csv.new.part", "gdp/GDP.csv"]


FETCHING_PROCESS = """
import dataclasses, hashlib, sys
from course_utils import datasets
from course_utils.datasets import registry
url, known, size = sys.argv[1:]
registry.DATASETS["gdp"] = dataclasses.replace(
    datasets.info("gdp"), urls=(url,), sha256=((known,),), sizes=(int(size),)
)
print("ready", flush=True)
sys.stdin.readline()
gdp = datasets.load_gdp()
print(datasets.provenance("gdp"), len(gdp))
"""


def python_environment(**more: str) -> dict[str, str]:
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    return {**os.environ, "PYTHONPATH": path, "PYTHONWARNINGS": "", **more}


def run_python(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, *arguments],
        env=python_environment(**environment),
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_two_processes_fetching_at_once_both_get_the_right_data(cache):
    known = hashlib.sha256(GDP_CSV).hexdigest()
    with serving(GDP_CSV, "trickling") as server:
        command = [sys.executable, "-W", "error", "-c", FETCHING_PROCESS]
        command += [f"{server.url}/GDP.csv", known, str(len(GDP_CSV))]
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        environment = python_environment()
        processes = [
            subprocess.Popen(command, env=environment, text=True, **pipes)
            for _ in range(2)
        ]
        for process in processes:
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            process.stdin.write("go\n")
            process.stdin.flush()
        answers = [process.communicate(timeout=60) for process in processes]
        assert server.requests == 2  # they did overlap
    assert answers == [("real 282\n", "")] * 2
    assert files_in(cache) == ["gdp/GDP.csv"]
    assert (cache / "gdp/GDP.csv").read_bytes() == GDP_CSV


# The folder in COURSE_DATA_DIR


@pytest.fixture
def own_folder(tmp_path, monkeypatch) -> Path:
    folder = tmp_path / "own"
    (folder / "gdp").mkdir(parents=True)
    monkeypatch.setenv("COURSE_DATA_DIR", str(folder))
    return folder


def test_the_own_folder_comes_first_and_is_only_read(source, own_folder, cache):
    (own_folder / "gdp/GDP.csv").write_bytes(GDP_CSV)
    source(closed_port())
    assert datasets.provenance("gdp") == "real"
    load_gdp_as_real()
    assert files_in(own_folder) == ["gdp/GDP.csv"]
    assert not cache.exists()


def test_a_wrong_file_in_the_own_folder_is_an_error_and_stays(
    source, own_folder, cache, parsed
):
    wrong = own_folder / "gdp/GDP.csv"
    wrong.write_bytes(GDP_CSV + b"\n")
    with serving(GDP_CSV) as server:
        source(server.url)
        message = load_gdp_error()
        with pytest.raises(datasets.DataError):
            datasets.provenance("gdp")
        assert server.requests == 0
    assert str(wrong) in message
    assert hashlib.sha256(GDP_CSV).hexdigest() in message
    assert hashlib.sha256(GDP_CSV + b"\n").hexdigest() in message
    assert wrong.read_bytes() == GDP_CSV + b"\n"
    assert parsed == []
    assert not cache.exists()


def test_an_unreadable_file_in_the_own_folder_is_an_error(source, own_folder):
    (own_folder / "gdp/GDP.csv").mkdir()  # a folder of that name: root cannot read it
    source(closed_port())
    assert "cannot be read" in load_gdp_error()


def test_an_own_folder_without_the_data_set_goes_on_to_the_source(
    source, own_folder, cache
):
    with serving(GDP_CSV) as server:
        source(server.url)
        load_gdp_as_real()
    assert files_in(own_folder) == []
    assert files_in(cache) == ["gdp/GDP.csv"]


def test_an_own_folder_that_does_not_exist_is_an_error(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path / "nowhere"))
    with pytest.raises(datasets.DataError) as caught:
        datasets.load_gdp()
    assert_one_sentence(str(caught.value))
    assert "COURSE_DATA_DIR" in str(caught.value)
    assert str(tmp_path / "nowhere") in str(caught.value)


# Content that is the known one, but not what the parser expects


@pytest.mark.parametrize(
    ("name", "content", "named"),
    [
        ("gdp", b"DATE,GNP\n1948-01-01,1\n", "the column GDP, found"),
        (
            "energy",
            b"Date,Consumption,Wind\n2006-01-01,1,\n",
            "the column Solar, found",
        ),
        ("bitcoin", b"Currency,Date,24h Open (USD)\nBTC,2013-10-01,1\n", "Closing"),
        ("gdp", b"DATE,GDP\n1948-01-01,many\n", "many"),
        ("gdp", b"", "No columns"),
        ("shakespeare", "Müller:".encode(), "ascii"),
        ("titles", b"\xff\xfe", "utf-8"),
        ("mnist", b"not a zip", "pickled"),
    ],
)
def test_unexpected_content_ends_in_one_sentence(
    name, content, named, monkeypatch, tmp_path
):
    entry = datasets.info(name)
    known = ((hashlib.sha256(content).hexdigest(),),)
    monkeypatch.setitem(
        registry.DATASETS, name, dataclasses.replace(entry, sha256=known)
    )
    path = tmp_path / "cache" / name / entry.files[0]
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(datasets.DataError) as caught:
        LOADERS[name]()
    assert_one_sentence(str(caught.value))
    assert entry.files[0] in str(caught.value)
    assert named in str(caught.value)


def test_an_archive_without_an_array_ends_in_one_sentence(monkeypatch, tmp_path):
    archive = io.BytesIO()
    np.savez(archive, x_train=np.zeros(3), y_train=np.zeros(3), x_test=np.zeros(3))
    content = archive.getvalue()
    test_unexpected_content_ends_in_one_sentence(
        "mnist", content, "the array y_test, found", monkeypatch, tmp_path
    )


def test_a_pickled_array_is_refused():
    archive = io.BytesIO()
    objects = np.array([print], dtype=object)
    np.savez(archive, **dict.fromkeys(loaders._MNIST_ARRAYS, objects))
    with pytest.raises(ValueError, match="allow_pickle=False"):
        loaders._parse_mnist(archive.getvalue())


def test_sentences_and_labels_must_match_in_number():
    with pytest.raises(ValueError, match="zip"):
        loaders._parse_intents(b"play it\nstop\n", b"PlayMusic\n", b"", b"", b"", b"")


def test_a_line_ends_at_a_newline_and_at_nothing_else():
    content = "one\u2028still one\x85and still\n\n two \n".encode()
    assert loaders._lines(content) == ["one\u2028still one\x85and still", "two"]


# Splits


def test_no_review_stands_in_two_parts_even_if_the_files_repeat_it():
    twice = [f"sentence {i % 50}" for i in range(100)]
    parts = loaders._finish_reviews({1: twice, 0: [*twice[:10], "another"]})
    texts = [text for part in parts.values() for text in part["text"]]
    assert len(texts) == len(set(texts)) == 51


def test_the_split_is_the_same_whatever_the_order_of_the_files():
    by_label = samples.reviews()
    backwards = {label: texts[::-1] for label, texts in reversed(by_label.items())}
    for part in loaders.PARTS:
        pd.testing.assert_frame_equal(
            loaders._finish_reviews(by_label)[part],
            loaders._finish_reviews(backwards)[part],
        )


def test_a_command_of_an_earlier_part_is_dropped_from_a_later_one():
    lines = (b"a \nb\nb\n", b"X\nX\nX\n", b"c\n a\n", b"X\nX\n", b"c\nb \nd\n")
    parts = loaders._finish_intents(loaders._parse_intents(*lines, b"X\nX\nX\n"))
    assert {part: list(frame["text"]) for part, frame in parts.items()} == {
        "train": ["a", "b", "b"],
        "valid": ["c"],
        "test": ["d"],
    }
    assert [frame.attrs["dropped"] for frame in parts.values()] == [0, 1, 2]


# Samples


def load(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", datasets.SampleDataWarning)
        return LOADERS[name]()


def as_frames(data) -> list[pd.DataFrame]:
    """The pandas objects a loader returned, as a list of frames."""
    found = data.values() if isinstance(data, dict) else [data]
    return [x.to_frame() if isinstance(x, pd.Series) else x for x in found]


def assert_equal(first, second) -> None:
    if isinstance(first, str | list):
        assert first == second
    elif isinstance(first, tuple):
        for left, right in zip(first, second, strict=True):
            np.testing.assert_array_equal(left[0], right[0])
            np.testing.assert_array_equal(left[1], right[1])
    else:
        for left, right in zip(as_frames(first), as_frames(second), strict=True):
            pd.testing.assert_frame_equal(left, right)


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_warned_of_marked_and_the_same_each_time(name, offline):
    with pytest.warns(datasets.SampleDataWarning, match=f"for '{name}'") as caught:
        first = LOADERS[name]()
    assert_one_sentence(str(caught[0].message))
    assert datasets.info(name).files[0] in str(caught[0].message)
    assert datasets.provenance(name) == "sample"
    assert_equal(first, load(name))
    if not isinstance(first, str | list | tuple):
        assert all(frame.attrs["provenance"] == "sample" for frame in as_frames(first))


@pytest.mark.parametrize("name", [n for n in NAMES if n not in ("mnist",)])
def test_another_seed_makes_another_sample(name):
    make = getattr(samples, name)
    first, second = make(), make(seed=99)
    assert type(first) is type(second)
    assert str(first) != str(second)


def test_the_energy_sample_has_seasons_weeks_holidays_and_gaps(offline):
    energy = load("energy")
    by_month = energy.groupby(energy.index.month).mean()
    assert by_month["consumption"][1] > by_month["consumption"][7] * 1.1
    assert by_month["solar"][6] > by_month["solar"][12] * 3
    by_day = energy["consumption"].groupby(energy.index.day_of_week).mean()
    assert by_day[6] < by_day[2] * 0.85
    christmas = energy["consumption"]["2014-12-25"]  # a Thursday
    assert christmas < energy["consumption"]["2014-12-18"] * 0.9
    assert 800 < energy["consumption"].min() < energy["consumption"].max() < 1800
    deviation = energy["consumption"] - energy["consumption"].rolling(7).mean()
    assert abs(deviation.autocorr(7)) > 0.5


def test_the_bitcoin_sample_is_a_random_walk_within_its_days_range(offline):
    bitcoin = load("bitcoin")
    returns = np.log(bitcoin["close"]).diff().dropna()
    assert abs(returns.autocorr()) < 0.06
    assert 0.03 < returns.std() < 0.055
    assert (bitcoin["high"] >= bitcoin[["open", "close"]].max(axis=1)).all()
    assert (bitcoin["low"] <= bitcoin[["open", "close"]].min(axis=1)).all()
    assert (bitcoin["open"].iloc[1:].to_numpy() == bitcoin["close"].iloc[:-1]).all()


def test_the_shakespeare_sample_is_a_play_in_the_same_65_characters(offline):
    text = load("shakespeare")
    assert len(text) >= 200_000
    assert set(text) == PLAY_CHARACTERS
    speeches = text.split("\n\n")
    assert len(speeches) > 1_000
    assert all(speech.split("\n")[0].endswith(":") for speech in speeches)


def test_the_reviews_sample_is_learnable_but_not_trivial(offline):
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression

    reviews = load("reviews")
    words = CountVectorizer()
    model = LogisticRegression().fit(
        words.fit_transform(reviews["train"]["text"]), reviews["train"]["label"]
    )
    score = model.score(
        words.transform(reviews["test"]["text"]), reviews["test"]["label"]
    )
    assert 0.6 < score < 0.95


def test_the_mnist_sample_is_scikit_learns_digits_at_mnists_size(offline):
    from sklearn.datasets import load_digits

    (x_train, y_train), (x_test, y_test) = load("mnist")
    labels = np.concatenate([y_train, y_test])
    np.testing.assert_array_equal(
        np.bincount(labels), np.bincount(load_digits().target)
    )
    assert x_train.shape == (1500, 28, 28) and x_test.shape == (297, 28, 28)
    images = np.concatenate([x_train, x_test])
    assert images.max() == 255
    margin = images.copy()
    margin[:, 4:-4, 4:-4] = 0
    assert not margin.any()
    # The corners of an enlarged image are those of the small one.
    corners = np.sort(images[:, 4, 4])
    expected = np.round(np.sort(load_digits().images[:, 0, 0]) * 255 / 16)
    np.testing.assert_array_equal(corners, expected)


def test_the_titles_sample_is_distinct(offline):
    titles = load("titles")
    assert len(titles) == len(set(titles)) == 2_000


# The interface: what holds for the real data and for the sample alike


@pytest.fixture(params=["sample", pytest.param("real", marks=REAL_MARKS)])
def origin(request, monkeypatch) -> str:
    if request.param == "real":
        monkeypatch.setenv("COURSE_DATA_DIR", REAL_FOLDER)
    monkeypatch.setenv("COURSE_OFFLINE", "1")
    return request.param


def test_provenance_is_that_of_the_last_load(origin):
    assert datasets.provenance("gdp") == origin
    load("gdp")
    assert datasets.provenance("gdp") == origin


def assert_dated(frame, first: str, last: str, frequency: str, days: int) -> None:
    assert isinstance(frame.index, pd.DatetimeIndex)
    assert frame.index.name == "date"
    assert frame.index.dtype == "datetime64[ns]"
    assert frame.index.freqstr.startswith(frequency)
    assert frame.index[0] == pd.Timestamp(first)
    assert frame.index[-1] == pd.Timestamp(last)
    assert len(frame) == days


def test_energy_has_its_promised_form(origin):
    energy = load("energy")
    assert_dated(energy, "2006-01-01", "2017-12-31", "D", 4383)
    assert list(energy.columns) == ["consumption", "wind", "solar"]
    assert (energy.dtypes == "float64").all()
    assert energy["consumption"].notna().all()
    assert energy["wind"].first_valid_index() == pd.Timestamp("2010-01-01")
    assert energy["solar"].first_valid_index() == pd.Timestamp("2012-01-01")
    assert energy["wind"]["2010":].isna().sum() == 2
    assert energy["solar"]["2012":].isna().sum() == 4
    assert energy.attrs["provenance"] == origin


def test_bitcoin_has_its_promised_form(origin):
    bitcoin = load("bitcoin")
    assert_dated(bitcoin, "2013-10-01", "2021-05-18", "D", 2787)
    assert list(bitcoin.columns) == ["close", "open", "high", "low"]
    assert (bitcoin.dtypes == "float64").all()
    assert (bitcoin > 0).all(axis=None)
    assert bitcoin.attrs["provenance"] == origin


def test_gdp_has_its_promised_form(origin):
    gdp = load("gdp")
    assert isinstance(gdp, pd.Series)
    assert_dated(gdp, "1948-01-01", "2018-04-01", "QS", 282)
    assert gdp.name == "gdp" and gdp.dtype == "float64"
    assert gdp.notna().all()
    assert gdp.attrs["provenance"] == origin


def test_mnist_has_its_promised_form(origin):
    (x_train, y_train), (x_test, y_test) = load("mnist")
    for x, y in ((x_train, y_train), (x_test, y_test)):
        assert x.shape == (len(y), 28, 28) and y.shape == (len(y),)
        assert x.dtype == y.dtype == np.uint8
        assert set(np.unique(y)) == set(range(10))


def test_shakespeare_has_its_promised_form(origin):
    text = load("shakespeare")
    assert type(text) is str
    assert set(text) == PLAY_CHARACTERS


@pytest.mark.parametrize("name", ["reviews", "intents"])
def test_labelled_sentences_have_their_promised_form(origin, name):
    parts = load(name)
    assert list(parts) == ["train", "valid", "test"]
    for frame in parts.values():
        assert list(frame.columns) == ["text", "label"]
        assert list(frame.index) == list(range(len(frame)))
        assert all(type(text) is str and text for text in frame["text"])
        assert (frame["text"] == frame["text"].str.strip()).all()
        assert frame.attrs["provenance"] == origin
    train, valid, test = (set(frame["text"]) for frame in parts.values())
    assert not (train & valid or train & test or valid & test)


def test_reviews_are_labelled_0_and_1_in_equal_parts(origin):
    for frame in load("reviews").values():
        assert frame["label"].dtype == "int64"
        assert frame["label"].value_counts().to_dict().keys() == {0, 1}
        assert frame["label"].mean() == 0.5
        # Shuffled: a model that reads them in order must not see one label first.
        assert 0.3 < frame["label"].iloc[: len(frame) // 4].mean() < 0.7


def test_intents_are_the_seven_of_snips(origin):
    for frame in load("intents").values():
        assert set(frame["label"]) == {
            "AddToPlaylist",
            "BookRestaurant",
            "GetWeather",
            "PlayMusic",
            "RateBook",
            "SearchCreativeWork",
            "SearchScreeningEvent",
        }


def test_titles_have_their_promised_form(origin):
    titles = load("titles")
    assert type(titles) is list
    assert all(type(title) is str and title == title.strip() for title in titles)
    assert all(titles) and len(titles) == len(set(titles))


@real_data
@pytest.mark.parametrize("name", ["energy", "bitcoin", "gdp", "reviews", "intents"])
def test_a_sample_has_the_columns_and_types_of_the_real_data(name, monkeypatch):
    monkeypatch.setenv("COURSE_OFFLINE", "1")
    sample = as_frames(load(name))
    monkeypatch.setenv("COURSE_DATA_DIR", REAL_FOLDER)
    real = as_frames(load(name))
    for left, right in zip(sample, real, strict=True):
        assert list(left.columns) == list(right.columns)
        assert left.dtypes.to_dict() == right.dtypes.to_dict()
        assert left.index.dtype == right.index.dtype
        assert left.attrs.keys() == right.attrs.keys()
        if isinstance(left.index, pd.DatetimeIndex):
            pd.testing.assert_index_equal(left.index, right.index)


# The real data, against what is published about them


@pytest.fixture
def real(monkeypatch):
    monkeypatch.setenv("COURSE_DATA_DIR", REAL_FOLDER)
    monkeypatch.setenv("COURSE_OFFLINE", "1")

    def load_real(name):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return LOADERS[name]()

    return load_real


@real_data
@pytest.mark.parametrize("name", NAMES)
def test_the_real_files_have_the_registered_sizes(name):
    for file in registry.data_files(name):
        assert (Path(REAL_FOLDER) / file.label).stat().st_size == file.size


@real_data
def test_real_energy(real):
    energy = real("energy")
    assert energy.shape == (4383, 3)
    consumption = energy["consumption"]
    assert consumption.iloc[0] == pytest.approx(1069.184)
    assert consumption.iloc[-1] == pytest.approx(1107.11488)
    assert energy["wind"].iloc[-1] == pytest.approx(721.176)
    assert energy["solar"].iloc[-1] == pytest.approx(19.98)
    assert consumption.min() == pytest.approx(842.395)
    assert consumption.max() == pytest.approx(1709.568)


@real_data
def test_real_mnist(real):
    (x_train, y_train), (x_test, y_test) = real("mnist")
    assert x_train.shape == (60_000, 28, 28) and x_test.shape == (10_000, 28, 28)
    train_counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    test_counts = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert np.bincount(y_train).tolist() == train_counts
    assert np.bincount(y_test).tolist() == test_counts
    assert y_train[:5].tolist() == [5, 0, 4, 1, 9]
    # The mean and deviation that MNIST pages everywhere normalise with.
    assert x_train.mean() / 255 == pytest.approx(0.1307, abs=5e-5)
    assert x_train.std() / 255 == pytest.approx(0.3081, abs=5e-5)


@real_data
def test_real_shakespeare(real):
    text = real("shakespeare")
    assert len(text) == 1_115_394
    assert len(set(text)) == 65
    assert text.count("\n") == 40_000
    assert text.startswith("First Citizen:\nBefore we proceed")


@real_data
def test_real_bitcoin(real):
    bitcoin = real("bitcoin")
    assert bitcoin.shape == (2787, 4)
    assert bitcoin.iloc[0].tolist() == [123.65499, 124.30466, 124.75166, 122.56349]
    assert bitcoin["close"].iloc[-1] == pytest.approx(43144.4712908603)
    # Published for this file: the naive forecast's error over the last 20 %.
    last = bitcoin["close"].iloc[-558:]
    differences = last.diff().dropna().abs()
    assert len(differences) == 557
    assert differences.mean() == pytest.approx(567.98, abs=0.005)


@real_data
def test_real_gdp(real):
    gdp = real("gdp")
    assert len(gdp) == 282
    assert gdp.iloc[0] == 265.742 and gdp.iloc[-1] == 20411.87


@real_data
def test_real_reviews(real):
    reviews = real("reviews")
    assert {part: len(frame) for part, frame in reviews.items()} == {
        "train": 8530,
        "valid": 1066,
        "test": 1066,
    }
    everything = pd.concat(list(reviews.values()))
    assert everything["label"].value_counts().to_dict() == {1: 5331, 0: 5331}
    assert everything["text"].nunique() == 10_662
    rock = everything["text"].str.startswith("the rock is destined to be the 21st")
    assert everything.loc[rock, "label"].tolist() == [1]
    dull = everything["text"] == "simplistic , silly and tedious ."
    assert everything.loc[dull, "label"].tolist() == [0]


@real_data
def test_the_split_of_the_real_reviews_never_changes(real):
    # Published scores rest on this very split.
    digest = hashlib.sha256("\n".join(real("reviews")["test"]["text"]).encode())
    assert digest.hexdigest()[:16] == "546b6c1a75079163"


@real_data
def test_real_intents(real):
    intents = real("intents")
    sizes = {part: len(frame) for part, frame in intents.items()}
    assert sizes == {"train": 13_084, "valid": 688, "test": 673}
    assert [frame.attrs["dropped"] for frame in intents.values()] == [0, 12, 27]
    assert intents["train"]["label"].value_counts().to_dict() == {
        "PlayMusic": 1914,
        "GetWeather": 1896,
        "BookRestaurant": 1881,
        "RateBook": 1876,
        "SearchScreeningEvent": 1852,
        "SearchCreativeWork": 1847,
        "AddToPlaylist": 1818,
    }


@real_data
def test_real_intents_repeat_26_test_and_12_valid_sentences_of_train():
    lines = {
        part: (Path(REAL_FOLDER) / f"intents/{part}/seq.in").read_text("utf-8")
        for part in ("train", "valid", "test")
    }
    texts = {
        part: [line.strip() for line in text.strip("\n").split("\n")]
        for part, text in lines.items()
    }
    assert [len(part) for part in texts.values()] == [13_084, 700, 700]
    train, valid = set(texts["train"]), set(texts["valid"])
    assert sum(text in train for text in texts["valid"]) == 12
    assert sum(text in train for text in texts["test"]) == 26
    assert sum(text in valid - train for text in texts["test"]) == 1


@real_data
def test_real_titles(real):
    titles = real("titles")
    assert len(titles) == len(set(titles)) == 9_604
    first = "A critical theory of quantum entanglement for the Hydrogen molecule"
    last = "Attoclock time and exit momentum in strong-field tunnel ionization"
    assert titles[0] == first and titles[-1] == last


# The command line


def only_gdp(monkeypatch) -> None:
    kept = {"gdp": registry.DATASETS["gdp"]}
    monkeypatch.setattr(registry, "DATASETS", kept)


def test_list_tells_where_each_data_set_is(capsys, offline):
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["name", *NAMES]
    assert all("sample" in line for line in lines[1:])
    assert "11.49 MB" in lines[2] and "CC BY-SA 3.0" in lines[2]


def test_list_tells_a_cached_an_own_and_a_wrong_file_apart(
    capsys, source, cache, own_folder
):
    source(closed_port())

    def gdp_line() -> str:
        assert main(["list"]) == 0
        return next(
            line
            for line in capsys.readouterr().out.splitlines()
            if line.startswith("gdp")
        )

    (cache / "gdp").mkdir(parents=True)
    (cache / "gdp/GDP.csv").write_bytes(GDP_CSV)
    assert "real: cache" in gdp_line()
    (own_folder / "gdp/GDP.csv").write_bytes(GDP_CSV)
    assert "real: COURSE_DATA_DIR" in gdp_line()
    (own_folder / "gdp/GDP.csv").write_bytes(b"")
    assert "WRONG" in gdp_line()


def test_fetch_fills_the_cache_and_is_quick_the_second_time(capsys, source, cache):
    with serving(GDP_CSV) as server:
        source(server.url)
        assert main(["fetch", "gdp"]) == 0
        assert "1 of 1 files written" in capsys.readouterr().out
        assert main(["fetch", "gdp"]) == 0
        assert "already there" in capsys.readouterr().out
        assert server.requests == 1
    assert files_in(cache) == ["gdp/GDP.csv"]


def test_fetch_without_a_name_fetches_all(capsys, source, cache, monkeypatch):
    with serving(GDP_CSV) as server:
        source(server.url)
        only_gdp(monkeypatch)
        assert main(["fetch"]) == 0
    assert files_in(cache) == ["gdp/GDP.csv"]


def test_fetch_to_writes_a_folder_that_course_data_dir_can_use(
    source, cache, tmp_path, monkeypatch
):
    stick = tmp_path / "stick"
    with serving(GDP_CSV) as server:
        source(server.url)
        assert main(["fetch", "gdp", "--to", str(stick)]) == 0
    assert files_in(stick) == ["gdp/GDP.csv"]
    assert not cache.exists()
    monkeypatch.setenv("COURSE_DATA_DIR", str(stick))
    load_gdp_as_real()


def test_fetch_replaces_a_wrong_file_in_the_folder_it_writes(source, tmp_path):
    old = tmp_path / "stick/gdp/GDP.csv"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"old")
    with serving(GDP_CSV) as server:
        source(server.url)
        assert main(["fetch", "gdp", "--to", str(tmp_path / "stick")]) == 0
    assert old.read_bytes() == GDP_CSV


def test_fetch_copies_what_is_here_instead_of_downloading_it(
    source, own_folder, tmp_path
):
    (own_folder / "gdp/GDP.csv").write_bytes(GDP_CSV)
    source(closed_port())
    assert main(["fetch", "gdp", "--to", str(tmp_path / "stick")]) == 0
    assert (tmp_path / "stick/gdp/GDP.csv").read_bytes() == GDP_CSV


def assert_fetch_fails(capsys, *arguments: str) -> str:
    assert main(["fetch", *arguments]) == 1
    error = capsys.readouterr().err.removesuffix("\n")
    assert_one_sentence(error)
    return error


@pytest.mark.parametrize("fault", ["not_found", "short", "truncated", "busy"])
def test_a_fetch_that_fails_says_so_and_exits_1(capsys, source, cache, fault):
    with serving(GDP_CSV, fault) as server:
        source(server.url)
        assert "GDP.csv" in assert_fetch_fails(capsys, "gdp")
    assert files_in(cache) == []


def test_fetch_goes_on_after_a_failure(capsys, source, cache, monkeypatch):
    with serving(GDP_CSV) as server:
        source(server.url)
        monkeypatch.setitem(
            registry.DATASETS,
            "titles",
            dataclasses.replace(
                registry.DATASETS["titles"], urls=(f"{closed_port()}/titles.txt",)
            ),
        )
        assert "titles" in assert_fetch_fails(capsys, "titles", "gdp")
    assert files_in(cache) == ["gdp/GDP.csv"]


def test_fetch_says_when_the_folder_cannot_be_written(capsys, source, tmp_path):
    (tmp_path / "stick").write_text("a file")
    with serving(GDP_CSV) as server:
        source(server.url)
        error = assert_fetch_fails(capsys, "gdp", "--to", str(tmp_path / "stick"))
    assert str(tmp_path / "stick") in error


def test_fetch_of_an_unknown_name_fetches_nothing(capsys, source, cache):
    with serving(GDP_CSV) as server:
        source(server.url)
        assert "'gpd'" in assert_fetch_fails(capsys, "gdp", "gpd")
        assert server.requests == 0


def test_verify_finds_a_damaged_file_and_exits_1(capsys, source, cache):
    source(closed_port())
    assert main(["verify"]) == 0
    assert "no file to verify" in capsys.readouterr().out
    copy = cache / "gdp/GDP.csv"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(GDP_CSV)
    assert main(["verify"]) == 0
    assert f"ok    {copy}" in capsys.readouterr().out
    copy.write_bytes(GDP_CSV[:-1])
    assert main(["verify"]) == 1
    output = capsys.readouterr()
    assert f"WRONG {copy}" in output.out
    assert_one_sentence(output.err.strip())
    assert copy.exists()


@real_data
def test_verify_finds_all_real_files_right(capsys, monkeypatch):
    monkeypatch.setenv("COURSE_DATA_DIR", REAL_FOLDER)
    assert main(["verify"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 14
    assert all(line.startswith("ok ") for line in lines)


def test_the_command_line_runs_as_a_module(tmp_path):
    done = run_python(
        "-m", "course_utils.datasets", "list", COURSE_DATA_DIR=str(tmp_path / "none")
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert_one_sentence(done.stderr.strip())
