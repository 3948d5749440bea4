"""Ids that nobody else has, and that rise with time."""

import re
import uuid

from chachaml_kernel.services.surroundings import rising_id, system_clock


def test_ids_are_of_version_7_and_all_different() -> None:
    made = [rising_id() for _ in range(10_000)]
    assert len(set(made)) == len(made)
    for one in made:
        assert re.fullmatch("[0-9a-f]{32}", one)
        assert uuid.UUID(one).variant == uuid.RFC_4122
        assert uuid.UUID(one).version == 7


def test_an_id_begins_with_the_time_at_which_it_was_made() -> None:
    before = system_clock()
    made = rising_id()
    assert before <= int(made[:12], 16) <= system_clock()
