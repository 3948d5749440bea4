"""The rules of the page of a run: its figures, environment and tree of artifacts."""

from collections.abc import Mapping, Sequence

import pytest
from chachaml_kernel.domain.artifacts import Artifact
from chachaml_kernel.domain.values import JsonValue
from chachaml_ui.pages.run.environment import Commit, environment
from chachaml_ui.pages.run.tree import DEEPEST, MOST, WHOLE, Tree, tree
from chachaml_ui.pages.words import size


def named(*names: str) -> Sequence[Artifact]:
    return [
        Artifact(id=name, run_id="r", name=name, size=10, content_type="", sha256="", created_at=0)
        for name in names
    ]


def shown(found: Tree) -> Sequence[str]:
    return ["  " * row.depth + row.name + ("" if row.artifact else "/") for row in found.rows]


def test_few_artifacts_are_one_tree_with_folders_first() -> None:
    found = tree(named("z", "b/y", "a/c/x", "a/w"))
    assert shown(found) == ["a/", "  c/", "    x", "  w", "b/", "  y", "z"]
    assert [(row.count, row.size) for row in found.rows[:2]] == [(2, 20), (1, 10)]
    assert (found.count, found.size, found.is_whole) == (4, 40, True)


def test_of_many_one_folder_is_shown() -> None:
    many = named(*(f"a/{number:03}/x" for number in range(WHOLE + 1)), "b")
    assert shown(tree(many)) == ["a/", "b"]
    inner = tree(many, folder="a/007")
    assert shown(inner) == ["x"]
    assert inner.above == [("a", "a"), ("007", "a/007")]
    assert shown(tree(many, folder="nothing")) == []


def test_a_flat_heap_is_cut_and_found_in_by_name() -> None:
    many = named(*(f"step-{number}" for number in range(3_000)))
    cut = tree(many)
    assert (len(cut.rows), cut.found) == (MOST, 3_000)
    assert shown(tree(many, find="STEP-2999")) == ["step-2999"]
    assert tree(many, find="step").found == 3_000


def test_very_deep_folders_end_in_a_long_name() -> None:
    found = tree(named("/".join("a" * 500)))
    assert len(found.rows) == DEEPEST + 1
    assert found.rows[-1].name == "/".join("a" * (500 - DEEPEST))


@pytest.mark.parametrize(
    ("env", "commit", "facts", "packages"),
    [
        (
            {"git": {"sha": "ab", "branch": "main", "dirty": True}},
            Commit("ab", "main", "true"),
            [],
            [],
        ),
        ({"git_sha": "ab", "git-dirty?": False}, Commit("ab", "", "false"), [], []),
        ({"git": "ab"}, None, [("git", "ab")], []),
        ({"os": {"name": "Linux", "cpus": 4}}, None, [("os.name", "Linux"), ("os.cpus", "4")], []),
        ({"odd": [1, {"a": None}]}, None, [("odd", '[1,{"a":null}]')], []),
        ({"packages": {"b": "2", "a": "1"}}, None, [], [("a", "1"), ("b", "2")]),
        ({"pip": ["b==2", "a"]}, None, [], [("a", ""), ("b", "2")]),
        ({"packages": "none"}, None, [("packages", "none")], []),
        ({}, None, [], []),
    ],
)
def test_nothing_of_an_environment_is_left_out(
    env: Mapping[str, JsonValue],
    commit: Commit | None,
    facts: Sequence[tuple[str, str]],
    packages: Sequence[tuple[str, str]],
) -> None:
    found = environment(env)
    assert (found.commit, found.facts, found.packages) == (commit, facts, packages)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1.0 kB"),
        (24_310_000, "24.3 MB"),
        (10**16, "10,000.0 TB"),
    ],
)
def test_sizes_have_the_unit_that_fits(count: int, text: str) -> None:
    assert size(count) == text
