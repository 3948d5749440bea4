"""The stages of a model over time."""

from chachaml_kernel.domain.artifacts import Artifact
from chachaml_kernel.domain.models import Model, ModelDetail, Move, Stage, Version
from chachaml_kernel.domain.paging import Page
from chachaml_ui.pages.timeline import Stay, timeline

HOUR = 3_600_000
NOW = 100 * HOUR


def moved(version: int, from_stage: Stage, to_stage: Stage, *, at: int) -> Move:
    return Move(
        version=version, from_stage=from_stage, to_stage=to_stage, at=at * HOUR, by=None, reason=""
    )


def a_model(*moves: Move, begun: int = 0) -> ModelDetail:
    artifact = Artifact(
        id="a", run_id="r", name="m", size=1, content_type="x", sha256="0", created_at=0
    )
    version = Version(
        name="digits",
        version=1,
        stage=Stage.NONE,
        stage_since=0,
        description="",
        run_id="r",
        artifact=artifact,
        created_by=None,
        created_at=begun * HOUR,
    )
    model = Model(
        name="digits", description="", production=None, version_count=1, created_at=0, updated_at=0
    )
    return ModelDetail(model, [version], Page([*reversed(moves)], None))


def test_a_model_that_was_never_staged_has_no_timeline() -> None:
    assert timeline(a_model(), now=NOW) is None
    assert timeline(a_model(moved(1, Stage.NONE, Stage.ARCHIVED, at=5)), now=NOW) is None


def test_a_stay_lasts_until_the_version_moves_on_or_until_now() -> None:
    lanes = timeline(
        a_model(
            moved(1, Stage.NONE, Stage.STAGING, at=10),
            moved(1, Stage.STAGING, Stage.PRODUCTION, at=30),
            moved(1, Stage.PRODUCTION, Stage.ARCHIVED, at=60),
            moved(2, Stage.NONE, Stage.PRODUCTION, at=60),
        ),
        now=NOW,
    )
    assert lanes is not None
    assert dict(lanes.lanes) == {
        Stage.PRODUCTION: [Stay(1, 30.0, 30.0, False), Stay(2, 60.0, 40.0, True)],
        Stage.STAGING: [Stay(1, 10.0, 20.0, False)],
    }


def test_a_stay_that_began_before_the_known_moves_begins_at_the_left() -> None:
    lanes = timeline(a_model(moved(1, Stage.PRODUCTION, Stage.ARCHIVED, at=50)), now=NOW)
    assert lanes is not None
    assert dict(lanes.lanes) == {Stage.PRODUCTION: [Stay(1, 0.0, 50.0, False)]}


def test_the_axis_has_a_few_round_moments() -> None:
    lanes = timeline(a_model(moved(1, Stage.NONE, Stage.PRODUCTION, at=50)), now=NOW)
    assert lanes is not None
    assert [tick.label for tick in lanes.ticks] == ["1 Jan", "2 Jan", "3 Jan", "4 Jan"]
