"""Markdown: parsed by CommonMark's rules with tables, strikethrough and maths; then sanitised."""

import re
from collections.abc import MutableMapping, Sequence
from functools import lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from markupsafe import Markup
from mdit_py_plugins.dollarmath import dollarmath_plugin

from chachaml_ui.prose.formula import mathml
from chachaml_ui.prose.sanitised import sanitised

LONGEST = 20_000
"""Characters; what is longer is shown as it was written."""
TOO_LONG = f"Longer than {LONGEST:,} characters, so shown as it was written:"
MATHS = 10_000
"""Characters of all formulas of one text; those beyond are shown as they were written."""

_RUN_ID = re.compile(r"\b[0-9a-f]{32}\b")


def rendered(text: str) -> Markup:
    """Return a text as `chachaml_ui.prose.prose` does."""
    if len(text) > LONGEST:
        return Markup("<p>{}</p><pre>{}</pre>").format(TOO_LONG, text)
    return _rendered(text)


@lru_cache(maxsize=16)
def _rendered(text: str) -> Markup:
    written = _parser().render(text, {"maths": 0})
    return sanitised(written)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.use(dollarmath_plugin, allow_labels=False, allow_digits=False, double_inline=True)
    parser.core.ruler.push("headings", _lower_headings)
    parser.core.ruler.push("columns", _align_columns)
    parser.core.ruler.push("run_ids", _link_run_ids)
    parser.add_render_rule("image", _name_image)
    for name in ("math_inline", "math_inline_double", "math_block"):
        parser.add_render_rule(name, _write_formula)
    return parser


def _write_formula(
    _: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    __: OptionsDict,
    env: MutableMapping[str, Any],
) -> str:
    token = tokens[index]
    source = token.content.strip()
    is_block = token.type != "math_inline"
    env["maths"] += len(source)
    written = mathml(source, is_block=is_block) if env["maths"] <= MATHS else None
    if written is None:
        mark = token.markup or "$"
        written = f'<code class="formula">{escapeHtml(f"{mark}{source}{mark}")}</code>'
    return f'<div class="maths">{written}</div>\n' if token.type == "math_block" else written


def _name_image(
    renderer: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    options: OptionsDict,
    env: MutableMapping[str, Any],
) -> str:
    """Say which image stood there: to fetch it would tell another host who reads the page."""
    token = tokens[index]
    address = escapeHtml(str(token.attrGet("src") or ""))
    alt = renderer.renderInlineAsText(token.children or [], options, env)
    return f'{escapeHtml(alt)} (<a href="{address}">{address}</a>)'


def _lower_headings(state: StateCore) -> None:
    """Put headings below those of the page, which has two levels of its own, and leave none out."""
    level = 2
    for token in state.tokens:
        if token.type == "heading_open":
            level = min(int(token.tag[1:]) + 2, level + 1, 6)
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{level}"


def _align_columns(state: StateCore) -> None:
    """Put what shall stand to the right into a class, as no style is kept."""
    for token in state.tokens:
        if token.attrs.pop("style", "") == "text-align:right":
            token.attrs["class"] = "n"


def _link_run_ids(state: StateCore) -> None:
    """Make links of the ids of runs, but where a link is already."""
    for block in state.tokens:
        if block.type == "inline":
            block.children = list(_with_links(block.children or []))


def _with_links(tokens: Sequence[Token]) -> Sequence[Token]:
    linked: list[Token] = []
    depth = 0
    for token in tokens:
        depth += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        plain = token.type == "text" and depth == 0
        linked += _split(token) if plain and _RUN_ID.search(token.content) else [token]
    return linked


def _split(token: Token) -> Sequence[Token]:
    pieces: list[Token] = []
    end = 0
    for match in _RUN_ID.finditer(token.content):
        run_id = match[0]
        href = {"href": f"/runs/{run_id}", "title": f"Run {run_id}"}
        pieces += [
            Token("text", "", 0, content=token.content[end : match.start()]),
            Token("link_open", "a", 1, attrs=dict(href)),
            Token("text", "", 0, content=run_id[-8:]),
            Token("link_close", "a", -1),
        ]
        end = match.end()
    return [*pieces, Token("text", "", 0, content=token.content[end:])]
