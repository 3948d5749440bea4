"""The configuration: which plugins run, and with which settings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from chachaml_kernel.config_file import ConfigFile, read_config_file
from chachaml_kernel.domain.chat import Budget
from chachaml_kernel.domain.direction import LOWER_IS_BETTER
from chachaml_kernel.errors import ConfigError
from chachaml_kernel.settings import Table, Variable, build

DEFAULT_PLUGINS = ("store_sqlite", "artifacts_fs", "export_csv", "ui")
"""What runs when there is no config file."""

SHORTHANDS = {
    "PORT": ("ui", "port"),
    "CHACHAML_PORT": ("ui", "port"),
    "CHACHAML_HOST": ("ui", "host"),
}
"""Variables with a short name, and the setting that each means; a later one wins."""


@dataclass(frozen=True, slots=True)
class KernelSettings:
    """The `[kernel]` table.

    `headline` are the preferred headline metrics, first one first. `lower_is_better` are words in
    keys of metrics that get better as they fall; see `higher_is_better`. `chat_questions` to
    language models are answered at a time; what else begins with `chat_` is the budget of one.
    """

    headline: tuple[str, ...] = ("accuracy", "f1")
    lower_is_better: tuple[str, ...] = LOWER_IS_BETTER
    chat_questions: int = 10
    chat_tokens: int = 200_000
    chat_seconds: float = 120.0
    chat_annotate: bool = False

    def __post_init__(self) -> None:
        """Raise `ValueError` for a setting that cannot work."""
        if self.chat_questions < 1:
            raise ValueError(f"chat_questions is {self.chat_questions}; it must be at least 1")
        if self.chat_tokens < 1:
            raise ValueError(f"chat_tokens is {self.chat_tokens}; it must be at least 1")
        if not 0 < self.chat_seconds < float("inf"):
            raise ValueError(
                f"chat_seconds is {self.chat_seconds}; it must be a number of seconds above 0"
            )

    @property
    def budget(self) -> Budget:
        """What one question to a language model may take."""
        return Budget(
            tokens=self.chat_tokens, seconds=self.chat_seconds, annotate=self.chat_annotate
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The whole configuration. `plugins` are the settings of each, which it has not checked yet.

    `data` is the folder where relative paths in settings begin.
    """

    kernel: KernelSettings = field(default_factory=KernelSettings)
    plugins: Mapping[str, Mapping[str, object]] = field(repr=False)
    data: Path = field(default_factory=Path.cwd)

    def table(self, plugin: str) -> Table:
        """Return the settings of a configured plugin."""
        return Table(name=f"plugins.{plugin}", values=self.plugins[plugin], data=self.data)


def load_config(
    *,
    file: Path | None = None,
    host: str | None = None,
    port: int | None = None,
    data: Path | None = None,
    env: Mapping[str, str],
) -> Config:
    """Return the configuration: arguments win over environment variables, those over the file.

    Without a file the default plugins run. `CHACHAML_CONFIG` and `CHACHAML_DATA` stand for `file`
    and `data`; `CHACHAML_<PLUGIN>_<SETTING>` sets a setting of a configured plugin. Other variables
    are ignored, and so are empty ones. Raises `ConfigError`.
    """
    file = file or _path(env.get("CHACHAML_CONFIG"))
    data = Path.cwd() / (data or _path(env.get("CHACHAML_DATA")) or "")
    read = read_config_file(file, env) if file else _default()
    variables = _variables(read.plugins, env)
    arguments = {"ui": _given(host=host, port=port)}
    if arguments["ui"] and "ui" not in read.plugins:
        names = " and ".join(arguments["ui"])
        raise ConfigError(f"{names} can be given only where [plugins.ui] is configured; add it")
    return Config(
        kernel=build(KernelSettings, Table(name="kernel", values=read.kernel, data=data)),
        plugins={
            name: {**table, **variables[name], **arguments.get(name, {})}
            for name, table in read.plugins.items()
        },
        data=data,
    )


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None


def _default() -> ConfigFile:
    return ConfigFile(plugins={name: {} for name in DEFAULT_PLUGINS})


def _given(**arguments: object) -> dict[str, object]:
    return {name: value for name, value in arguments.items() if value is not None}


def _variables(plugins: Iterable[str], env: Mapping[str, str]) -> dict[str, dict[str, Variable]]:
    """Return the settings of `plugins` that `env` sets; a long name wins over a shorthand."""
    found: dict[str, dict[str, Variable]] = {name: {} for name in plugins}
    for variable, (plugin, setting) in SHORTHANDS.items():
        if env.get(variable) and plugin in found:
            found[plugin][setting] = Variable(variable, env[variable])
    prefixes = {f"CHACHAML_{name.upper().replace('-', '_')}_": name for name in found}
    for variable, text in env.items():
        # The longest, since one plugin's name may begin with another's.
        prefix = max(filter(variable.startswith, prefixes), key=len, default=None)
        if prefix and text:
            setting = variable.removeprefix(prefix).lower()
            found[prefixes[prefix]][setting] = Variable(variable, text)
    return found
