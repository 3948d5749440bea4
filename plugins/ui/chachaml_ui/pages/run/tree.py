"""Artifacts as a tree of folders, or one folder of it where there are many."""

from collections.abc import Iterator, Sequence

from chachaml_kernel.domain.artifacts import Artifact
from msgspec import Struct

WHOLE = 200
"""So many artifacts are shown as one open tree; of more, one folder at a time."""
MOST = 500
"""Rows that are shown at one time."""
DEEPEST = 8
"""Folders within one another that are shown as such; of those below, the names hold the rest."""


class Row(Struct, frozen=True, kw_only=True):
    """A folder, with the number and size of all that is in it, or an artifact."""

    path: str
    name: str
    depth: int
    size: int
    count: int = 1
    artifact: Artifact | None = None


class Tree(Struct, frozen=True, kw_only=True):
    """The rows to show of a run's artifacts, and what they are part of.

    `count` and `size` are those of all artifacts; `found` is how many rows there would be.
    """

    rows: Sequence[Row]
    folder: str
    find: str
    count: int
    size: int
    found: int

    @property
    def is_whole(self) -> bool:
        """Tell whether all artifacts fit on the page."""
        return self.count <= WHOLE

    @property
    def above(self) -> Sequence[tuple[str, str]]:
        """The folders that lead to this one, from the top: name and path."""
        parts = self.folder.split("/") if self.folder else []
        return [(part, "/".join(parts[: index + 1])) for index, part in enumerate(parts)]


def tree(artifacts: Sequence[Artifact], *, folder: str = "", find: str = "") -> Tree:
    """Return what to show: all of few artifacts; of many, `folder`, or those that `find` names."""
    if find:
        wanted = [one for one in artifacts if find.casefold() in one.name.casefold()]
        rows, found = list(_open(wanted[:MOST], "", 0)), len(wanted)
    elif len(artifacts) <= WHOLE:
        rows, found = list(_open(artifacts, "", 0)), len(artifacts)
    else:
        prefix = f"{folder}/" if folder else ""
        level = _level([one for one in artifacts if one.name.startswith(prefix)], prefix, 0)
        rows, found = level[:MOST], len(level)
    return Tree(
        rows=rows,
        folder=folder,
        find=find,
        count=len(artifacts),
        size=sum(one.size for one in artifacts),
        found=found,
    )


def _open(artifacts: Sequence[Artifact], prefix: str, depth: int) -> Iterator[Row]:
    """Yield what lies in the folder `prefix`, each folder followed by what lies in it."""
    for row in _level(artifacts, prefix, depth):
        yield row
        if row.artifact is None:
            inner = f"{row.path}/"
            within = [one for one in artifacts if one.name.startswith(inner)]
            yield from _open(within, inner, depth + 1)


def _level(artifacts: Sequence[Artifact], prefix: str, depth: int) -> list[Row]:
    """Return what lies directly in the folder `prefix`: folders by name, then artifacts by name."""
    folders: dict[str, list[int]] = {}
    leaves: list[Row] = []
    for one in artifacts:
        name = one.name.removeprefix(prefix)
        first, slash, _ = name.partition("/")
        if slash and depth < DEEPEST:
            folders.setdefault(first, []).append(one.size)
        else:
            leaves.append(Row(path=one.name, name=name, depth=depth, size=one.size, artifact=one))
    branches = [
        Row(path=prefix + name, name=name, depth=depth, size=sum(sizes), count=len(sizes))
        for name, sizes in folders.items()
    ]
    return [*sorted(branches, key=_path), *sorted(leaves, key=_path)]


def _path(row: Row) -> str:
    return row.path
