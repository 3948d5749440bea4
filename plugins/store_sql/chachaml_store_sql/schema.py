"""The tables. Times are milliseconds since the Unix epoch; JSON is canonical text.

NULL in a column of type `Real` means NaN, which SQLite cannot store.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Computed,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from chachaml_store_sql.column_types import Real, Serial, Words

metadata = MetaData()

experiments = Table(
    "experiments",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("name", Words, nullable=False, unique=True),
    Column("description", Words, nullable=False),
    Column("owner", Words),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("running", BigInteger, nullable=False),
    Column("completed", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
    Column("archived", BigInteger, nullable=False),
    Index("experiments_by_creation", "created_at", "name"),
)
"""The counts of runs, archived ones apart, and `updated_at` are kept up to date with the runs."""

runs = Table(
    "runs",
    metadata,
    Column("id", Words, primary_key=True),
    Column("experiment_id", ForeignKey("experiments.id"), nullable=False),
    Column("name", Words),
    Column("status", Words, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("created_by", Words),
    Column("parent_run_id", ForeignKey("runs.id", ondelete="SET NULL")),
    Column("error", Words),
    Column("archived", Boolean, nullable=False),
    Column("env", Words, nullable=False),
    Column("note", Words, nullable=False),
    Column("note_at", BigInteger),
    Column("note_by", Words),
    Index("runs_by_start", "started_at", "id"),
    Index("runs_in_lists", "archived", "started_at", "id"),
    Index("runs_by_status", "archived", "status", "started_at", "id"),
    Index("runs_by_experiment", "experiment_id", "archived", "started_at", "id"),
    Index("runs_by_name", "archived", "name", "started_at", "id"),
    Index("runs_by_author", "archived", "created_by", "started_at", "id"),
    Index("runs_by_parent", "parent_run_id", "archived", "started_at", "id"),
)


def _of_run() -> Column[str]:
    return Column("run_id", ForeignKey("runs.id", ondelete="CASCADE"), nullable=False)


params = Table(
    "params",
    metadata,
    _of_run(),
    Column("key", Words, nullable=False),
    Column("value", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("number", Real),
    Column("brief", Words),
    PrimaryKeyConstraint("run_id", "key"),
    Index("params_by_value", "key", "number", "brief"),
    sqlite_with_rowid=False,
)
"""`text` is what a filter looks for, `number` the double of what is a number, `brief` the beginning
of the text of what is neither a number nor null. Indexes cannot hold texts of any length.
"""

tags = Table(
    "tags",
    metadata,
    _of_run(),
    Column("key", Words, nullable=False),
    Column("value", Words, nullable=False),
    Column("brief", Words, nullable=False),
    PrimaryKeyConstraint("run_id", "key"),
    Index("tags_by_value", "key", "brief"),
    sqlite_with_rowid=False,
)
"""`brief` is the beginning of the value."""

BRIEF = 100
"""Characters of what is brief."""

datasets = Table(
    "datasets",
    metadata,
    Column("id", Words, primary_key=True),
    _of_run(),
    Column("role", Words, nullable=False),
    Column("name", Words),
    Column("n_rows", BigInteger),
    Column("n_cols", BigInteger),
    Column("features", Words, nullable=False),
    Column("hash", Words),
    Column("source", Words),
    Column("created_at", BigInteger, nullable=False),
    Index("datasets_by_run", "run_id", "created_at", "id"),
)

series = Table(
    "series",
    metadata,
    Column("id", Serial, primary_key=True),
    _of_run(),
    Column("key", Words, nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("last_value", Real),
    Column("last_step", BigInteger),
    Column("last_at", BigInteger, nullable=False),
    Column("least", Real),
    Column("greatest", Real),
    Column("logged", BigInteger, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("settled", BigInteger, nullable=False),
    UniqueConstraint("run_id", "key", name="series_of_run"),
    Index("series_by_latest", "key", "last_value", "started_at", "run_id"),
    sqlite_autoincrement=True,
)
"""One row a run and key, kept up to date with each append; `logged` rises with each of them.
It is negative where a metric gets better neither way, so that such a one comes behind all others.
`started_at` is when the run started, so that an index has runs by a metric and then newest first;
it has their ids too, so that those of very many runs are read from it alone.

How the first `settled` points are stored does not change any more.

No id is given twice, also after its series was deleted: what is still under way for that one must
never meet another.
"""

points = Table(
    "points",
    metadata,
    Column("series_id", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("step", BigInteger),
    Column("at", BigInteger, nullable=False),
    Column("value", Real),
    PrimaryKeyConstraint("series_id", "seq"),
    sqlite_with_rowid=False,
)
"""Points that are no part of a chunk yet; `seq` counts 0, 1, 2… within a series."""

chunks = Table(
    "chunks",
    metadata,
    Column("series_id", BigInteger, nullable=False),
    Column("first_seq", BigInteger, nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("least_step", BigInteger),
    Column("greatest_step", BigInteger),
    Column("every_step", Boolean, nullable=False),
    Column("least_at", BigInteger, nullable=False),
    Column("greatest_at", BigInteger, nullable=False),
    Column("peaks", LargeBinary, nullable=False),
    Column("outline", LargeBinary, nullable=False),
    Column("points", LargeBinary, nullable=False),
    PrimaryKeyConstraint("series_id", "first_seq"),
)
"""The points from `first_seq` on, compressed, and before them those that thin curves need.

A point is a row of `points` or in a chunk, never both. Steps are NULL where no point has one;
`every_step` tells whether all have.
"""

unsettled = Table(
    "unsettled",
    metadata,
    Column("series_id", BigInteger, ForeignKey("series.id", ondelete="CASCADE"), nullable=False),
    PrimaryKeyConstraint("series_id"),
    sqlite_with_rowid=False,
)
"""Series that may have rows to seal or chunks to merge: what one server leaves, the next finds."""

outcomes = Table(
    "outcomes",
    metadata,
    Column("run_id", ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("ended_at", BigInteger),
    Column("body", LargeBinary, nullable=False),
)
"""What lists show of runs, in MessagePack (see `outcomes.Outcome`), as they were at one of their
ends; it counts where that is the end that the run has now."""

artifacts = Table(
    "artifacts",
    metadata,
    Column("id", Words, primary_key=True),
    Column("run_id", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("content_type", Words, nullable=False),
    Column("sha256", Words, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("current", Boolean),
    UniqueConstraint("run_id", "name", "current", name="artifacts_of_run"),
)
"""`current` is true or NULL: what is NULL was replaced or lost its run, and a version holds it."""

models = Table(
    "models",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("name", Words, nullable=False, unique=True),
    Column("description", Words, nullable=False),
    Column("last_version", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Index("models_by_creation", "created_at", "name"),
)

versions = Table(
    "versions",
    metadata,
    Column("model_id", ForeignKey("models.id"), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("stage", Words, nullable=False),
    Column("stage_since", BigInteger, nullable=False),
    Column("description", Words, nullable=False),
    Column("run_id", Words, nullable=False),
    Column("artifact_id", ForeignKey("artifacts.id"), nullable=False),
    Column("created_by", Words),
    Column("created_at", BigInteger, nullable=False),
    Column(
        "in_production",
        Integer,
        Computed("CASE WHEN stage = 'production' THEN 1 END", persisted=True),
    ),
    PrimaryKeyConstraint("model_id", "version"),
    UniqueConstraint("model_id", "in_production", name="versions_in_production"),
    Index("versions_of_artifact", "artifact_id"),
    Index("versions_of_run", "run_id"),
)

moves = Table(
    "moves",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("model_id", ForeignKey("models.id"), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("from_stage", Words, nullable=False),
    Column("to_stage", Words, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("author", Words),
    Column("reason", Words, nullable=False),
    Column("displaced_by", BigInteger),
    Index("moves_of_model", "model_id", "id"),
)
"""What versions did, in the order of their ids; no row is ever changed or removed."""

views = Table(
    "views",
    metadata,
    Column("name", Words, primary_key=True),
    Column("query", Words, nullable=False),
    Column("created_by", Words),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Index("views_by_creation", "created_at", "name"),
)

applied = Table(
    "applied",
    metadata,
    Column("key", Words, primary_key=True),
    Column("request", Words, nullable=False),
    Column("answer", Words, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("applied_by_time", "at"),
)
"""Idempotency keys of writes that took effect, and what those answered."""
