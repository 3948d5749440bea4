"""The part of the store port that keeps the model registry."""

from typing import Protocol

from chachaml_kernel.domain.idempotency import Once
from chachaml_kernel.domain.models import Model, ModelDetail, Move, NewMove, NewVersion, Version
from chachaml_kernel.domain.paging import Page, Position


class ModelStore(Protocol):
    """The model registry.

    Each time that a version changes its stage, the move is kept for ever, and is stored together
    with the change. A version that is registered for a stage moves to it from `none`.
    """

    async def add_version(self, new: NewVersion, *, once: Once | None = None) -> Version:
        """Register the artifact that a run now has under a name as the model's next version.

        Makes the model if it is new, with the version's description. Numbers have no gap and no
        repeat. A version that enters production archives the one that was there. Raises
        `NotFound("run")` and `NotFound("artifact")`.
        """
        ...

    async def set_stage(self, new: NewMove, *, once: Once | None = None) -> Version:
        """Move a version to a stage; for production, the one that was there moves out of it.

        At no moment are two versions of a model in production. Where the version has that stage
        already, nothing changes. Raises `NotFound("model")`, `NotFound("version")`, and `Conflict`
        if something else is in production than `new` expects.
        """
        ...

    async def describe_version(
        self, name: str, version: int, description: str, *, at: int, once: Once | None = None
    ) -> Version:
        """Replace a version's description. Raises what `set_stage` raises for what is missing."""
        ...

    async def describe_model(
        self, name: str, description: str, *, at: int, once: Once | None = None
    ) -> Model:
        """Replace a model's description. Raises `NotFound("model")`."""
        ...

    async def list_models(self, *, limit: int, after: Position | None = None) -> Page[Model]:
        """Return one page of the models, newest first."""
        ...

    async def get_model(self, name: str) -> ModelDetail:
        """Return a model with its versions and its latest 100 moves, newest first.

        Raises `NotFound("model")`.
        """
        ...

    async def list_moves(
        self, name: str, *, limit: int, after: Position | None = None
    ) -> Page[Move]:
        """Return one page of a model's moves, the last one first. Raises `NotFound("model")`.

        A version that was displaced moved before the one that displaced it.
        """
        ...
