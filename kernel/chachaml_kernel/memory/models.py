"""The model registry in memory."""

from msgspec.structs import replace

from chachaml_kernel.domain.idempotency import Once
from chachaml_kernel.domain.models import (
    SHOWN_MOVES,
    Model,
    ModelDetail,
    Move,
    NewMove,
    NewVersion,
    Registered,
    Stage,
    Version,
    move_of_new,
    moves_of,
    refuse_surprise,
)
from chachaml_kernel.domain.paging import Page, Position
from chachaml_kernel.errors import NotFound
from chachaml_kernel.memory.state import Memory, ModelRecord, page


class MemoryModels:
    """Keeps the promises of `ModelStore`, but for durability."""

    memory: Memory

    async def add_version(self, new: NewVersion, *, once: Once | None = None) -> Version:
        """Register the artifact that a run now has under a name as the model's next version."""

        def write() -> Version:
            artifact = self.memory.run(new.run_id).artifacts.get(new.artifact_name)
            if artifact is None:
                raise NotFound(
                    "artifact", f"run {new.run_id!r} has no artifact named {new.artifact_name!r}"
                )
            made = ModelRecord(
                description=new.description, created_at=new.created_at, updated_at=new.created_at
            )
            record = self.memory.models.setdefault(new.name, made)
            version = Version(
                name=new.name,
                version=len(record.versions) + 1,
                stage=Stage.NONE,
                stage_since=new.created_at,
                description=new.description,
                run_id=new.run_id,
                artifact=artifact,
                created_by=new.created_by,
                created_at=new.created_at,
            )
            record.versions.append(version)
            record.updated_at = new.created_at
            return move(record, move_of_new(new, version.version))

        return self.memory.once(once, write)

    async def set_stage(self, new: NewMove, *, once: Once | None = None) -> Version:
        """Move a version to a stage; for production, the one that was there moves out of it."""

        def write() -> Version:
            record, version = self._version(new.name, new.version)
            refuse_surprise(new, in_production(record))
            if version.stage is not new.stage:
                record.updated_at = new.at
            return move(record, new)

        return self.memory.once(once, write)

    async def describe_version(
        self, name: str, version: int, description: str, *, at: int, once: Once | None = None
    ) -> Version:
        """Replace a version's description."""

        def write() -> Version:
            record, before = self._version(name, version)
            record.updated_at = at
            described = replace(before, description=description)
            record.versions[version - 1] = described
            return described

        return self.memory.once(once, write)

    def _version(self, name: str, version: int) -> tuple[ModelRecord, Version]:
        record = self.memory.model(name)
        if not 1 <= version <= len(record.versions):
            raise NotFound("version", f"model {name!r} has no version {version}")
        return record, record.versions[version - 1]

    async def describe_model(
        self, name: str, description: str, *, at: int, once: Once | None = None
    ) -> Model:
        """Replace a model's description."""

        def write() -> Model:
            record = self.memory.model(name)
            record.description, record.updated_at = description, at
            return shown(name, record)

        return self.memory.once(once, write)

    async def list_models(self, *, limit: int, after: Position | None = None) -> Page[Model]:
        """Return one page of the models, newest first."""
        return page(
            [shown(name, record) for name, record in self.memory.models.items()],
            lambda model: (model.created_at, model.name),
            limit=limit,
            after=after,
        )

    async def get_model(self, name: str) -> ModelDetail:
        """Return a model with its versions and its latest moves, newest first."""
        record = self.memory.model(name)
        return ModelDetail(
            shown(name, record), record.versions[::-1], moves(record, limit=SHOWN_MOVES)
        )

    async def list_moves(
        self, name: str, *, limit: int, after: Position | None = None
    ) -> Page[Move]:
        """Return one page of a model's moves, the last one first."""
        return moves(self.memory.model(name), limit=limit, after=after)


def move(record: ModelRecord, new: NewMove) -> Version:
    """Do what a move does to a model, and return its version."""
    stage = record.versions[new.version - 1].stage
    for one in moves_of(new, stage, in_production(record)):
        before = record.versions[one.version - 1]
        record.versions[one.version - 1] = replace(before, stage=one.to_stage, stage_since=one.at)
        record.moves.append(one)
    return record.versions[new.version - 1]


def in_production(record: ModelRecord) -> int | None:
    """Return the version of a model that is in production, if there is one."""
    versions = (one.version for one in record.versions if one.stage is Stage.PRODUCTION)
    return next(versions, None)


def moves(record: ModelRecord, *, limit: int, after: Position | None = None) -> Page[Move]:
    """Return one page of a model's moves, the last one first."""
    numbered = page(enumerate(record.moves), lambda each: each[:1], limit=limit, after=after)
    return Page([one for _, one in numbered.rows], numbered.next)


def registered_from(memory: Memory, run_id: str) -> list[Registered]:
    """Return the versions that were registered from a run, newest first."""
    found = [
        one for model in memory.models.values() for one in model.versions if one.run_id == run_id
    ]
    found.sort(key=lambda one: (one.created_at, one.name, one.version), reverse=True)
    return [Registered(one.name, one.version, one.stage) for one in found]


def shown(name: str, record: ModelRecord) -> Model:
    """Return a model as lists show it."""
    number = in_production(record)
    return Model(
        name=name,
        description=record.description,
        production=None if number is None else record.versions[number - 1],
        version_count=len(record.versions),
        created_at=record.created_at,
        updated_at=record.updated_at,
    )
