"""Plugins: found by their entry points, built from their settings, asked for what they provide."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import is_dataclass
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, TypeAlias

import pluggy
from msgspec import Struct

from chachaml_kernel import hookspecs
from chachaml_kernel.config import DEFAULT_PLUGINS, Config
from chachaml_kernel.errors import ConfigError
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
from chachaml_kernel.settings import build, suggest

if TYPE_CHECKING:
    from chachaml_kernel.kernel import Kernel
    from chachaml_kernel.mounts import Mount
    from chachaml_kernel.tools import AnyTool

GROUP = hookspecs.NAMESPACE

Frontend: TypeAlias = Callable[["Kernel", Announce, Workers], Coroutine[Any, Any, None]]
"""Returns the coroutine that serves a kernel, as `chachaml_frontend` says."""
PluginCommand: TypeAlias = Callable[["Kernel"], Coroutine[Any, Any, None]]
"""Returns the coroutine that does what a command is for, as `chachaml_command` says."""


class Parts(Struct, frozen=True, kw_only=True):
    """What the configured plugins provide; nothing of it is open yet.

    `store_plugins` are those that may provide the store: others that equal them have the same data.
    Exporters are by format, tools and providers by name, places by scheme, mounts by path, front
    ends and commands by the plugin's name, in the order of the configuration.
    """

    store: AbstractAsyncContextManager[Store]
    store_plugins: Sequence[object]
    artifact_store: AbstractAsyncContextManager[ArtifactStore]
    relay: AbstractAsyncContextManager[Relay] | None
    exporters: Mapping[str, Exporter]
    tools: Mapping[str, "AnyTool"]
    llm_providers: Mapping[str, LLMProvider]
    places: Mapping[str, Place]
    authenticator: Authenticator | None
    mounts: Mapping[str, "Mount"]
    frontends: Mapping[str, Frontend]
    commands: Mapping[str, PluginCommand]


class Installed(Struct, frozen=True):
    """A plugin that is installed; `hooks` is none where it is not configured."""

    name: str
    distribution: str
    version: str
    hooks: Sequence[str] | None


def load(config: Config) -> Parts:
    """Import, build and ask the configured plugins, and no others.

    Raises `ConfigError` for a plugin that is not there, twice there or not one; for settings that
    it refuses; for a hook that does not exist; and for parts that are missing or contradict.
    """
    manager = _register(config)
    return Parts(
        store=_the_only(manager, "chachaml_store", part="a store", example="store_sqlite"),
        store_plugins=[impl.plugin for impl in manager.hook.chachaml_store.get_hookimpls()],
        artifact_store=_the_only(
            manager, "chachaml_artifact_store", part="an artifact store", example="artifacts_fs"
        ),
        relay=_opened_later(manager, "chachaml_relay", part="a relay"),
        exporters=_offered(manager, "chachaml_exporters", "format", name="format"),
        tools=_tools(manager),
        llm_providers=_offered(manager, "chachaml_llm_providers", "provider", name="name"),
        places=_offered(manager, "chachaml_places", "scheme", name="scheme"),
        authenticator=_at_most_one(manager, "chachaml_authenticator", part="an authenticator"),
        mounts=_offered(manager, "chachaml_mounts", "path", name="path"),
        frontends=_activities(manager, "chachaml_frontend", ("kernel", "announce", "workers")),
        commands=_activities(manager, "chachaml_command", ("kernel",)),
    )


def installed(config: Config) -> Sequence[Installed]:
    """Return all plugins that are installed, by name, with the hooks of those configured."""
    manager = _register(config)
    return [
        Installed(name, entry.dist.name, entry.dist.version, _hooks(manager, name))
        for name, entries in sorted(_discover().items())
        for entry in entries
        if entry.dist
    ]


def _discover() -> dict[str, list[EntryPoint]]:
    """Return the entry points of our group by name; importlib has each distribution once."""
    found: dict[str, list[EntryPoint]] = {}
    for entry in entry_points(group=GROUP):
        found.setdefault(entry.name, []).append(entry)
    return found


def _register(config: Config) -> pluggy.PluginManager:
    """Return a plugin manager with the configured plugins, all of whose hooks exist."""
    discovered = _discover()
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    for name in config.plugins:
        plugin = build(_import(_entry(name, discovered)), config.table(name))
        try:
            manager.register(plugin, name)
        except pluggy.PluginValidationError as error:
            raise ConfigError(" ".join(str(error).split())) from error
        except ValueError as error:
            raise ConfigError(f"plugin {name!r} equals one before it; keep one") from error
        if not _hooks(manager, name):
            raise ConfigError(f"plugin {name!r} provides nothing; mark its hooks with @hookimpl")
    _refuse_unknown_hooks(manager)
    return manager


def _entry(name: str, discovered: Mapping[str, Sequence[EntryPoint]]) -> EntryPoint:
    """Return the one entry point with that name."""
    entries = discovered.get(name, ())
    if len(entries) > 1:
        owners = ", ".join(sorted(map(_distribution, entries)))
        raise ConfigError(
            f"{len(entries)} packages have a plugin named {name!r}: {owners}; keep one"
        )
    if not entries:
        others = ", ".join(sorted(discovered)) or "none"
        bundled = "; pip install 'chachaml-kernel[default]' brings it"
        way_out = bundled if name in DEFAULT_PLUGINS else suggest(name, discovered)
        raise ConfigError(f"no plugin named {name!r}; installed: {others}{way_out}")
    return entries[0]


def _distribution(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else "unknown"


def _import(entry: EntryPoint) -> type[object]:
    """Return the frozen dataclass that is the plugin."""
    named = f"plugin {entry.name!r} of {_distribution(entry)}"
    try:
        plugin = entry.load()
    except (ImportError, AttributeError) as error:
        raise ConfigError(f"cannot import the {named}: {error}") from error
    if not (isinstance(plugin, type) and is_dataclass(plugin) and _frozen(plugin)):
        raise ConfigError(f"{named} must be a frozen dataclass, but {entry.value} is not")
    return plugin


def _frozen(plugin: type[object]) -> bool:
    parameters = getattr(plugin, "__dataclass_params__", None)
    return bool(getattr(parameters, "frozen", False))


def _hooks(manager: pluggy.PluginManager, name: str) -> list[str] | None:
    """Return the hooks that a plugin implements, or none if it is not configured."""
    callers = manager.get_hookcallers(manager.get_plugin(name))
    return None if callers is None else sorted(caller.name for caller in callers)


def _refuse_unknown_hooks(manager: pluggy.PluginManager) -> None:
    """Do what pluggy's `check_pending` does, with a message that says the way out."""
    callers = vars(manager.hook)
    known = [name for name, caller in callers.items() if caller.has_spec()]
    for hook in callers.keys() - set(known):
        for impl in callers[hook].get_hookimpls():
            if not impl.optionalhook:
                raise ConfigError(
                    f"plugin {impl.plugin_name!r} implements the unknown hook {hook!r}; "
                    f"known: {', '.join(known)}{suggest(hook, known)}"
                )


def _ask(manager: pluggy.PluginManager, hook: str) -> dict[str, Any]:
    """Return what each plugin's implementation of `hook` returns, but for none, by plugin."""
    answers = {
        impl.plugin_name: impl.function() for impl in getattr(manager.hook, hook).get_hookimpls()
    }
    return {plugin: answer for plugin, answer in answers.items() if answer is not None}


def _at_most_one(manager: pluggy.PluginManager, hook: str, *, part: str) -> Any:  # noqa: ANN401
    answers = _ask(manager, hook)
    if len(answers) > 1:
        raise ConfigError(f"{len(answers)} plugins provide {part}: {', '.join(answers)}; keep one")
    return next(iter(answers.values()), None)


def _the_only(manager: pluggy.PluginManager, hook: str, *, part: str, example: str) -> Any:  # noqa: ANN401
    answer = _opened_later(manager, hook, part=part)
    if answer is None:
        raise ConfigError(f"no plugin provides {part}; add [plugins.{example}]")
    return answer


def _opened_later(manager: pluggy.PluginManager, hook: str, *, part: str) -> Any:  # noqa: ANN401
    answer = _at_most_one(manager, hook, part=part)
    if not (answer is None or isinstance(answer, AbstractAsyncContextManager)):
        raise ConfigError(
            f"{hook} must return an async context manager, but one returned {answer!r}"
        )
    return answer


def _offered(
    manager: pluggy.PluginManager, hook: str, thing: str, *, name: str, own: Sequence[Any] = ()
) -> dict[str, Any]:
    """Return all that the kernel has itself and plugins offer, by their attribute `name`.

    What is offered twice under one name is an error.
    """
    owners: dict[str, str] = {}
    found: dict[str, Any] = {}
    for plugin, offers in {"chachaml-kernel": own, **_ask(manager, hook)}.items():
        for offer in offers:
            label = getattr(offer, name)
            other = owners.setdefault(label, plugin)
            if label in found:
                raise ConfigError(
                    f"the {thing} {label!r} is offered twice: {other}, {plugin}; keep one"
                )
            found[label] = offer
    return found


def _tools(manager: pluggy.PluginManager) -> dict[str, "AnyTool"]:
    """Return the tools that plugins offer, by name; the kernel's own names are taken."""
    if not manager.hook.chachaml_tools.get_hookimpls():
        return {}
    from chachaml_kernel.tools import TOOLS  # few servers need them

    found = _offered(manager, "chachaml_tools", "tool", name="name", own=TOOLS)
    return {name: tool for name, tool in found.items() if tool not in TOOLS}


def _activities(
    manager: pluggy.PluginManager, hook: str, given: Sequence[str]
) -> dict[str, Callable[..., Coroutine[Any, Any, None]]]:
    """Return what starts each plugin's coroutine, with what is `given` in this order."""
    impls = getattr(manager.hook, hook).get_hookimpls()
    return {impl.plugin_name: partial(_start, impl, hook, given) for impl in impls}


def _start(
    impl: pluggy.HookImpl, hook: str, given: Sequence[str], *values: object
) -> Coroutine[Any, Any, None]:
    """Return the coroutine for those of the values that the hook implementation names."""
    arguments = dict(zip(given, values, strict=True))
    activity = impl.function(*(arguments[name] for name in impl.argnames))
    if not isinstance(activity, Coroutine):
        raise ConfigError(f"{hook} of plugin {impl.plugin_name!r} must return a coroutine")
    return activity
