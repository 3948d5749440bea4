"""Space that is kept back, when several processes share one database."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from chachaml_store_sqlite.reserve import Reserve

ROUNDS = 2_000


def test_others_may_remove_the_reserve_at_any_time(tmp_path: Path) -> None:
    reserve = Reserve.beside(tmp_path / "chachaml.db", 1)

    def open_and_close(_: int) -> None:
        reserve.make()
        reserve.leave()

    with ThreadPoolExecutor(4) as processes:
        list(processes.map(open_and_close, range(ROUNDS)))
    assert list(tmp_path.iterdir()) == []
