"""The kernel: services over whatever the configured plugins provide."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from msgspec import Struct, field

from chachaml_kernel.config import Config
from chachaml_kernel.domain.chat import Budget
from chachaml_kernel.plugins import Parts, load
from chachaml_kernel.ports import Authenticator, LLMProvider
from chachaml_kernel.services.artifacts import Artifacts
from chachaml_kernel.services.bulk import Bulk
from chachaml_kernel.services.changes import Changes
from chachaml_kernel.services.chat.questions import Questions
from chachaml_kernel.services.direct import Direct
from chachaml_kernel.services.experiments import Experiments
from chachaml_kernel.services.exports import Exports
from chachaml_kernel.services.health import Health
from chachaml_kernel.services.live import Live
from chachaml_kernel.services.metrics import Metrics
from chachaml_kernel.services.models import Models
from chachaml_kernel.services.queries import Queries
from chachaml_kernel.services.relaying import relaying
from chachaml_kernel.services.runs import Runs
from chachaml_kernel.services.surroundings import Clock, NewId, rising_id, system_clock
from chachaml_kernel.services.views import Views

if TYPE_CHECKING:
    from chachaml_kernel.mounts import Mount
    from chachaml_kernel.services.chat.chat import Chat
    from chachaml_kernel.services.keeping.keeping import Keeping
    from chachaml_kernel.tools import AnyTool, Tools


class Kernel(Struct, frozen=True, kw_only=True):
    """What front ends call: the methods of the services, and of the authenticator if there is one.

    A web server serves the `mounts` too, which are by path. Nothing else is theirs to touch. The
    ports that services hold are the services' own.
    """

    runs: Runs
    bulk: Bulk
    metrics: Metrics
    artifacts: Artifacts
    direct: Direct
    experiments: Experiments
    models: Models
    views: Views
    queries: Queries
    exports: Exports
    live: Live
    authenticator: Authenticator | None
    health: Health
    further_tools: Mapping[str, "AnyTool"] = field(default_factory=dict)
    mounts: Mapping[str, "Mount"] = field(default_factory=dict)
    llm_providers: Mapping[str, LLMProvider] = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)
    questions: Questions = field(default_factory=Questions)

    @property
    def keeping(self) -> "Keeping":
        """Everything at once: copied, checked, cleared."""
        from chachaml_kernel.services.keeping.keeping import Keeping  # few servers need it

        own = self.artifacts
        return Keeping(own.store, own.artifact_store, own.clock, own.new_id)

    @property
    def tools(self) -> "Tools":
        """What language models may do."""
        from chachaml_kernel.tools import TOOLS, Tools  # few servers need them

        return Tools(self, {**{tool.name: tool for tool in TOOLS}, **self.further_tools})

    @property
    def chat(self) -> "Chat":
        """Questions about experiments, answered by language models."""
        from chachaml_kernel.services.chat.chat import Chat  # few servers need it

        return Chat(self.llm_providers, self.tools, self.budget, self.questions)

    def now(self) -> int:
        """Return the time by the kernel's clock, in milliseconds since the Unix epoch, UTC."""
        return self.runs.clock()


def open_kernel(
    config: Config, *, clock: Clock = system_clock, new_id: NewId = rising_id
) -> AbstractAsyncContextManager[Kernel]:
    """Load the configured plugins, open what they provide, and close it again at the end.

    Raises `ConfigError` before anything is opened if the configuration is wrong, and while
    something is opened if it cannot be.
    """
    return open_parts(load(config), config, clock=clock, new_id=new_id)


@asynccontextmanager
async def open_parts(
    parts: Parts, config: Config, *, clock: Clock = system_clock, new_id: NewId = rising_id
) -> AsyncIterator[Kernel]:
    """Open what plugins provide, and close it again at the end; parts can be opened once.

    Raises `ConfigError` while something is opened if it cannot be.
    """
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(parts.store)
        artifact_store = await stack.enter_async_context(parts.artifact_store)
        changes = Changes()
        if parts.relay is not None:
            relay = await stack.enter_async_context(parts.relay)
            await stack.enter_async_context(relaying(relay, changes))
        yield Kernel(
            runs=Runs(
                store,
                artifact_store,
                config.kernel.headline,
                clock,
                new_id,
                changes,
                config.kernel.lower_is_better,
            ),
            bulk=Bulk(store, artifact_store, changes),
            metrics=Metrics(store, clock, changes),
            artifacts=Artifacts(store, artifact_store, clock, new_id, changes),
            direct=Direct(store, artifact_store, clock, new_id, changes),
            experiments=Experiments(
                store, clock, changes, config.kernel.headline, config.kernel.lower_is_better
            ),
            models=Models(store, clock, changes),
            views=Views(store, clock),
            queries=Queries(store),
            exports=Exports(store, parts.exporters, config.kernel.headline, clock),
            live=Live(store, config.kernel.headline, changes),
            authenticator=parts.authenticator,
            health=Health(store, artifact_store),
            further_tools=parts.tools,
            mounts=parts.mounts,
            llm_providers=parts.llm_providers,
            budget=config.kernel.budget,
            questions=Questions(config.kernel.chat_questions),
        )
