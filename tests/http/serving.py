"""Servers in a test's own loop, on stores in memory, with settings of the test's choice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chachaml_kernel import Kernel
from chachaml_kernel.config import Config
from chachaml_kernel.memory import MemoryArtifactStore, MemoryStore
from chachaml_kernel.ports import ArtifactStore, Authenticator, Exporter, Store
from chachaml_kernel.services.artifacts import Artifacts
from chachaml_kernel.services.bulk import Bulk
from chachaml_kernel.services.changes import Changes
from chachaml_kernel.services.direct import Direct
from chachaml_kernel.services.experiments import Experiments
from chachaml_kernel.services.exports import Exports
from chachaml_kernel.services.health import Health
from chachaml_kernel.services.live import Live
from chachaml_kernel.services.metrics import Metrics
from chachaml_kernel.services.models import Models
from chachaml_kernel.services.queries import Queries
from chachaml_kernel.services.runs import Runs
from chachaml_kernel.services.surroundings import Clock, NewId, rising_id, system_clock
from chachaml_kernel.services.views import Views
from chachaml_kernel.workers.crew import Crew
from chachaml_ui import Ui
from chachaml_ui.server import serve

ALONE = Crew(config=Config(plugins={}), plugin="ui", shared=False)


def kernel(
    *,
    store: Store | None = None,
    artifact_store: ArtifactStore | None = None,
    authenticator: Authenticator | None = None,
    exporter: Exporter | None = None,
    clock: Clock = system_clock,
    new_id: NewId = rising_id,
) -> Kernel:
    """Return a kernel on these ports, in memory where none is given."""
    records = MemoryStore() if store is None else store
    files = MemoryArtifactStore() if artifact_store is None else artifact_store
    changes = Changes(interval=0)
    exporters = {} if exporter is None else {exporter.format: exporter}
    return Kernel(
        runs=Runs(records, files, (), clock, new_id, changes),
        bulk=Bulk(records, files, changes),
        metrics=Metrics(records, clock, changes),
        artifacts=Artifacts(records, files, clock, new_id, changes),
        direct=Direct(records, files, clock, new_id, changes),
        experiments=Experiments(records, clock, changes),
        models=Models(records, clock, changes),
        views=Views(records, clock),
        queries=Queries(records),
        exports=Exports(records, exporters, (), clock),
        live=Live(records, (), changes),
        authenticator=authenticator,
        health=Health(records, files),
    )


@asynccontextmanager
async def serving(
    served: Kernel | None = None, settings: Ui | None = None
) -> AsyncIterator[tuple[str, asyncio.Task[None]]]:
    """Serve until the end of the block; yield the address, and the task to cancel."""
    announced: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(
        serve(settings or Ui(port=0), served or kernel(), announced.set_result, ALONE)
    )
    both: tuple[asyncio.Future[None] | asyncio.Future[str], ...] = (task, announced)
    await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        task.result()
    try:
        yield announced.result(), task
    finally:
        task.cancel()
        await asyncio.wait([task])
