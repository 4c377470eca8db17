"""The repairs of the built pages, each on a few lines of markup."""

import struct

import pytest

from tools import finish_pages as finish


@pytest.fixture
def page(tmp_path):
    header = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", 640, 480)
    (tmp_path / "a.png").write_bytes(header)
    (tmp_path / "b.svg").write_text('<svg viewBox="0 0 72 21.4"></svg>')
    return tmp_path / "page.html"


def test_an_image_gets_its_size_and_waits(page):
    made = finish.lazy_image('<img alt="x" src="a.png" />', page)
    assert made == '<img alt="x" src="a.png" loading="lazy" width="640" height="480">'
    assert 'width="72" height="21"' in finish.lazy_image('<img src="b.svg">', page)
    spoken = '<img alt="boxes of rising height: 784 pixels" src="a.png">'
    assert 'width="640"' in finish.lazy_image(spoken, page)


@pytest.mark.parametrize(
    "tag", ['<img src="data:,x">', '<img loading="eager" src="x">']
)
def test_an_image_that_is_there_or_settled_is_left_alone(page, tag):
    assert finish.lazy_image(tag, page) == tag


def test_a_given_size_is_kept(page):
    made = finish.lazy_image('<img src="a.png" style="width: 50%">', page)
    assert "640" not in made and 'loading="lazy"' in made


def test_scripts_wait_and_that_of_the_equations_is_last(page):
    text = (
        '<head><script src="a.js"></script><script>let a;</script>'
        '<script defer="defer" src="_static/mathjax/t.js"></script></head>'
        '<body><script defer src="b.js"></script></body>'
    )
    made = finish.finish_page(text, page)
    places = [made.index(name) for name in ("a.js", "let a", "b.js", "mathjax")]
    assert places == sorted(places)
    assert made.count("<script defer") == 3


def test_what_a_page_does_not_need_goes(page):
    text = """
    <meta name="viewport" content="1"><meta name="viewport" content="1" />
    <script src="../_static/scripts/fontawesome.js?digest=1"></script>
    <script type="text/x-thebe-config">{ requestKernel: true }</script>
    <script>kernelName = 'python3'</script>
    <i class="fa-solid fa-sun"></i>"""
    made = finish.finish_page(text, page)
    assert "<script" not in made and made.count("viewport") == 1
    assert '<i class="fa-solid fa-sun" aria-hidden="true"></i>' in made


def test_finishing_twice_changes_nothing(page):
    text = (
        '<img src="a.png"><script src="a.js"></script><i class="fas fa-x"></i></body>'
    )
    once = finish.finish_page(text, page)
    assert finish.finish_page(once, page) == once


def test_the_icon_font_goes_and_other_rules_stay():
    font = "@font-face{font-family:Font Awesome\\ 6 Free;src:url(x)}"
    rules = font + '.fa-0:before{content:"0"}' + ".a:before{content:'b'}"
    assert finish.without_icon_font(rules) == ".a:before{content:'b'}"


@pytest.mark.parametrize(
    ("text", "better"),
    [
        (
            '<summary aria-label="x">\n<p class="a">Show</p>\n<p class="b">Hide</p>',
            '<summary aria-label="x">\n<span class="a">Show</span>\n'
            '<span class="b">Hide</span>',
        ),
        (
            '<style scoped>\n.x {}\n</style>\n<table border="1" class="d">',
            '<table class="d">',
        ),
        ('<main id="m" role="main">', '<main id="m">'),
        ('<meta charset="utf-8" />', '<meta charset="utf-8">'),
        (
            "<p><p>array</p>\n<ol>\n<li></li>\n</ol>\n</p>",
            "<div><p>array</p>\n<ol>\n<li></li>\n</ol>\n</div>",
        ),
        ('href="x?title=a&body=b"', 'href="x?title=a&amp;body=b"'),
        (
            'href="x?repo=a&urlpath=b&branch=c"',
            'href="x?repo=a&amp;urlpath=b&amp;branch=c"',
        ),
    ],
)
def test_markup_that_a_validator_refuses_is_mended(page, text, better):
    assert finish.finish_page(text, page) == better


def test_a_printed_table_says_how_wide_it_is_once(page):
    frame = '<div class="output stream {}"><div class="highlight"><pre>{}</pre>'
    text = frame.format("highlight-ansi", "<span></span>a &lt; b   \n<i>1234567</i>\n")
    made = finish.finish_page(text, page)
    assert '<pre style="--columns: 7"><span>' in made
    assert finish.finish_page(made, page) == made
    red = frame.format("stderr highlight-ansi", "1234567")
    assert finish.finish_page(red, page) == red


@pytest.mark.parametrize("mark", [",", ".", ")", "’", "),"])
def test_a_formula_keeps_the_mark_behind_it(page, mark):
    formula = '<span class="math notranslate nohighlight">\\(x &lt; 1\\)</span>'
    text = f"<p>say {formula}{mark} and ({formula}{mark} or {formula} on"
    made = finish.finish_page(text, page)
    kept = f'<span class="kept">{formula}{mark}</span>'
    opened = f'<span class="kept">({formula}{mark}</span>'
    assert made == f"<p>say {kept} and {opened} or {formula} on"
    assert finish.finish_page(made, page) == made
