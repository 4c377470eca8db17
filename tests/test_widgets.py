"""The drawings that a reader can turn, as far as no browser is needed."""

import re
from importlib import resources

import pytest

from course_utils import widgets


def html_of(name, capsys, monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda made: shown.append(made.data))
    widgets.show(name)
    return shown[0]


@pytest.mark.parametrize("name", widgets.names())
def test_a_widget_is_whole_small_and_fetches_nothing(name, capsys, monkeypatch):
    html = html_of(name, capsys, monkeypatch)
    assert len(html.encode()) < 20_000
    assert f'id="widget-{name}"' in html and html.count("<script>") == 1
    assert f'start("{name}"' in html or "`${cell}-cell`" in html
    addresses = re.findall(r"\w+://[^\"'\s]+", html)
    assert set(addresses) == {"http://www.w3.org/2000/svg"}  # a name, not a request
    assert not re.search(r"\b(fetch|XMLHttpRequest|import)\s*\(|\ssrc=", html)


@pytest.mark.parametrize("name", widgets.names())
def test_a_widget_says_what_it_is_where_scripts_do_not_run(name, capsys, monkeypatch):
    html = html_of(name, capsys, monkeypatch)
    (text,) = re.findall(r'<p class="cw-static">(.+?)</p>', html)
    assert len(text) > 60


@pytest.mark.parametrize("name", widgets.names())
def test_a_widget_is_the_same_each_time(name, capsys, monkeypatch):
    once = html_of(name, capsys, monkeypatch)
    assert once == html_of(name, capsys, monkeypatch)


def test_each_script_is_under_20_kilobytes():
    files = resources.files(widgets)
    scripts = [path for path in files.iterdir() if path.name.endswith(".js")]
    assert len(scripts) == 4
    assert all(len(path.read_bytes()) < 20_000 for path in scripts)


def test_an_unknown_widget_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match="gru-cell"):
        widgets.show("gru")
