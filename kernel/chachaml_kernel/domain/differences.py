"""What differs between runs: facts by key and then by run, and which of them stand out."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from chachaml_kernel.domain.datasets import Dataset
from chachaml_kernel.domain.values import JsonValue, same

DESCRIBING = ("name", "n_rows", "n_cols", "hash", "source")


def flatten(facts: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return `facts` with nested objects taken apart: `{"git": {"sha": …}}` has `git.sha`.

    An empty object stays, as do arrays; of two facts with one key the later one stays.
    """
    flat: dict[str, JsonValue] = {}
    for key, value in facts.items():
        if isinstance(value, dict) and value:
            flat |= {f"{key}.{inner}": deep for inner, deep in flatten(value).items()}
        else:
            flat[key] = value
    return flat


def dataset_facts(datasets: Sequence[Dataset]) -> dict[str, JsonValue]:
    """Return what datasets say by `role.field`, oldest first; the second of a role is `role 2`."""
    facts: dict[str, JsonValue] = {}
    seen: Counter[str] = Counter()
    for dataset in sorted(datasets, key=lambda each: (each.created_at, each.id)):
        seen[dataset.role] += 1
        number = seen[dataset.role]
        role = dataset.role if number == 1 else f"{dataset.role} {number}"
        said = {field: getattr(dataset, field) for field in DESCRIBING}
        said |= flatten({"features": dataset.features})
        facts |= {f"{role}.{field}": value for field, value in said.items() if value is not None}
    return facts


def differs(values: Mapping[str, JsonValue], count: int) -> bool:
    """Tell whether not all of `count` runs have the same value, absent ones included."""
    first, *others = values.values()
    return len(values) < count or not all(same(first, other) for other in others)


def odd(
    values: Mapping[str, JsonValue], runs: Sequence[str], *, baseline: str | None = None
) -> Collection[str]:
    """Return those of `runs` whose value is not the usual one, for which absent counts as well.

    Usual is what the `baseline` has, or, without one, what two and at least half of the runs have,
    of two such values the one of the earliest run. Where nothing is usual nothing is odd.
    """
    groups = _alike(values, runs)
    if baseline is not None:
        usual = next((group for group in groups if baseline in group), [])
    else:
        usual = max(groups, key=len)
        if len(usual) < 2 or 2 * len(usual) < len(runs):
            return ()
    return frozenset(runs) - frozenset(usual)


def _alike(values: Mapping[str, JsonValue], runs: Sequence[str]) -> list[list[str]]:
    """Group runs by their value, in the order of each value's earliest run."""
    groups: list[list[str]] = []
    for run in runs:
        for group in groups:
            if _same_fact(values, run, group[0]):
                group.append(run)
                break
        else:
            groups.append([run])
    return groups


def _same_fact(values: Mapping[str, JsonValue], a: str, b: str) -> bool:
    if a in values and b in values:
        return same(values[a], values[b])
    return a not in values and b not in values
