"""Checks of all that is stored find what was done to it behind the store's back."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from chachaml_kernel.kernel import open_kernel

from tests.integration.kept import fill, ignored, in_folder

FAULTS = {
    "UPDATE chunks SET points = CAST(substr(points, 1, 200) || 'x' AS BLOB)": r"are damaged behind",
    "UPDATE chunks SET points = CAST('CHM9' AS BLOB)": r"are damaged behind the first 0",
    "DELETE FROM points": r"metric 'acc' of run '\w+' has other points than its summary says",
    "UPDATE series SET length = length + 1": r"has other points than its summary says",
    "UPDATE series SET greatest = 9 WHERE key = 'loss'": r"has other points than its summary says",
    "UPDATE experiments SET completed = 5": r"experiment 'größe' has RunCounts\(running=1",
    "DELETE FROM versions WHERE version = 2": r"model 'm' has versions \[1, 3\]",
    "UPDATE artifacts SET size = size + 1": r"has other bytes than were stored: ",
    "UPDATE artifacts SET sha256 = 'x'": r"has other bytes than were stored: ",
}


@pytest.mark.parametrize("damage", FAULTS)
async def test_what_is_not_as_it_should_be_is_named(tmp_path: Path, damage: str) -> None:
    async with open_kernel(in_folder(tmp_path)) as kernel:
        await fill(kernel)
    with closing(sqlite3.connect(tmp_path / "chachaml.db")) as database:
        assert database.execute(damage).rowcount > 0
        database.commit()
    async with open_kernel(in_folder(tmp_path)) as kernel:
        faults = [fault async for fault in kernel.keeping.verify(tell=ignored)]
    assert faults
    for fault in faults:
        assert re.search(FAULTS[damage], fault), fault
