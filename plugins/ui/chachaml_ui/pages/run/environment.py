"""What a run says that it ran in: any JSON, in which some keys are known."""

from collections.abc import Mapping, Sequence

from chachaml_kernel.domain.values import JsonValue, text_of
from msgspec import Struct

COMMIT = ("git_sha", "git_commit", "commit", "sha")
BRANCH = ("git_branch", "branch")
DIRTY = ("git_dirty", "dirty")
PACKAGES = frozenset({"packages", "requirements", "dependencies", "deps", "pip", "pip_freeze"})


class Commit(Struct, frozen=True):
    """What code it was: any of the three may be an empty text."""

    sha: str
    branch: str
    dirty: str


class Environment(Struct, frozen=True):
    """Facts by name, and packages, each with its version or none."""

    commit: Commit | None
    facts: Sequence[tuple[str, str]]
    packages: Sequence[tuple[str, str]]


def environment(env: Mapping[str, JsonValue]) -> Environment:
    """Return `env` to be read: nothing of it is left out, whatever its keys are."""
    packages = [
        pair for key, value in env.items() if _is_list(key, value) for pair in _pairs(value)
    ]
    facts = _flat({key: value for key, value in env.items() if not _is_list(key, value)})
    commit = _take_commit(facts)
    return Environment(commit, list(facts.items()), sorted(packages))


def _is_list(key: str, value: JsonValue) -> bool:
    return _plain(key) in PACKAGES and isinstance(value, list | dict)


def _pairs(value: JsonValue) -> Sequence[tuple[str, str]]:
    if isinstance(value, dict):
        return [(name, text_of(version)) for name, version in value.items()]
    assert isinstance(value, list)  # as `_is_list` found
    parts = [text_of(entry).partition("==") for entry in value]
    return [(name, version) for name, _, version in parts]


def _flat(env: Mapping[str, JsonValue]) -> dict[str, str]:
    """Return `env` as texts; an object in it becomes a fact for each of its keys."""
    flat: dict[str, str] = {}
    for key, value in env.items():
        if isinstance(value, dict) and value:
            flat |= {f"{key}.{inner}": text_of(under) for inner, under in value.items()}
        else:
            flat[key] = text_of(value)
    return flat


def _take_commit(facts: dict[str, str]) -> Commit | None:
    """Take what tells the commit out of `facts`."""
    commit = Commit(*(_take(facts, names) for names in (COMMIT, BRANCH, DIRTY)))
    return commit if commit.sha or commit.branch or commit.dirty else None


def _take(facts: dict[str, str], names: Sequence[str]) -> str:
    found = [key for key in facts if _plain(key) in names]
    return facts.pop(found[0]) if found else ""


def _plain(key: str) -> str:
    return key.lower().replace("-", "_").replace(".", "_").rstrip("?")
