"""The launch buttons of every notebook's page, and what the one for a hub asks."""

import html
import re

import pytest

from tests.pages.conftest import HTML
from tools import notebooks
from tools.provenance import ROOT

NOTEBOOKS = [path.relative_to(ROOT).as_posix() for path in notebooks.all_notebooks()]


def opened(name):
    """Which notebook a page's doors open: of an exercise, the copy without answers."""
    return name.replace("book/exercises/", "exercises/")


def doors(text, name):
    """Which of the three doors of a page open that notebook at the book's own tag."""
    repository = notebooks.project()["urls"]["Repository"]
    owner = repository.removeprefix("https://github.com/")
    tag, folder = f"v{notebooks.project()['version']}", owner.split("/")[1]
    quoted = repository.replace(":", "%3A")
    wanted = {
        "colab": f"https://colab.research.google.com/github/{owner}/blob/{tag}/{name}",
        "binder": f"https://mybinder.org/v2/gh/{owner}/{tag}?urlpath=lab/tree/{name}",
        "hub": "https://hub.example/hub/user-redirect/git-pull?"
        f"repo={quoted}&urlpath=lab/tree/{folder}/{name}&branch={tag}",
    }
    links = set(map(html.unescape, re.findall(r'href="([^"]+)"', text)))
    return {door for door, link in wanted.items() if link in links}


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_three_doors_open_the_committed_notebook_at_the_books_tag(name):
    text = (HTML / name).with_suffix(".html").read_text(encoding="utf-8")
    assert (ROOT / opened(name)).is_file()
    assert doors(text, opened(name)) == {"colab", "binder", "hub"}


def test_a_door_to_another_branch_or_folder_is_found():
    name = NOTEBOOKS[0]
    text = (HTML / name).with_suffix(".html").read_text(encoding="utf-8")
    assert doors(text.replace("/blob/v0", "/blob/main"), name) == {"binder", "hub"}
    assert not doors(text.replace("book/", ""), name)


def test_the_hubs_address_is_asked_for_once_and_kept(visit):
    page = visit(HTML / "book" / "recurrent" / "lstm.html").page
    page.evaluate("window.open = (url) => { window.opened = url; }")
    answers, asked = ["no address at all", None, "hub.uni.example/hub/"], []

    def answer(dialog):
        asked.append((dialog.type, dialog.default_value))
        if dialog.type == "alert":
            dialog.accept()
        elif (said := answers.pop(0)) is None:
            dialog.dismiss()
        else:
            dialog.accept(said)

    page.on("dialog", answer)
    click = "document.querySelector('a[href^=\"https://hub.example/\"]').click()"
    for _ in range(2):
        page.evaluate(click)
        assert page.evaluate("window.opened") is None
    page.evaluate(click)
    opened = page.evaluate("window.opened")
    assert opened.startswith("https://hub.uni.example/hub/user-redirect/git-pull?repo=")
    answers.append("https://hub.uni.example")
    page.evaluate(click)
    kinds = [kind for kind, _ in asked]
    assert kinds == ["prompt", "alert", "prompt", "prompt", "prompt"]
    assert asked[-1][1] == "https://hub.uni.example"
