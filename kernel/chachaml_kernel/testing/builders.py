"""Facts for tests, short to write: what a test does not name has a plain value."""

from collections.abc import Mapping, Sequence
from hashlib import sha256

from chachaml_kernel.domain.artifacts import Artifact
from chachaml_kernel.domain.datasets import Dataset
from chachaml_kernel.domain.experiments import DEFAULT
from chachaml_kernel.domain.metrics import Points
from chachaml_kernel.domain.models import InProduction, NewMove, NewVersion, Stage
from chachaml_kernel.domain.runs import NewRun, Run, RunStatus
from chachaml_kernel.domain.values import JsonValue
from chachaml_kernel.domain.views import View

AT = 1_000
"""The time, in milliseconds since the Unix epoch, of what is built without one."""


def new_run(
    run_id: str,
    *,
    at: int = AT,
    experiment: str = DEFAULT,
    name: str | None = None,
    created_by: str | None = None,
    parent: str | None = None,
    tags: Mapping[str, str] | None = None,
    env: Mapping[str, JsonValue] | None = None,
    datasets: Sequence[Dataset] = (),
) -> NewRun:
    """Return what a run starts with: it runs since `at`."""
    run = Run(
        id=run_id,
        experiment=experiment,
        name=name,
        status=RunStatus.RUNNING,
        started_at=at,
        created_by=created_by,
        parent_run_id=parent,
    )
    return NewRun(run=run, tags=tags or {}, env=env or {}, datasets=datasets)


def points(
    *values: float, steps: Sequence[int | None] | None = None, times: Sequence[int] | None = None
) -> Points:
    """Return points of one key; without `times`, one a millisecond from `AT` on."""
    return Points(list(values), times or [AT + i for i in range(len(values))], steps)


def dataset(dataset_id: str, run_id: str, *, at: int = AT, name: str | None = None) -> Dataset:
    """Return a dataset of a run."""
    return Dataset(id=dataset_id, run_id=run_id, name=name, created_at=at)


def artifact(artifact_id: str, run_id: str, *, name: str = "weights", at: int = AT) -> Artifact:
    """Return an artifact of a run, whose bytes are its id."""
    content = artifact_id.encode()
    return Artifact(
        id=artifact_id,
        run_id=run_id,
        name=name,
        size=len(content),
        content_type="application/octet-stream",
        sha256=sha256(content).hexdigest(),
        created_at=at,
    )


def new_version(
    name: str,
    run_id: str,
    *,
    artifact_name: str = "weights",
    stage: Stage = Stage.NONE,
    description: str = "",
    at: int = AT,
) -> NewVersion:
    """Return the registration of a run's artifact as a version of the model `name`."""
    return NewVersion(
        name=name,
        run_id=run_id,
        artifact_name=artifact_name,
        stage=stage,
        description=description,
        created_by=None,
        created_at=at,
    )


def new_view(name: str, *, query: str = "", at: int = AT) -> View:
    """Return a view of the list of runs that was saved at once."""
    return View(name=name, query=query, created_by="ada", created_at=at, updated_at=at)


def new_move(
    name: str,
    version: int,
    stage: Stage = Stage.PRODUCTION,
    *,
    at: int = AT,
    displace_to: Stage = Stage.ARCHIVED,
    displaces: InProduction | None = None,
    by: str | None = None,
    reason: str = "",
) -> NewMove:
    """Return the move of a version, to production unless said otherwise."""
    return NewMove(
        name=name,
        version=version,
        stage=stage,
        displace_to=displace_to,
        displaces=displaces,
        at=at,
        by=by,
        reason=reason,
    )
