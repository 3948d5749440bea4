"""What the stylesheets hold is what the pages need."""

import re
from pathlib import Path

import chachaml_ui
import pytest

HOME = Path(chachaml_ui.__file__).parent
SHEETS = sorted((HOME / "static/css").glob("*.css"))
SOURCES = [
    *HOME.glob("templates/**/*.html"),
    *HOME.glob("static/js/**/*.js"),
    *HOME.glob("**/*.py"),
]
NUMBERED = re.compile(r"(c|d|lap)\d+")
FROM_LIBRARIES = re.compile(r"u-[a-z-]+|overlay|selection|handle")
"""Classes that uPlot and d3-brush give to what they draw."""


def without_comments(sheet: Path) -> str:
    return re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)


def alternatives(selector: str) -> list[str]:
    """Return what a selector allows for, without what is in brackets."""
    while (outside := re.sub(r"\([^()]*\)", "", selector)) != selector:
        selector = outside
    return selector.split(",")


@pytest.fixture(scope="module")
def words() -> set[str]:
    return {word for source in SOURCES for word in re.findall(r"[\w-]+", source.read_text())}


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_no_rule_is_for_a_class_that_nothing_has(sheet: Path, words: set[str]) -> None:
    selectors = re.findall(r"([^{};@]+)\{", without_comments(sheet))
    named = {name for each in selectors for name in re.findall(r"[.#]([A-Za-z][\w-]*)", each)}
    known = {name for name in named if NUMBERED.fullmatch(name) or FROM_LIBRARIES.fullmatch(name)}
    assert named - known - words == set()


def test_every_token_is_used() -> None:
    tokens = (HOME / "static/tokens.css").read_text()
    rules = "".join(without_comments(sheet) for sheet in SHEETS)
    uses = tokens + rules + "".join(source.read_text() for source in SOURCES)
    named = re.findall(r"(--[\w-]+):", tokens)
    unused = [name for name in named if not re.search(rf"{name}\b(?!-|:)", uses)]
    assert unused == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_no_rule_shouts(sheet: Path) -> None:
    assert "!important" not in sheet.read_text()


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_a_nested_rule_for_an_element_begins_with_an_ampersand(sheet: Path) -> None:
    """The first browsers that knew nesting drop a rule that begins with a letter."""
    depth: list[bool] = []
    for prelude, brace in re.findall(r"([^{};]*)([{};])", without_comments(sheet)):
        selector = prelude.strip()
        if brace == "{":
            is_rule = not selector.startswith("@")
            if is_rule and any(depth):
                assert not any(part.strip()[0].isalpha() for part in alternatives(selector))
            depth.append(is_rule)
        elif brace == "}":
            depth.pop()


def test_browsers_without_both_themes_have_the_day() -> None:
    tokens = (HOME / "static/tokens.css").read_text()
    both = re.findall(r"(--[\w-]+): ([^;]*light-dark\([^;]*);", tokens)
    first = re.compile(r"light-dark\(([^,()]+), [^()]+\)")
    day = [f"{name}: {first.sub(lambda found: found[1], value)};" for name, value in both]
    assert day
    _, fallback = tokens.split("@supports not (color: light-dark(#000, #fff))")
    assert [each for each in day if each not in fallback] == []
