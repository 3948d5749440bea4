"""Markdown and maths as a page shows them, whatever is written."""

import re
import subprocess
import sys

import pytest
from chachaml_ui.prose import formula, markdown, prose
from hypothesis import given
from hypothesis import strategies as st

RUN = "0" * 31 + "7"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("**good**", "<p><strong>good</strong></p>\n"),
        ("a `x<y` b", "<p>a <code>x&lt;y</code> b</p>\n"),
        ("~~old~~", "<p><s>old</s></p>\n"),
        ("# Title", "<h3>Title</h3>\n"),
        ("##### A\n# B\n## C", "<h3>A</h3>\n<h3>B</h3>\n<h4>C</h4>\n"),
        ("costs $5 and $6", "<p>costs $5 and $6</p>\n"),
        ("", ""),
    ],
)
def test_markdown_becomes_prose(written: str, shown: str) -> None:
    assert prose(written) == shown


def test_tables_are_tables() -> None:
    assert "<td>1</td>" in prose("| a |\n|---|\n| 1 |")
    columns = prose("| a | b | c |\n|--:|:-:|---|\n| 1 | 2 | 3 |")
    assert '<th class="n">a</th>' in columns
    assert '<td class="n">1</td>\n<td>2</td>\n<td>3</td>' in columns


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("$x_1$", '<math display="inline"><mrow><msub><mi>x</mi><mn>1</mn></msub></mrow></math>'),
        ("$$\na < b\n$$", "<mo>&lt;</mo>"),
        (r"$\begin{aligned}a&=b\\c&=d\end{aligned}$", "<mtable>"),
        (r"$\text{a & b}$", "<mtext>a&nbsp;&amp;&nbsp;b</mtext>"),
    ],
)
def test_maths_becomes_mathml(written: str, shown: str) -> None:
    assert shown in prose(written)


@pytest.mark.parametrize(
    "source",
    [
        r"\frac{1}{",
        r"\left(",
        "x^2^3",
        r"\begin{matrix}1",
        "{" * 400,
        r"\sqrt" * 190,
        "x" * 1_001,
        r"\def\a{\a\a}\a",
        r"\newcommand{\a}{b}\a",
        r"\DeclareMathOperator{\a}{b}\a",
    ],
)
def test_a_formula_that_cannot_be_drawn_is_shown_as_its_source(source: str) -> None:
    shown = prose(f"see ${source}$ there")
    assert "<math" not in shown
    assert f'<code class="formula">${source}$</code>' in shown


def test_of_very_much_maths_the_rest_is_shown_as_its_source() -> None:
    shown = prose("$x+1+2$ " * 2_400)
    assert shown.count("<math") == markdown.MATHS // 5
    assert "<code" in shown


def test_a_text_that_is_too_long_is_shown_as_it_is_written() -> None:
    text = "<b>*a*" * markdown.LONGEST
    shown = prose(text)
    assert shown.startswith("<p>Longer than 20,000 characters, so shown as it was written:</p>")
    assert shown.endswith(f"<pre>{text.replace('<b>', '&lt;b&gt;')}</pre>")


@pytest.mark.parametrize(
    "written",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<iframe src=//evil.example></iframe>",
        "![alt](http://evil.example/x.png)",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:a)",
        "<javascript:alert(1)>",
        '[x](http://a "onmouseover=alert(1)")',
        r"$\text{<script>alert(1)</script>}$",
        r"$\text{<img src=x onerror=alert(1)>}$",
        r"$\href{javascript:alert(1)}{x}$",
        r"$\style{background:url(//evil.example)}{x}$",
        r"$\text{</math><script>alert(1)</script>}$",
        r"$\unicode{x3c}script\unicode{x3e}$",
        r"$$\mathrm{</mrow><svg onload=alert(1)>}$$",
        '``` "><script>\nx\n```',
    ],
)
def test_nothing_acts_and_nothing_is_fetched(written: str) -> None:
    check_harmless(prose(written))


@given(st.text(alphabet="$\\{}^_&<>\"'=[]()!*`~|#- \nab1", max_size=60))
def test_whatever_is_written_is_shown_and_harmless(text: str) -> None:
    check_harmless(prose(text))


def check_harmless(shown: str) -> None:
    tags = re.findall(r"<[^>]*>", shown)
    assert not [tag for tag in tags if re.match(r"</?(script|img|iframe|svg|style|object)", tag)]
    assert not [
        tag for tag in tags if re.search(r"\s(on\w+|style|src)=|=\"\s*(java|vb)script:", tag)
    ]
    assert not [tag for tag in tags if "data:" in tag]


def test_instead_of_an_image_stand_its_text_and_its_address() -> None:
    shown = prose("![a **curve**](http://evil.example/x.png)")
    link = '<a href="http://evil.example/x.png" rel="noopener nofollow">'
    assert shown == f"<p>a curve ({link}http://evil.example/x.png</a>)</p>\n"


def test_ids_of_runs_are_links_but_not_in_links_and_code() -> None:
    link = f'<a href="/runs/{RUN}" title="Run {RUN}" rel="noopener nofollow">00000007</a>'
    assert prose(f"see {RUN}, and") == f"<p>see {link}, and</p>\n"
    assert link not in prose(f"[{RUN}](http://a.example) `{RUN}` {RUN}0")


def test_mathml_says_whether_it_is_a_block() -> None:
    assert 'display="block"' in (formula.mathml("x", is_block=True) or "")
    assert 'display="inline"' in (formula.mathml("x", is_block=False) or "")


def test_a_server_starts_without_what_makes_prose() -> None:
    check = "import sys, chachaml_ui.server; sys.exit('markdown_it' in sys.modules)"
    subprocess.run([sys.executable, "-c", check], check=True)
