"""What a promotion would make worse."""

import math

import pytest
from chachaml_kernel.domain.artifacts import Artifact
from chachaml_kernel.domain.live import Glance
from chachaml_kernel.domain.metrics import Metric
from chachaml_kernel.domain.models import Model, ModelDetail, Stage, Version
from chachaml_kernel.domain.paging import Page
from chachaml_kernel.domain.runs import Headline, Run, RunStatus
from chachaml_ui.pages.promotion import setbacks

LOWER = ("loss",)


def a_version(number: int, *, stage: Stage = Stage.NONE) -> Version:
    artifact = Artifact(
        id="a", run_id="r", name="m", size=1, content_type="x", sha256="0", created_at=0
    )
    return Version(
        name="digits",
        version=number,
        stage=stage,
        stage_since=0,
        description="",
        run_id=f"run {number}",
        artifact=artifact,
        created_by=None,
        created_at=0,
    )


def a_model(*versions: Version, production: Version | None) -> ModelDetail:
    model = Model(
        name="digits",
        description="",
        production=production,
        version_count=len(versions),
        created_at=0,
        updated_at=0,
    )
    return ModelDetail(model, versions, Page([], None))


def a_source(key: str, value: float) -> Glance:
    run = Run(id="r", experiment="default", name=None, status=RunStatus.COMPLETED, started_at=0)
    metric = Metric(key=key, value=value, step=None, timestamp=0, count=1, min=value, max=value)
    return Glance(run=run, tags={}, headline=Headline(key, value, None), metrics=[metric])


def worse(key: str, before: float, value: float, *, of: str | None = None) -> str | None:
    """Return how version 2 is worse than version 1, which is in production."""
    first, second = a_version(1, stage=Stage.PRODUCTION), a_version(2)
    detail = a_model(second, first, production=first)
    sources = {"run 1": a_source(key, before), "run 2": a_source(of or key, value)}
    found = setbacks(detail, detail.versions, sources, lower=LOWER)
    assert 1 not in found
    assert all(setback.key == key for setback in found.values())
    return found[2].how if 2 in found else None


@pytest.mark.parametrize(
    ("key", "before", "value", "how"),
    [
        ("accuracy", 0.9, 0.8, "0.1000 lower than in v1 (0.8000 against 0.9000)"),
        ("loss", 0.25, 0.5, "0.2500 higher than in v1 (0.5000 against 0.2500)"),
        ("loss", 0.25, math.nan, "worse than in v1 (NaN against 0.2500)"),
        ("loss", 1.0, -1.0, None),
        ("accuracy", 0.8, 0.9, None),
        ("accuracy", 0.8, 0.8, None),
        ("accuracy", math.nan, math.nan, None),
        ("accuracy", math.inf, 0.5, None),
    ],
)
def test_the_headline_says_whether_a_promotion_makes_things_worse(
    key: str, before: float, value: float, how: str | None
) -> None:
    assert worse(key, before, value) == how


def test_what_a_run_did_not_measure_is_not_worse() -> None:
    assert worse("accuracy", 0.9, 0.1, of="recall") is None


def test_without_a_version_in_production_nothing_is_worse() -> None:
    detail = a_model(a_version(1), production=None)
    sources = {"run 1": a_source("accuracy", 0.1)}
    assert setbacks(detail, detail.versions, sources, lower=LOWER) == {}
