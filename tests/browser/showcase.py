"""A tracker in use: believable runs of the last days, for pictures and whole-page tests."""

import math
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from random import Random

from chachaml_kernel.domain.datasets import Dataset
from chachaml_kernel.domain.metrics import Points
from chachaml_kernel.domain.values import JsonValue

from tests.browser.logbook import Logbook

DAY = 86_400_000
STEPS = range(0, 20_000, 20)
NOTE = """\
Third try with warm-up. **Hypothesis:** the plateau near step 6,000 is the schedule, not the data.

- The gradient norm went to NaN and healed: the loss scaler stepped down.
- Warm-up is now 6 % of the steps, $\\eta_t = \\eta_0 \\min(1, t / w)$.
- If `val/accuracy` passes 0.941, register it.
"""
ARTIFACTS: Mapping[str, tuple[str, bytes]] = {
    "checkpoints/step-10000.pt": ("application/octet-stream", bytes(range(256)) * 90),
    "checkpoints/step-18000.pt": ("application/octet-stream", bytes(range(256)) * 91),
    "report/summary.md": ("text/markdown", b"# Summary\n\nBetter on **sevens**.\n"),
    "report/confusion.csv": ("text/csv", b"true,said,count\n1,7,12\n7,1,31\n"),
    "config.json": ("application/json", b'{"lr": 0.0003, "layers": [32, 64, 128]}'),
}
ENVIRONMENT: Mapping[str, JsonValue] = {
    "git": {"sha": "a1b9f02c77d14e6a9b1c", "branch": "main", "dirty": True},
    "python": "3.12.4",
    "os": "Linux 6.8, x86-64",
    "gpu": "A100, 80 GB",
    "packages": {"numpy": "2.1.3", "torch": "2.9.0", "torchvision": "0.24.0"},
}


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one run of the showcase went."""

    name: str
    lr: float
    optimizer: str = "adamw"
    batch: int = 128
    status: str = "completed"
    diverges: bool = False


DIGITS = (
    Recipe("sgd-baseline", 0.05, optimizer="sgd", batch=256),
    Recipe("big-batch", 0.002, batch=2048, status="failed"),
    Recipe("dropout-0.3", 0.0003),
    Recipe("mixup-0.2", 0.0003),
    Recipe("wide-stem", 0.001, status="failed", diverges=True),
    Recipe("no-augment", 0.0003),
    Recipe("lion-probe", 0.0001, optimizer="lion"),
    Recipe("bf16-check", 0.0003, diverges=True),
    Recipe("label-smoothing", 0.0003),
    Recipe("cosine-warmup-1", 0.0003),
    Recipe("cosine-warmup-2", 0.0003),
)


async def showcase(logbook: Logbook) -> None:
    """Write experiments, runs with curves and artifacts, a sweep, and a model with versions."""
    random = Random(20)  # the same curves each time
    logbook.watch.now = int(time.time() * 1_000) - 5 * DAY
    for name in ("nightly-1", "nightly-2"):
        await logbook.run(name, experiment="churn", created_by="ci", metric=("f1", 0.87))
    written = [await _digits(logbook, recipe, random) for recipe in DIGITS]
    await _sweep(logbook)
    await _models(logbook, written[-3:])
    await _running(logbook, random)
    await logbook.kernel.experiments.save(
        "digits", description="How small can the stem be before sevens become ones", owner="vision"
    )


async def _digits(logbook: Logbook, recipe: Recipe, random: Random) -> str:
    run_id = await _start(logbook, recipe)
    started = logbook.watch.now
    metrics = logbook.kernel.metrics
    await metrics.append(run_id, _curves(recipe, random, started))
    for name, (content_type, content) in ARTIFACTS.items():
        await logbook.kernel.artifacts.upload(
            run_id, name, _chunks(content), content_type=content_type
        )
    logbook.watch.now = started + 3_260_000 + random.randrange(600_000)
    error = "CUDA out of memory" if recipe.batch > 1000 else "loss is NaN"
    failed = recipe.status == "failed"
    await logbook.kernel.runs.end(run_id, status=recipe.status, error=error if failed else None)
    logbook.watch.now = started
    return run_id


async def _start(logbook: Logbook, recipe: Recipe) -> str:
    logbook.watch.now += 1_800_000
    run = await logbook.kernel.runs.start(
        name=recipe.name,
        experiment="digits",
        created_by="notebook",
        tags={"goal": "paper", "gpu": "a100"},
        env=ENVIRONMENT,
        datasets=[
            Dataset(role="train", name="digits-10", n_rows=60_000, n_cols=784),
            Dataset(role="val", name="digits-10", n_rows=10_000, n_cols=784),
        ],
    )
    params: dict[str, JsonValue] = {
        "lr": recipe.lr,
        "batch": recipe.batch,
        "optimizer": recipe.optimizer,
        "dropout": 0.1,
        "augment": ["rotate", "shift"],
        "seed": 44,
    }
    await logbook.kernel.runs.log_params(run.id, params)
    return run.id


def _curves(recipe: Recipe, random: Random, started: int) -> dict[str, Points]:
    pace = 3_000 * (0.0003 / recipe.lr) ** 0.1
    end = 0.06 + random.random() * 0.08
    healthy = len(STEPS)
    if recipe.diverges and recipe.status == "failed":
        healthy = 300
    steps = list(STEPS)[:healthy]

    def loss(step: int) -> float:
        return 2.4 * math.exp(-step / pace) + end + random.gauss(0, 0.02)

    def norm(step: int) -> float:
        if recipe.diverges and 5_400 < step < 6_200:
            return math.nan
        return abs(1 + 6 * math.exp(-step / 2_500) + random.gauss(0, 0.4))

    def points(values: list[float], every: int = 1) -> Points:
        chosen = steps[::every]
        return Points(values, [started + step * 160 for step in chosen], chosen)

    accuracy = [1 - end - 0.85 * math.exp(-step / pace) for step in steps[::20]]
    return {
        "train/loss": points([loss(step) for step in steps]),
        "train/grad_norm": points([norm(step) for step in steps]),
        "train/lr": points([recipe.lr * min(1, step / 1_200) for step in steps]),
        "val/loss": points([loss(step) + 0.05 for step in steps[::20]], every=20),
        "val/accuracy": points(accuracy, every=20),
        "accuracy": points(accuracy, every=20),
    }


async def _sweep(logbook: Logbook) -> None:
    parent = await logbook.run("lr-sweep", experiment="digits", created_by="cluster", lasted=None)
    for number, lr in enumerate((0.0001, 0.0003, 0.001)):
        logbook.watch.now += 60_000
        runs = logbook.kernel.runs
        child = await runs.start(
            name=f"lr-sweep/{number}",
            experiment="digits",
            created_by="cluster",
            parent_run_id=parent,
        )
        await runs.log_params(child.id, {"lr": lr})
        value = Points([0.93 + number / 1_000], [logbook.watch.now])
        await logbook.kernel.metrics.append(child.id, {"accuracy": value})


async def _models(logbook: Logbook, run_ids: list[str]) -> None:
    models = logbook.kernel.models
    for run_id in run_ids:
        logbook.watch.now += DAY
        version = await models.register(
            "digits", run_id=run_id, artifact="checkpoints/step-18000.pt", created_by="notebook"
        )
        logbook.watch.now += 3_600_000
        if run_id != run_ids[-1]:
            await models.set_stage("digits", version.version, stage_name="production")
        else:
            await models.set_stage("digits", version.version, stage_name="staging")
    await models.describe("digits", "Handwritten digits, 10 classes, 28 by 28")


async def _running(logbook: Logbook, random: Random) -> None:
    recipe = Recipe("cosine-warmup-3", 0.0003, diverges=True)
    run_id = await _start(logbook, recipe)
    await logbook.kernel.metrics.append(run_id, _curves(recipe, random, logbook.watch.now))
    for name, (content_type, content) in ARTIFACTS.items():
        await logbook.kernel.artifacts.upload(
            run_id, name, _chunks(content), content_type=content_type
        )
    await logbook.kernel.runs.note(run_id, NOTE)


async def _chunks(content: bytes) -> AsyncIterator[bytes]:
    yield content
