"""What the documentation refers to is there."""

import pkgutil
import re
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, blocks, headings, name_of, prose

FOLDERS = r"(?:\.ci|bench|docs|examples|kernel|plugins|tests)"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)", prose(page)):
        file = (page.parent / target).resolve() if target else page
        assert file.exists(), target
        assert not anchor or anchor in map(slug, headings(file)), f"{target}#{anchor}"


def slug(heading: str) -> str:
    """Return the anchor that GitHub gives a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_path_that_is_named_exists(page: Path) -> None:
    for path in re.findall(rf"`({FOLDERS}/[\w./-]*)`", prose(page)):
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_python_name_that_is_named_exists(page: Path) -> None:
    for name in re.findall(r"`(chachaml_\w+(?:\.\w+)+)", prose(page)):
        pkgutil.resolve_name(name)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_everything_that_is_made_can_be_made(page: Path) -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    text = prose(page).replace("`", "\n") + "".join(block.text for block in blocks(page))
    for target in re.findall(r"^(?:\$ )?make(?: -f \S+)? ([a-z]+)", text, re.MULTILINE):
        assert target in targets


def test_every_page_can_be_reached_from_the_first() -> None:
    reached, waiting = set(), [PAGES[0]]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        links = re.findall(r"\]\((?!https?:)([^)#]+\.md)", prose(page))
        waiting += {(page.parent / link).resolve() for link in links} - reached
    assert set(PAGES) <= reached


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "adr").glob("0*.md")), ids=name_of)
def test_every_decision_has_its_context_and_consequences(page: Path) -> None:
    title, *parts = headings(page)
    assert title.startswith(f"{int(page.name[:4])}. ")
    assert parts == ["Context", "Decision", "Consequences"]
    assert f"[{title.partition('. ')[2]}]({page.name})" in (page.parent / "README.md").read_text()
