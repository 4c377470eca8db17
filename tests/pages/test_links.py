"""Every link within the book leads somewhere; those that lead out are listed."""

from tools import links


def test_every_link_within_the_book_reaches_its_page_and_its_anchor():
    pages = links.read_all()
    assert sum(len(page.links) for page in pages.values()) > 1000
    assert links.broken(pages) == []


def test_a_link_that_leads_nowhere_is_found(tmp_path):
    for name in ("a", "b"):
        tmp_path.joinpath(f"{name}.html").write_text(f'<p id="in-{name}">x</p>')
    good = '<a href="b.html#in-b"></a><a href="#here" id="here"></a>'
    bad = '<a href="c.html"></a><a href="b.html#in-a"></a><a href="#nowhere"></a>'
    out = '<a href="https://example.org/x"></a>'
    tmp_path.joinpath("a.html").write_text(good + bad + out)
    pages = links.read_all(tmp_path)
    assert len(links.broken(pages)) == 3
    assert links.external(pages) == {"https://example.org/x": ["a"]}


def test_no_two_places_of_a_page_have_the_same_name():
    for path, page in links.read_all().items():
        twice = {name for name in page.anchors if page.anchors.count(name) > 1}
        assert not twice, path
