"""Tools that say something about runs; what the runs themselves have logged stays as it is."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from chachaml_kernel.tools.runs import RunId
from chachaml_kernel.tools.shapes import Url, run_url
from chachaml_kernel.tools.tool import AnyTool, Arguments, Tool

if TYPE_CHECKING:
    from chachaml_kernel.kernel import Kernel


class AddTag(Arguments, frozen=True, kw_only=True):
    """Arguments of `add_tag`."""

    run_id: RunId
    key: str
    value: str


class SetNote(Arguments, frozen=True, kw_only=True):
    """Arguments of `set_note`."""

    run_id: RunId
    note: Annotated[str, Meta(description="Markdown; replaces the whole note")]
    previous: Annotated[
        str | None, Meta(description="the note as you read it; refused if it has changed since")
    ] = None


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A run that was annotated."""

    run_id: str
    url: Url


async def add_tag(kernel: "Kernel", asked: AddTag) -> Said:
    """Set a tag of a run; one with the same key is replaced."""
    await kernel.runs.tag(asked.run_id, asked.key, asked.value)
    return Said(run_id=asked.run_id, url=run_url(asked.run_id))


async def set_note(kernel: "Kernel", asked: SetNote) -> Said:
    """Replace the note of a run."""
    await kernel.runs.note(asked.run_id, asked.note, previous=asked.previous)
    return Said(run_id=asked.run_id, url=run_url(asked.run_id))


TOOLS: Sequence[AnyTool] = (
    Tool(add_tag, AddTag, Said, annotates=True),
    Tool(set_note, SetNote, Said, annotates=True),
)
