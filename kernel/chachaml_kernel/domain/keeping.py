"""What a store holds, whole: the facts that move when everything moves to another store."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct, field
from msgspec.structs import asdict

from chachaml_kernel.domain.artifacts import Artifact
from chachaml_kernel.domain.datasets import Dataset
from chachaml_kernel.domain.experiments import Experiment
from chachaml_kernel.domain.metrics import Metric, Points
from chachaml_kernel.domain.models import Move, Version
from chachaml_kernel.domain.notes import Saved
from chachaml_kernel.domain.runs import Run
from chachaml_kernel.domain.values import JsonValue
from chachaml_kernel.domain.views import View


class WholeRun(Struct, frozen=True, kw_only=True):
    """A run with all that is its own but points and artifacts.

    Datasets are sorted by time and id. The metric that was logged last is the last one.
    """

    run: Run
    params: Mapping[str, JsonValue] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, JsonValue] = field(default_factory=dict)
    datasets: Sequence[Dataset] = ()
    note: str = ""
    note_saved: Saved | None = None
    metrics: Sequence[Metric] = ()


class KeptArtifact(Struct, frozen=True):
    """An artifact, and whether its run has it under its name now; else a model version holds it."""

    artifact: Artifact
    current: bool


class WholeModel(Struct, frozen=True, kw_only=True):
    """A model with its versions by number, and all its moves, the first one first."""

    name: str
    description: str
    created_at: int
    updated_at: int
    versions: Sequence[Version]
    moves: Sequence[Move]


class AppliedKey(Struct, frozen=True, kw_only=True):
    """An idempotency key that was applied `at` a time for a request, and what that was answered.

    The answer is a text in a `form` that kinds of stores agree on or do not.
    """

    key: str
    request: str
    answer: str
    form: str
    at: int

    def __repr__(self) -> str:
        """Leave the answer out, which is for whoever knows the key."""
        known = f"key={self.key!r}, request={self.request!r}, form={self.form!r}, at={self.at}"
        return f"AppliedKey({known})"


class Batch(Struct, frozen=True, kw_only=True):
    """Some things that a store holds, each of them whole.

    `parents` are those of runs that are there already, by the run's id.
    """

    experiments: Sequence[Experiment] = ()
    runs: Sequence[WholeRun] = ()
    parents: Mapping[str, str] = field(default_factory=dict)
    artifacts: Sequence[KeptArtifact] = ()
    models: Sequence[WholeModel] = ()
    views: Sequence[View] = ()
    keys: Sequence[AppliedKey] = ()


class Block(Struct, frozen=True):
    """Points of one series, one after another."""

    run_id: str
    key: str
    points: Points


class Holdings(Struct, frozen=True, kw_only=True):
    """How much a store holds; `bytes` are those of all artifacts together."""

    experiments: int = 0
    runs: int = 0
    series: int = 0
    points: int = 0
    artifacts: int = 0
    bytes: int = 0
    models: int = 0
    versions: int = 0
    moves: int = 0
    views: int = 0

    def __bool__(self) -> bool:
        """Tell whether there is anything."""
        return any(asdict(self).values())


class Orphans(Struct, frozen=True, kw_only=True):
    """Bytes that no artifact has: how many keys they are under, how many there are, and how many
    uploads were never finished."""

    keys: int = 0
    bytes: int = 0
    unfinished: int = 0


class Progress(Struct, frozen=True):
    """How far a long piece of work has come: `done` of `total` of what it is about."""

    what: str
    done: int
    total: int


Tell: TypeAlias = Callable[[Progress], None]
"""Is told of progress, often; what it does must be short."""

Thing: TypeAlias = Experiment | WholeRun | KeptArtifact | WholeModel | View | AppliedKey
"""What has an id or a name of its own in a store."""


def things_of(batch: Batch) -> Sequence[Thing]:
    """Return all that is in a batch but parents, in the order in which it is loaded."""
    return [
        *batch.experiments,
        *batch.runs,
        *batch.artifacts,
        *batch.models,
        *batch.views,
        *batch.keys,
    ]


def name_of(thing: Thing) -> str:
    """Return the id or the name by which a store tells a thing from all others of its kind."""
    match thing:
        case WholeRun():
            return thing.run.id
        case KeptArtifact():
            return thing.artifact.id
        case AppliedKey():
            return thing.key
        case _:
            return thing.name


def described(thing: Thing) -> str:
    """Return how a message names a thing."""
    match thing:
        case WholeRun():
            return f"run {thing.run.id!r}"
        case KeptArtifact(artifact):
            return f"artifact {artifact.name!r} ({artifact.id}) of run {artifact.run_id!r}"
        case _:
            return f"{type(thing).__name__.removeprefix('Whole').lower()} {name_of(thing)!r}"


def keys_of(whole: WholeRun) -> list[str]:
    """Return the keys of a run's metrics in the order of logging."""
    return [metric.key for metric in whole.metrics]


def fingerprint(thing: object) -> str:
    """Return a text that is the same for what means the same, to the last bit of each number."""
    return json.dumps(thing, default=_facts, sort_keys=True, ensure_ascii=False)


def _facts(thing: object) -> dict[str, object]:
    assert isinstance(thing, Struct)
    return asdict(thing)


class Copied(Struct, frozen=True, kw_only=True):
    """What a copy has come to hold, and the digest of all of it.

    `left_out` are artifacts that were deleted from the source while it was copied; `faults` are
    sentences about what the source itself lacks.
    """

    holdings: Holdings
    digest: str
    left_out: int = 0
    faults: Sequence[str] = ()
