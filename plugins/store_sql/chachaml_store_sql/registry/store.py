"""The part of the store port that keeps the model registry, over SQL."""

from chachaml_kernel.domain.idempotency import Once
from chachaml_kernel.domain.models import Model, ModelDetail, Move, NewMove, NewVersion, Version
from chachaml_kernel.domain.paging import Page, Position

from chachaml_store_sql.once import write_once
from chachaml_store_sql.registry import models, versions
from chachaml_store_sql.runner import Runner


class SqlModels:
    """Keeps the promises of `ModelStore`."""

    read: Runner
    write: Runner

    async def add_version(self, new: NewVersion, *, once: Once | None = None) -> Version:
        """See `ModelStore`."""
        return await write_once(self.write, once, Version, lambda c: versions.add(c, new))

    async def set_stage(self, new: NewMove, *, once: Once | None = None) -> Version:
        """See `ModelStore`."""
        return await write_once(self.write, once, Version, lambda c: models.set_stage(c, new))

    async def describe_version(
        self, name: str, version: int, description: str, *, at: int, once: Once | None = None
    ) -> Version:
        """See `ModelStore`."""
        return await write_once(
            self.write,
            once,
            Version,
            lambda c: models.describe_version(c, name, version, description, at=at),
        )

    async def describe_model(
        self, name: str, description: str, *, at: int, once: Once | None = None
    ) -> Model:
        """See `ModelStore`."""
        return await write_once(
            self.write, once, Model, lambda c: models.describe(c, name, description, at=at)
        )

    async def list_models(self, *, limit: int, after: Position | None = None) -> Page[Model]:
        """See `ModelStore`."""
        return await self.read(lambda c: models.list_models(c, limit=limit, after=after))

    async def get_model(self, name: str) -> ModelDetail:
        """See `ModelStore`."""
        return await self.read(lambda c: models.get(c, name))

    async def list_moves(
        self, name: str, *, limit: int, after: Position | None = None
    ) -> Page[Move]:
        """See `ModelStore`."""
        return await self.read(lambda c: models.list_moves(c, name, limit=limit, after=after))
