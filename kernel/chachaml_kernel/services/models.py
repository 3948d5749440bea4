"""The model registry: registering, promoting and diffing versions."""

from msgspec import Struct

from chachaml_kernel.domain.comparison import VersionDiff, diff
from chachaml_kernel.domain.idempotency import Once
from chachaml_kernel.domain.models import (
    MAX_REASON,
    InProduction,
    Model,
    ModelDetail,
    Move,
    NewMove,
    NewVersion,
    Stage,
    Version,
    stage,
)
from chachaml_kernel.domain.names import check_name, check_text
from chachaml_kernel.domain.paging import Page, Position, check_limit
from chachaml_kernel.domain.runs import RunDetail
from chachaml_kernel.errors import Invalid, NotFound
from chachaml_kernel.ports import Store
from chachaml_kernel.services.changes import Changes
from chachaml_kernel.services.surroundings import Clock


class Models(Struct, frozen=True):
    """Models and their versions."""

    store: Store
    clock: Clock
    changes: Changes

    async def register(
        self,
        name: str,
        *,
        run_id: str,
        artifact: str,
        stage_name: str = "none",
        description: str = "",
        created_by: str | None = None,
        once: Once | None = None,
    ) -> Version:
        """Register the artifact that a run has under the name `artifact` as the next version."""
        new = NewVersion(
            name=check_name("model name", name),
            run_id=run_id,
            artifact_name=artifact,
            stage=stage(stage_name),
            description=check_text("description", description),
            created_by=None if created_by is None else check_name("created_by", created_by),
            created_at=self.clock(),
        )
        added = await self.store.add_version(new, once=once)
        self.changes.model(name)
        return added

    async def set_stage(
        self,
        name: str,
        version: int,
        *,
        stage_name: str,
        moved_by: str | None = None,
        reason: str = "",
        displaces: InProduction | None = None,
        once: Once | None = None,
    ) -> Version:
        """Move a version to a stage; one that leaves production by this is archived.

        `displaces` is what the caller has seen in production, and takes the move back if something
        else is there by now.
        """
        to = stage(stage_name)
        if displaces is not None and to is not Stage.PRODUCTION:
            raise Invalid(f"a move to {to} displaces nothing; leave 'displaces' out")
        new = NewMove(
            name=name,
            version=version,
            stage=to,
            displaces=displaces,
            at=self.clock(),
            by=None if moved_by is None else check_name("moved_by", moved_by),
            reason=check_text("reason", reason, longest=MAX_REASON),
        )
        moved = await self.store.set_stage(new, once=once)
        self.changes.model(name)
        return moved

    async def describe_version(
        self, name: str, version: int, description: str, *, once: Once | None = None
    ) -> Version:
        """Replace a version's description."""
        check_text("description", description)
        described = await self.store.describe_version(
            name, version, description, at=self.clock(), once=once
        )
        self.changes.model(name)
        return described

    async def describe(self, name: str, description: str, *, once: Once | None = None) -> Model:
        """Replace a model's description."""
        check_text("description", description)
        model = await self.store.describe_model(name, description, at=self.clock(), once=once)
        self.changes.model(name)
        return model

    async def list(self, *, limit: int, after: Position | None = None) -> Page[Model]:
        """Return one page of the models, newest first."""
        return await self.store.list_models(limit=check_limit(limit), after=after)

    async def get(self, name: str) -> ModelDetail:
        """Return a model with its versions and its latest moves, newest first."""
        return await self.store.get_model(name)

    async def history(self, name: str, *, limit: int, after: Position | None = None) -> Page[Move]:
        """Return one page of a model's moves between stages, newest first."""
        return await self.store.list_moves(name, limit=check_limit(limit), after=after)

    async def diff(self, name: str, first: int, second: int) -> VersionDiff:
        """Put two versions of a model side by side, with the runs that they come from."""
        detail = await self.store.get_model(name)
        a, b = (_version(detail, number) for number in (first, second))
        return diff((a, await self._source(a)), (b, await self._source(b)))

    async def _source(self, version: Version) -> RunDetail | None:
        """Return the run that a version comes from, or none if it was deleted."""
        try:
            return await self.store.get_run(version.run_id)
        except NotFound:
            return None


def _version(detail: ModelDetail, number: int) -> Version:
    for version in detail.versions:
        if version.version == number:
            return version
    known = ", ".join(str(version.version) for version in reversed(detail.versions[:20]))
    raise NotFound(
        "version", f"model {detail.model.name!r} has no version {number}; it has {known}"
    )
