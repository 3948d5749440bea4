"""The hooks: all the places where a plugin can join in.

A hook is a synchronous factory that returns a port; it opens nothing. The kernel calls each once,
while it starts, and is never in a hook while it serves.
"""

from collections.abc import Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

import pluggy

from chachaml_kernel.ports import (
    Announce,
    ArtifactStore,
    Authenticator,
    Exporter,
    LLMProvider,
    Place,
    Relay,
    Store,
    Workers,
)

if TYPE_CHECKING:
    from chachaml_kernel.kernel import Kernel
    from chachaml_kernel.mounts import Mount
    from chachaml_kernel.tools import AnyTool

NAMESPACE = "chachaml"

hookspec = pluggy.HookspecMarker(NAMESPACE)
hookimpl = pluggy.HookimplMarker(NAMESPACE)


@hookspec
def chachaml_store() -> AbstractAsyncContextManager[Store]:  # type: ignore[empty-body]
    """Return the store, to be opened when the kernel starts. Exactly one plugin must."""


@hookspec
def chachaml_artifact_store() -> AbstractAsyncContextManager[ArtifactStore]:  # type: ignore[empty-body]
    """Return the artifact store, to be opened when the kernel starts. Exactly one plugin must."""


@hookspec
def chachaml_relay() -> AbstractAsyncContextManager[Relay]:  # type: ignore[empty-body]
    """Return how kernels that share the store hear of each other's writes.

    At most one plugin may. Without one, a kernel tells those who watch of its own writes alone.
    """


@hookspec
def chachaml_exporters() -> Sequence[Exporter]:  # type: ignore[empty-body]
    """Return exporters. Any number of plugins may; each format can be offered once."""


@hookspec
def chachaml_tools() -> "Sequence[AnyTool]":  # type: ignore[empty-body]
    """Return tools for language models, beside those that every kernel has.

    Any number of plugins may; each name can be offered once.
    """


@hookspec
def chachaml_llm_providers() -> Sequence[LLMProvider]:  # type: ignore[empty-body]
    """Return providers of language models. Any number of plugins may; each name is offered once."""


@hookspec
def chachaml_places() -> Sequence[Place]:  # type: ignore[empty-body]
    """Return places to write files to. Any number of plugins may; each scheme is offered once."""


@hookspec
def chachaml_frontend(  # type: ignore[empty-body]
    kernel: "Kernel", announce: Announce, workers: Workers
) -> Coroutine[Any, Any, None]:
    """Return a coroutine that serves `kernel` until it is cancelled, and then ends its requests.

    It calls `announce` once, with its address, when it accepts requests. With `workers` it may have
    further processes serve as it does. Any number of plugins may; to serve, at least one must.
    """


@hookspec
def chachaml_mounts() -> "Sequence[Mount]":  # type: ignore[empty-body]
    """Return what the web server serves besides its own.

    Any number of plugins may; each path can be taken once.
    """


@hookspec
def chachaml_command(kernel: "Kernel") -> Coroutine[Any, Any, None]:  # type: ignore[empty-body]
    """Return a coroutine that does what the command with the plugin's name is for.

    Any number of plugins may; `chachaml-kernel NAME` runs that of the plugin NAME alone, on the
    standard streams of the process, and no front end.
    """


@hookspec
def chachaml_authenticator() -> Authenticator:  # type: ignore[empty-body]
    """Return the authenticator. At most one plugin may; without one, every caller is welcome."""
