"""Routes of what is said about a run: tags, its note, its datasets."""

from typing import Annotated, Any

from chachaml_kernel.domain.paging import next_cursor
from msgspec import Meta, Struct

from chachaml_ui.api.queries import Page
from chachaml_ui.api.runs import RunPath
from chachaml_ui.api.table import Call, Nothing, Paged, Route, route
from chachaml_ui.api.wire import artifacts as wire_artifacts
from chachaml_ui.api.wire.values import Name, Ok, Text


class Tag(Struct, frozen=True, forbid_unknown_fields=True):
    """A tag to set."""

    key: Annotated[Name, Meta(examples=["author"])]
    value: Text


class TagKey(Struct, frozen=True, forbid_unknown_fields=True):
    """Which tag to remove."""

    key: str


class Note(Struct, frozen=True, forbid_unknown_fields=True):
    """A note to set; `previous` is the one that was edited, as its author saw it."""

    note: Text
    previous: Text | None = None
    saved_by: Name | None = None


async def get_tags(call: Call[RunPath, Nothing, None]) -> dict[str, str]:
    """Return the tags of a run."""
    return dict(await call.kernel.runs.tags(call.path.id))


async def set_tag(call: Call[RunPath, Nothing, Tag]) -> Ok:
    """Set a tag of a run, whatever its status."""
    await call.kernel.runs.tag(call.path.id, call.body.key, call.body.value, once=call.once)
    return Ok()


async def delete_tag(call: Call[RunPath, TagKey, None]) -> Ok:
    """Remove a tag of a run; one that it has not is fine."""
    await call.kernel.runs.untag(call.path.id, call.query.key, once=call.once)
    return Ok()


async def set_note(call: Call[RunPath, Nothing, Note]) -> Ok:
    """Replace the note of a run, whatever its status."""
    body = call.body
    await call.kernel.runs.note(
        call.path.id,
        body.note,
        previous=body.previous,
        saved_by=call.caller if body.saved_by is None else body.saved_by,
        once=call.once,
    )
    return Ok()


async def add_dataset(
    call: Call[RunPath, Nothing, wire_artifacts.NewDataset],
) -> wire_artifacts.Dataset:
    """Say what a run is trained or tested on."""
    dataset = wire_artifacts.to_dataset(call.body)
    added = await call.kernel.runs.add_dataset(call.path.id, dataset, once=call.once)
    return wire_artifacts.from_dataset(added)


async def list_datasets(call: Call[RunPath, Page, None]) -> Paged[wire_artifacts.Dataset]:
    """List the datasets of a run, newest first."""
    page = await call.kernel.runs.datasets(
        call.path.id, limit=call.query.limit, after=call.query.after("datasets")
    )
    return Paged(
        [wire_artifacts.from_dataset(dataset) for dataset in page.rows],
        next_cursor("datasets", page),
    )


def routes() -> list[Route]:
    """Return the routes of tags, notes and datasets."""
    one: dict[str, Any] = {"tag": "annotations", "problems": (404,)}
    writing: dict[str, Any] = {"tag": "annotations", "problems": (404, 409)}
    return [
        route("GET", "/api/tags/{id}", get_tags, **one),
        route("POST", "/api/tags/{id}", set_tag, **writing),
        route("DELETE", "/api/tags/{id}", delete_tag, **writing),
        route("POST", "/api/note/{id}", set_note, **writing),
        route("POST", "/api/w/runs/{id}/datasets", add_dataset, **writing),
        route("GET", "/api/datasets/{id}", list_datasets, **one),
    ]
