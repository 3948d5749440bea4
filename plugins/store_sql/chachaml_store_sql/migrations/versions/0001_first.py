"""The first schema.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from chachaml_store_sql.column_types import Real, Serial, Words

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _experiments_and_runs()
    _said_about_runs()
    _metrics()
    _models()
    _views()
    op.create_table(
        "applied",
        sa.Column("key", Words, primary_key=True),
        sa.Column("request", Words, nullable=False),
        sa.Column("answer", Words, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("applied_by_time", "applied", ["at"])


def _experiments_and_runs() -> None:
    op.create_table(
        "experiments",
        sa.Column("id", Serial, primary_key=True),
        sa.Column("name", Words, nullable=False, unique=True),
        sa.Column("description", Words, nullable=False),
        sa.Column("owner", Words),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.Column("running", sa.BigInteger, nullable=False),
        sa.Column("completed", sa.BigInteger, nullable=False),
        sa.Column("failed", sa.BigInteger, nullable=False),
        sa.Column("archived", sa.BigInteger, nullable=False),
    )
    op.create_index("experiments_by_creation", "experiments", ["created_at", "name"])
    op.create_table(
        "runs",
        sa.Column("id", Words, primary_key=True),
        sa.Column("experiment_id", Serial, sa.ForeignKey("experiments.id"), nullable=False),
        sa.Column("name", Words),
        sa.Column("status", Words, nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("created_by", Words),
        sa.Column("parent_run_id", Words, sa.ForeignKey("runs.id", ondelete="SET NULL")),
        sa.Column("error", Words),
        sa.Column("archived", sa.Boolean, nullable=False),
        sa.Column("env", Words, nullable=False),
        sa.Column("note", Words, nullable=False),
        sa.Column("note_at", sa.BigInteger),
        sa.Column("note_by", Words),
    )
    op.create_index("runs_by_start", "runs", ["started_at", "id"])
    op.create_index("runs_in_lists", "runs", ["archived", "started_at", "id"])
    op.create_index("runs_by_status", "runs", ["archived", "status", "started_at", "id"])
    op.create_index("runs_by_experiment", "runs", ["experiment_id", "archived", "started_at", "id"])
    op.create_index("runs_by_name", "runs", ["archived", "name", "started_at", "id"])
    op.create_index("runs_by_author", "runs", ["archived", "created_by", "started_at", "id"])
    op.create_index("runs_by_parent", "runs", ["parent_run_id", "archived", "started_at", "id"])


def _of_run() -> sa.Column[str]:
    foreign = sa.ForeignKey("runs.id", ondelete="CASCADE")
    return sa.Column("run_id", Words, foreign, nullable=False)


def _said_about_runs() -> None:
    op.create_table(
        "params",
        _of_run(),
        sa.Column("key", Words, nullable=False),
        sa.Column("value", Words, nullable=False),
        sa.Column("text", Words, nullable=False),
        sa.Column("number", Real),
        sa.Column("brief", Words),
        sa.PrimaryKeyConstraint("run_id", "key"),
        sqlite_with_rowid=False,
    )
    op.create_index("params_by_value", "params", ["key", "number", "brief"])
    op.create_table(
        "tags",
        _of_run(),
        sa.Column("key", Words, nullable=False),
        sa.Column("value", Words, nullable=False),
        sa.Column("brief", Words, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "key"),
        sqlite_with_rowid=False,
    )
    op.create_index("tags_by_value", "tags", ["key", "brief"])
    op.create_table(
        "datasets",
        sa.Column("id", Words, primary_key=True),
        _of_run(),
        sa.Column("role", Words, nullable=False),
        sa.Column("name", Words),
        sa.Column("n_rows", sa.BigInteger),
        sa.Column("n_cols", sa.BigInteger),
        sa.Column("features", Words, nullable=False),
        sa.Column("hash", Words),
        sa.Column("source", Words),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_index("datasets_by_run", "datasets", ["run_id", "created_at", "id"])


def _metrics() -> None:
    op.create_table(
        "series",
        sa.Column("id", Serial, primary_key=True),
        _of_run(),
        sa.Column("key", Words, nullable=False),
        sa.Column("length", sa.BigInteger, nullable=False),
        sa.Column("last_value", Real),
        sa.Column("last_step", sa.BigInteger),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.Column("least", Real),
        sa.Column("greatest", Real),
        sa.Column("logged", sa.BigInteger, nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("settled", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("run_id", "key", name="series_of_run"),
        sqlite_autoincrement=True,
    )
    op.create_index("series_by_latest", "series", ["key", "last_value", "started_at", "run_id"])
    op.create_table(
        "points",
        sa.Column("series_id", sa.BigInteger, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("step", sa.BigInteger),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("value", Real),
        sa.PrimaryKeyConstraint("series_id", "seq"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "unsettled",
        sa.Column(
            "series_id",
            sa.BigInteger,
            sa.ForeignKey("series.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("series_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "chunks",
        sa.Column("series_id", sa.BigInteger, nullable=False),
        sa.Column("first_seq", sa.BigInteger, nullable=False),
        sa.Column("length", sa.BigInteger, nullable=False),
        sa.Column("least_step", sa.BigInteger),
        sa.Column("greatest_step", sa.BigInteger),
        sa.Column("every_step", sa.Boolean, nullable=False),
        sa.Column("least_at", sa.BigInteger, nullable=False),
        sa.Column("greatest_at", sa.BigInteger, nullable=False),
        sa.Column("peaks", sa.LargeBinary, nullable=False),
        sa.Column("outline", sa.LargeBinary, nullable=False),
        sa.Column("points", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("series_id", "first_seq"),
    )


def _models() -> None:
    op.create_table(
        "artifacts",
        sa.Column("id", Words, primary_key=True),
        sa.Column("run_id", Words, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("content_type", Words, nullable=False),
        sa.Column("sha256", Words, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("current", sa.Boolean),
        sa.UniqueConstraint("run_id", "name", "current", name="artifacts_of_run"),
    )
    op.create_table(
        "models",
        sa.Column("id", Serial, primary_key=True),
        sa.Column("name", Words, nullable=False, unique=True),
        sa.Column("description", Words, nullable=False),
        sa.Column("last_version", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
    )
    op.create_index("models_by_creation", "models", ["created_at", "name"])
    op.create_table(
        "versions",
        sa.Column("model_id", Serial, sa.ForeignKey("models.id"), nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("stage", Words, nullable=False),
        sa.Column("stage_since", sa.BigInteger, nullable=False),
        sa.Column("description", Words, nullable=False),
        sa.Column("run_id", Words, nullable=False),
        sa.Column("artifact_id", Words, sa.ForeignKey("artifacts.id"), nullable=False),
        sa.Column("created_by", Words),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column(
            "in_production",
            sa.Integer,
            sa.Computed("CASE WHEN stage = 'production' THEN 1 END", persisted=True),
        ),
        sa.PrimaryKeyConstraint("model_id", "version"),
        sa.UniqueConstraint("model_id", "in_production", name="versions_in_production"),
    )
    op.create_index("versions_of_artifact", "versions", ["artifact_id"])
    op.create_index("versions_of_run", "versions", ["run_id"])
    op.create_table(
        "moves",
        sa.Column("id", Serial, primary_key=True),
        sa.Column("model_id", Serial, sa.ForeignKey("models.id"), nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("from_stage", Words, nullable=False),
        sa.Column("to_stage", Words, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("author", Words),
        sa.Column("reason", Words, nullable=False),
        sa.Column("displaced_by", sa.BigInteger),
    )
    op.create_index("moves_of_model", "moves", ["model_id", "id"])


def _views() -> None:
    op.create_table(
        "views",
        sa.Column("name", Words, primary_key=True),
        sa.Column("query", Words, nullable=False),
        sa.Column("created_by", Words),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
    )
    op.create_index("views_by_creation", "views", ["created_at", "name"])
