"""The documentation as tests read it: pages, their sections, tables and blocks of code."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
README, CONTRIBUTING = ROOT / "README.md", ROOT / "CONTRIBUTING.md"
CONFIGURATION, HOOKS, HTTP, KEEPING = (
    ROOT / "docs" / name for name in ("configuration.md", "hooks.md", "http.md", "keeping.md")
)
PAGES = (README, CONTRIBUTING, *sorted((ROOT / "docs").rglob("*.md")))

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"# ([\w./-]+\.(?:py|toml))\n")
_HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code; `file` is the name of the file that it is, where its first line says so."""

    language: str
    text: str

    @property
    def file(self) -> str | None:
        match = _FILE.match(self.text)
        return match[1] if match else None


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def blocks(page: Path) -> list[Block]:
    return [Block(*match.groups()) for match in _BLOCK.finditer(page.read_text())]


def prose(page: Path) -> str:
    """Return a page without its blocks of code."""
    return _BLOCK.sub("", page.read_text())


def headings(page: Path) -> list[str]:
    return [match[2].replace("`", "") for match in _HEADING.finditer(prose(page))]


def sections(page: Path, level: int) -> dict[str, str]:
    """Return the text under each heading of a level, by the heading without its backticks."""
    text = page.read_text()
    blanked = _BLOCK.sub(lambda match: re.sub(r"\S", "x", match[0]), text)
    found = [match for match in _HEADING.finditer(blanked) if len(match[1]) <= level]
    ends = [match.start() for match in found[1:]] + [len(text)]
    return {
        match[2].replace("`", ""): text[match.end() : end]
        for match, end in zip(found, ends, strict=True)
        if len(match[1]) == level
    }


def rows(section: str) -> list[list[str]]:
    """Return the cells of the tables of a section, but for their heads, without backticks."""
    lines = re.findall(r"^\|(.+)\|$", section, re.MULTILINE)
    cells = [[cell.strip().replace("`", "") for cell in line.split(" | ")] for line in lines]
    heads = [number - 1 for number, row in enumerate(lines) if re.fullmatch(r"[-|]+", row)]
    return [row for n, row in enumerate(cells) if n not in heads and n - 1 not in heads]
