"""docs/mcp.md and what clients of the protocol find."""

import re

from chachaml_mcp.prompts import QUESTIONS
from chachaml_mcp.resources import KINDS

from tests.docs.pages import ROOT, rows, sections

FOUND = sections(ROOT / "docs" / "mcp.md", 2)["What clients find"]


def test_every_kind_of_resource_has_its_row() -> None:
    documented = {row[0]: row[1] for row in rows(FOUND) if "://" in row[0]}
    assert documented == {
        f"{scheme}://{{{kind.argument}}}": f"what {kind.tool} returns"
        for scheme, kind in KINDS.items()
    }


def test_every_prompt_has_its_row_with_its_argument_and_title() -> None:
    documented = [row for row in rows(FOUND) if re.fullmatch(r"\w+", row[0])]
    assert documented == [
        [name, question.argument, question.title] for name, question in QUESTIONS.items()
    ]
