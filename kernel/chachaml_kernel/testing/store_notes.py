"""What every store promises about notes that several people edit."""
# ruff: noqa: D102  the name of a test is its docstring

import asyncio

import pytest

from chachaml_kernel.domain.notes import Saved
from chachaml_kernel.errors import Conflict
from chachaml_kernel.ports import Store
from chachaml_kernel.testing.builders import new_run
from chachaml_kernel.testing.reading import refused


async def note(store: Store) -> tuple[str, Saved | None]:
    """Return the note of the run `r`, and when and by whom it was saved."""
    detail = await store.get_run("r")
    return detail.note, detail.note_saved


@pytest.mark.asyncio
class NoteSuite:
    """A note is replaced whole, and no edit undoes another one that it has not seen."""

    async def test_a_note_is_kept_with_its_author_and_time(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        assert await note(store) == ("", None)
        for saved in (Saved(2_000, "größe"), Saved(3_000)):
            await store.set_note("r", "x", saved=saved)
            assert await note(store) == ("x", saved)

    async def test_an_edit_of_the_stored_note_replaces_it(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        await store.set_note("r", "a\r\n", saved=Saved(2_000), previous="")
        await store.set_note("r", "b", saved=Saved(3_000), previous="a\r\n")
        assert await note(store) == ("b", Saved(3_000))

    @pytest.mark.parametrize("previous", ["", "other", "stored ", "STORED"])
    async def test_an_edit_of_another_note_is_refused(self, store: Store, previous: str) -> None:
        await store.start_run(new_run("r"))
        await store.set_note("r", "stored", saved=Saved(2_000, "ada"))
        call = store.set_note("r", "new", saved=Saved(3_000, "bob"), previous=previous)
        assert "ada" in (await refused(call, Conflict)).detail
        assert await note(store) == ("stored", Saved(2_000, "ada"))

    async def test_an_edit_that_leads_to_what_is_stored_is_no_conflict(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        await store.set_note("r", "stored", saved=Saved(2_000))
        await store.set_note("r", "stored", saved=Saved(3_000), previous="other")
        assert (await note(store))[0] == "stored"

    async def test_of_racing_edits_of_one_note_exactly_one_is_made(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        outcomes = await asyncio.gather(
            *(
                store.set_note("r", f"by {i}", saved=Saved(i, str(i)), previous="")
                for i in range(25)
            ),
            return_exceptions=True,
        )
        (winner,) = [i for i, outcome in enumerate(outcomes) if outcome is None]
        assert sum(isinstance(one, Conflict) for one in outcomes) == 24
        assert await note(store) == (f"by {winner}", Saved(winner, str(winner)))
