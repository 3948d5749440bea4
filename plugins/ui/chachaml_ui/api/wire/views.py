"""Saved views as JSON."""

from typing import Annotated

from chachaml_kernel.domain import views
from msgspec import Meta, Struct

from chachaml_ui.api.wire.values import Name, Time

Query = Annotated[
    str,
    Meta(
        description="What follows the `?` of an address of `/runs`, percent-encoded",
        examples=["status=failed&sort=metric.loss"],
        extra_json_schema={"pattern": f"^{views.QUERY}$", "maxLength": views.MAX_QUERY},
    ),
]


class SaveView(Struct, frozen=True, forbid_unknown_fields=True):
    """A view to make, or to give another query."""

    name: Annotated[Name, Meta(examples=["failed, by loss"])]
    query: Query
    created_by: Name | None = None


class RenameView(Struct, frozen=True, forbid_unknown_fields=True):
    """What a view shall be called."""

    name: Name


class View(Struct, frozen=True):
    """A list of runs as somebody wants to see it again; `created_by` saved it first."""

    name: str
    query: Query
    created_by: str | None
    created_at: Time
    updated_at: Time


def from_view(view: views.View) -> View:
    """Return a view as JSON says it."""
    return View(
        name=view.name,
        query=view.query,
        created_by=view.created_by,
        created_at=view.created_at,
        updated_at=view.updated_at,
    )
