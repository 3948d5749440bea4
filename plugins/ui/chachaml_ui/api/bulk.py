"""The route that changes many runs at once."""

from typing import Annotated

from chachaml_kernel.domain.bulk import MAX_RUNS
from chachaml_kernel.errors import Invalid
from msgspec import Meta, Struct

from chachaml_ui.api.table import Call, Nothing, Route, route
from chachaml_ui.api.wire.values import Id, Name, Ok, Text

FIELDS = {
    "archive": (),
    "restore": (),
    "delete": (),
    "tag": ("key", "value"),
    "untag": ("key",),
}
"""The actions, each with the fields that it needs beside the runs."""


class BulkChange(Struct, frozen=True, forbid_unknown_fields=True):
    """What to do with each of some runs; `tag` needs a key and a value, `untag` a key."""

    action: Annotated[str, Meta(extra_json_schema={"enum": [*FIELDS]})]
    ids: Annotated[list[Id], Meta(extra_json_schema={"minItems": 1, "maxItems": MAX_RUNS})]
    key: Name | None = None
    value: Text | None = None


async def change_runs(call: Call[Nothing, Nothing, BulkChange]) -> Ok:
    """Archive, restore, delete, tag or untag up to 1,000 runs, all of them or none."""
    bulk, body, once = call.kernel.bulk, call.body, call.once
    match body:
        case BulkChange("archive", ids, None, None):
            await bulk.archive(ids, once=once)
        case BulkChange("restore", ids, None, None):
            await bulk.restore(ids, once=once)
        case BulkChange("delete", ids, None, None):
            await bulk.delete(ids, once=once)
        case BulkChange("tag", ids, str(key), str(value)):
            await bulk.tag(ids, key, value, once=once)
        case BulkChange("untag", ids, str(key), None):
            await bulk.untag(ids, key, once=once)
        case _:
            raise _complaint(body.action)
    return Ok()


def _complaint(action: str) -> Invalid:
    if action not in FIELDS:
        return Invalid(f"no action is named {action!r}; use one of {', '.join(FIELDS)}")
    wanted = " and ".join(map(repr, ("ids", *FIELDS[action])))
    return Invalid(f"action {action!r} takes {wanted}, all of them and nothing else")


def routes() -> list[Route]:
    """Return the route of bulk changes."""
    return [route("POST", "/api/w/bulk", change_runs, tag="runs", problems=(404, 409))]
