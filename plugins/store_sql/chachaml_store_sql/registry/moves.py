"""Moves of versions between stages, each with its entry in the model's history."""

from chachaml_kernel.domain.models import Move, NewMove, Stage, moves_of, refuse_surprise
from chachaml_kernel.domain.paging import Page, Position
from sqlalchemy import Connection, Dialect, Executable, bindparam, insert, select, update

from chachaml_store_sql.compiled import Fetched, fetch, first
from chachaml_store_sql.lists.keyset import Key
from chachaml_store_sql.lists.pages import Tier, read_page
from chachaml_store_sql.schema import moves, versions

LAST_FIRST = Tier(
    select(
        moves.c.version,
        moves.c.from_stage,
        moves.c.to_stage,
        moves.c.at,
        moves.c.author,
        moves.c.reason,
        moves.c.displaced_by,
    ).where(moves.c.model_id == bindparam("model_id")),
    (Key(moves.c.id, descending=True),),
)


def make(connection: Connection, model_id: int, new: NewMove, stage: Stage) -> bool:
    """Move a version, which stands at `stage`, of a model that is locked.

    Tells whether anything changed by that.
    """
    found = first(connection, _in_production, {"model_id": model_id})
    there = None if found is None else found[0]
    refuse_surprise(new, there)
    made = moves_of(new, stage, there)
    for move in made:  # what leaves production comes first: there is room for one
        to = move.to_stage.value
        moved = {"own_model": model_id, "own_version": move.version, "to": to, "since": move.at}
        fetch(connection, _move, moved)
        fetch(connection, _note, row(model_id, move))
    return bool(made)


def _in_production(_: Dialect) -> Executable:
    own = versions.c.model_id == bindparam("model_id")
    return select(versions.c.version).where(own, versions.c.in_production == 1)


def _move(_: Dialect) -> Executable:
    own = versions.c.model_id == bindparam("own_model")
    return (
        update(versions)
        .where(own, versions.c.version == bindparam("own_version"))
        .values(stage=bindparam("to"), stage_since=bindparam("since"))
    )


def _note(_: Dialect) -> Executable:
    names = [column.name for column in moves.c if column.name != "id"]
    return insert(moves).values({name: bindparam(name) for name in names})


def row(model_id: int, move: Move) -> dict[str, object]:
    """Return a row of the table of moves."""
    return {
        "model_id": model_id,
        "version": move.version,
        "from_stage": move.from_stage.value,
        "to_stage": move.to_stage.value,
        "at": move.at,
        "author": move.by,
        "reason": move.reason,
        "displaced_by": move.displaced_by,
    }


def of_model(
    connection: Connection, model_id: int, *, limit: int, after: Position | None = None
) -> Page[Move]:
    """Return one page of the moves of a model, the last one first."""
    own = {"model_id": model_id}
    return read_page(connection, [LAST_FIRST], own, _read, limit=limit, after=after)


def all_of_model(connection: Connection, model_id: int) -> list[Move]:
    """Return all moves of a model, the first one first."""
    return [_read(row) for row in fetch(connection, _all, {"model_id": model_id})]


def _all(_: Dialect) -> Executable:
    return LAST_FIRST.statement.order_by(moves.c.id)


def _read(row: Fetched) -> Move:
    version, from_stage, to_stage, at, author, reason, displaced_by, *_ = row
    return Move(
        version=version,
        from_stage=Stage(from_stage),
        to_stage=Stage(to_stage),
        at=at,
        by=author,
        reason=reason,
        displaced_by=displaced_by,
    )
