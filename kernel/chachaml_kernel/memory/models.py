"""The model registry in memory."""

from dataclasses import replace

from chachaml_kernel.domain.idempotency import Once
from chachaml_kernel.domain.models import Model, ModelDetail, NewVersion, Stage, Version
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
                description=new.description,
                run_id=new.run_id,
                artifact=artifact,
                created_by=new.created_by,
                created_at=new.created_at,
            )
            record.versions.append(version)
            record.updated_at = new.created_at
            return move(record, version, new.stage, displace_to=Stage.ARCHIVED)

        return self.memory.once(once, write)

    async def set_stage(
        self,
        name: str,
        version: int,
        stage: Stage,
        *,
        displace_to: Stage,
        at: int,
        once: Once | None = None,
    ) -> Version:
        """Move a version to `stage`; for production, the one that was there to `displace_to`."""

        def write() -> Version:
            record = self.memory.model(name)
            if not 1 <= version <= len(record.versions):
                raise NotFound("version", f"model {name!r} has no version {version}")
            record.updated_at = at
            return move(record, record.versions[version - 1], stage, displace_to=displace_to)

        return self.memory.once(once, write)

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
        """Return a model with its versions, newest first."""
        record = self.memory.model(name)
        return ModelDetail(shown(name, record), record.versions[::-1])


def move(record: ModelRecord, version: Version, stage: Stage, *, displace_to: Stage) -> Version:
    """Give `version` its stage, and take production from any other version if it is that."""
    moved = replace(version, stage=stage)
    for i, other in enumerate(record.versions):
        if other.version == version.version:
            record.versions[i] = moved
        elif stage is Stage.PRODUCTION and other.stage is Stage.PRODUCTION:
            record.versions[i] = replace(other, stage=displace_to)
    return moved


def shown(name: str, record: ModelRecord) -> Model:
    """Return a model as lists show it."""
    in_production = [one for one in record.versions if one.stage is Stage.PRODUCTION]
    return Model(
        name=name,
        description=record.description,
        production=in_production[0] if in_production else None,
        version_count=len(record.versions),
        created_at=record.created_at,
        updated_at=record.updated_at,
    )
