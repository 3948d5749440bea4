"""The kernel: services over whatever the configured plugins provide."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from chachaml_kernel.config import Config
from chachaml_kernel.plugins import Parts, load
from chachaml_kernel.ports import Authenticator
from chachaml_kernel.services.artifacts import Artifacts
from chachaml_kernel.services.experiments import Experiments
from chachaml_kernel.services.exports import Exports
from chachaml_kernel.services.health import Health
from chachaml_kernel.services.metrics import Metrics
from chachaml_kernel.services.models import Models
from chachaml_kernel.services.runs import Runs
from chachaml_kernel.services.surroundings import Clock, NewId, random_id, system_clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """What front ends call; nothing else of the system is theirs to touch."""

    runs: Runs
    metrics: Metrics
    artifacts: Artifacts
    experiments: Experiments
    models: Models
    exports: Exports
    authenticator: Authenticator | None
    parts: Parts
    health: Health


@asynccontextmanager
async def open_kernel(
    config: Config, *, clock: Clock = system_clock, new_id: NewId = random_id
) -> AsyncIterator[Kernel]:
    """Load the configured plugins, open what they provide, and close it again at the end.

    Raises `ConfigError` before anything is opened if the configuration is wrong, and while
    something is opened if it cannot be.
    """
    parts = load(config)
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(parts.store)
        artifact_store = await stack.enter_async_context(parts.artifact_store)
        yield Kernel(
            runs=Runs(store, artifact_store, config.kernel.headline, clock, new_id),
            metrics=Metrics(store, clock),
            artifacts=Artifacts(store, artifact_store, clock, new_id),
            experiments=Experiments(store, clock),
            models=Models(store, clock),
            exports=Exports(store, parts.exporters),
            authenticator=parts.authenticator,
            parts=parts,
            health=Health(store, artifact_store),
        )
