"""The tool that exports runs: the beginning of the file, and where all of it is."""

from collections.abc import Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlencode

import msgspec
from msgspec import Meta

from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.tools.tool import AnyTool, Arguments, Tool

if TYPE_CHECKING:
    from chachaml_kernel.kernel import Kernel

MAX_BYTES = 16_000
"""Bytes of a file that are shown."""


class ExportRuns(Arguments, frozen=True, kw_only=True):
    """Arguments of `export_runs`."""

    experiment: Annotated[str | None, Meta(description="only runs of this experiment")] = None
    what: Annotated[
        Literal["runs", "metrics"], Meta(description="a row a run, or a row a point")
    ] = "runs"
    format: str = "csv"


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """An export: the first rows as text, if the format is one, and the address of the file."""

    url: Annotated[str, Meta(description="address to download the whole file from")]
    content_type: str
    beginning: str
    is_whole: bool


async def export_runs(kernel: "Kernel", asked: ExportRuns) -> Exported:
    """Export runs, or all points of their metrics, as a file; its beginning is shown."""
    if asked.experiment is not None:
        await kernel.experiments.get(asked.experiment)
    query = RunQuery(experiment=asked.experiment)
    file = await kernel.exports.export(asked.what, query, format=asked.format)
    data, is_whole = bytearray(), True
    if file.content_type.startswith("text/"):
        async with aclosing(file.chunks) as chunks:  # type: ignore[type-var]
            async for chunk in chunks:
                data += chunk
                if len(data) > MAX_BYTES:
                    is_whole = False
                    break
    else:
        is_whole = False
    asked_for = {"what": asked.what, "format": asked.format, "experiment": asked.experiment}
    return Exported(
        url=f"/api/export?{urlencode({k: v for k, v in asked_for.items() if v is not None})}",
        content_type=file.content_type,
        beginning=_whole_rows(bytes(data), is_whole=is_whole),
        is_whole=is_whole,
    )


def _whole_rows(data: bytes, *, is_whole: bool) -> str:
    if not is_whole:
        data = data[: data.rfind(b"\n", 0, MAX_BYTES) + 1]
    return data.decode(errors="replace")


TOOLS: Sequence[AnyTool] = (Tool(export_runs, ExportRuns, Exported),)
