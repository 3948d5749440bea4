"""The plugin: its settings and its hook."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from chachaml_kernel.errors import ConfigError
from chachaml_kernel.hookspecs import hookimpl
from chachaml_kernel.ports import Relay, Store

from chachaml_store_postgres.relay import open_relay
from chachaml_store_postgres.store import open_store

MAX_CONNECTIONS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class StorePostgres:
    """Everything but artifacts in one PostgreSQL database, which any number of kernels may share.

    - `dsn`: where the database is, who asks, and how the connection is protected; a secret.
    - `connections`: how many connections each kernel has at most.
    - `statement_seconds`: how long one statement may take, the answer's way included.
    - `transaction_seconds`: how long a transaction may wait and work before it commits.
    - `lock_seconds`: how long a statement may wait for what another transaction holds.
    - `max_waiting`: how many reads, and writes, may wait before further ones are turned away (429).
    - `pooler`: whether `dsn` leads to one that gives connections away between transactions.
    - `listen_dsn`: a way around a pooler, for the one connection that hears of other kernels.
    """

    dsn: str = field(repr=False)
    connections: int = 10
    statement_seconds: float = 30.0
    transaction_seconds: float = 60.0
    lock_seconds: float = 10.0
    max_waiting: int = 10_000
    pooler: bool = False
    listen_dsn: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Refuse numbers that make no sense, and what is no address at all."""
        for name, dsn in (("dsn", self.dsn), ("listen_dsn", self.listen_dsn or self.dsn)):
            if not dsn.startswith(("postgresql://", "postgres://")):
                raise ConfigError(
                    f"{name} must begin with postgresql://, as in postgresql://USER@HOST/NAME"
                )
        if not 1 <= self.connections <= MAX_CONNECTIONS:
            raise ConfigError(
                f"connections is {self.connections}; it must be from 1 to {MAX_CONNECTIONS}"
            )
        for name in ("statement_seconds", "transaction_seconds", "lock_seconds"):
            if not 0 < getattr(self, name) <= 3_600:
                raise ConfigError(
                    f"{name} is {getattr(self, name)}; it must be above 0 and at most 3600"
                )
        if self.max_waiting < 1:
            raise ConfigError(f"max_waiting is {self.max_waiting}; it must be at least 1")

    @hookimpl
    def chachaml_store(self) -> AbstractAsyncContextManager[Store]:
        """Return the store on this database, still closed."""
        return open_store(
            self.dsn,
            connections=self.connections,
            statement_seconds=self.statement_seconds,
            transaction_seconds=self.transaction_seconds,
            lock_seconds=self.lock_seconds,
            max_waiting=self.max_waiting,
            pooler=self.pooler,
        )

    @hookimpl
    def chachaml_relay(self) -> AbstractAsyncContextManager[Relay]:
        """Return how this kernel hears of others on the database, still closed."""
        return open_relay(self.listen_dsn or self.dsn)
