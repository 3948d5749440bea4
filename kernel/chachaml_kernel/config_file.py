"""The config file: TOML with the tables `[kernel]` and `[plugins.NAME]`, and `${NAME}` in texts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from chachaml_kernel.errors import ConfigError
from chachaml_kernel.settings import suggest

Values: TypeAlias = dict[str, Any]
"""Settings by name, as TOML has them."""

REFERENCE = re.compile(r"\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$\{")


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """What a config file says: the `[kernel]` table, and by name those of the plugins."""

    kernel: Values = field(repr=False, default_factory=dict)
    plugins: Mapping[str, Values] = field(repr=False, default_factory=dict)


def read_config_file(file: Path, env: Mapping[str, str]) -> ConfigFile:
    """Return what `file` says, each `${NAME}` replaced from `env`; `$${` stands for `${`.

    Raises `ConfigError` if it cannot be read, is not UTF-8 or not TOML, says anything that is not
    in a known table, or refers to a variable that is not set.
    """
    document = _parse(file)
    for name in document:
        if name not in ("kernel", "plugins"):
            meant = suggest(name, ("kernel", "plugins"))
            raise ConfigError(
                f"{file}: unknown table or key {name!r}; allowed: [kernel], [plugins.NAME]{meant}"
            )
    kernel = _table(document.get("kernel", {}), f"{file}: [kernel]")
    plugins = _table(document.get("plugins", {}), f"{file}: [plugins]")
    return ConfigFile(
        kernel=_substitute_all(kernel, f"{file}: [kernel]", env),
        plugins={name: _plugin(name, table, file, env) for name, table in plugins.items()},
    )


def _parse(file: Path) -> Values:
    import tomllib  # many servers have no config file

    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read the config file {file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file} is not UTF-8 at byte {error.start}; save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file} is not TOML: {error}") from error


def _plugin(name: str, value: object, file: Path, env: Mapping[str, str]) -> Values:
    where = f"{file}: [plugins.{name}]"
    return _substitute_all(_table(value, where), where, env)


def _table(value: object, where: str) -> Values:
    if not isinstance(value, dict):
        raise ConfigError(f"{where} must be a table with settings, not a single value")
    return value


def _substitute_all(table: Values, where: str, env: Mapping[str, str]) -> Values:
    return {name: _substitute(value, f"{where} {name}", env) for name, value in table.items()}


def _substitute(value: object, where: str, env: Mapping[str, str]) -> object:
    """Return `value` with the references in each text of it replaced."""
    if isinstance(value, str):
        return REFERENCE.sub(lambda match: _replacement(match, where, env), value)
    if isinstance(value, list):
        return [_substitute(inner, where, env) for inner in value]
    if isinstance(value, dict):
        return {key: _substitute(inner, where, env) for key, inner in value.items()}
    return value


def _replacement(match: re.Match[str], where: str, env: Mapping[str, str]) -> str:
    if match[0] == "$${":
        return "${"
    name = match[1]
    if name is None:
        raise ConfigError(f"{where}: '${{' names no variable; write ${{NAME}}, or $${{ for '${{'")
    if name not in env:
        raise ConfigError(f"{where} needs the environment variable {name}, which is not set")
    return env[name]
