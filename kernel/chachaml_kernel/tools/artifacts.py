"""The tool that reads what a run has left, as far as it is text."""

import codecs
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from chachaml_kernel.errors import Invalid, NotFound
from chachaml_kernel.tools.runs import RunId
from chachaml_kernel.tools.tool import AnyTool, Arguments, Tool

if TYPE_CHECKING:
    from chachaml_kernel.kernel import Kernel

MAX_BYTES = 24_000
"""Bytes of an artifact that one call reads."""


class GetArtifactText(Arguments, frozen=True, kw_only=True):
    """Arguments of `get_artifact_text`."""

    run_id: RunId
    name: Annotated[str, Meta(description="the artifact's name, as get_run has it")]
    offset: Annotated[int, Meta(ge=0, description="bytes to skip, to read on")] = 0
    max_bytes: Annotated[int, Meta(ge=4, le=MAX_BYTES)] = 8_000


class ArtifactText(msgspec.Struct, frozen=True, kw_only=True):
    """A part of an artifact as text; `remaining` bytes follow it, from `next_offset` on."""

    run_id: str
    name: str
    content_type: str
    size: int
    text: str
    next_offset: int
    remaining: int


async def get_artifact_text(kernel: "Kernel", asked: GetArtifactText) -> ArtifactText:
    """Read a text artifact of a run, such as a log or a report, in UTF-8."""
    found = await kernel.runs.get(asked.run_id)
    by_name = {artifact.name: artifact for artifact in found.artifacts}
    artifact = by_name.get(asked.name)
    if artifact is None:
        known = ", ".join(sorted(by_name)[:20]) or "none"
        raise NotFound(
            "artifact", f"run {asked.run_id!r} has no artifact {asked.name!r}; it has {known}"
        )
    length = max(0, min(asked.max_bytes, artifact.size - asked.offset))
    data = b""
    if length:
        async with kernel.artifacts.open(artifact, offset=asked.offset, length=length) as chunks:
            data = b"".join([chunk async for chunk in chunks])
    text, read = _decoded(data, whole=asked.offset + length >= artifact.size)
    if "\0" in text:
        raise Invalid(f"artifact {asked.name!r} is no text; only its facts can be told")
    return ArtifactText(
        run_id=asked.run_id,
        name=artifact.name,
        content_type=artifact.content_type,
        size=artifact.size,
        text=text,
        next_offset=asked.offset + read,
        remaining=max(0, artifact.size - asked.offset - read),
    )


def _decoded(data: bytes, *, whole: bool) -> tuple[str, int]:
    """Return the text of some bytes, and how many it took: a character cut at the end waits.

    Bytes that are not UTF-8 become U+FFFD.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    text = decoder.decode(data, final=whole)
    return text, len(data) - len(decoder.getstate()[0])


TOOLS: Sequence[AnyTool] = (Tool(get_artifact_text, GetArtifactText, ArtifactText),)
