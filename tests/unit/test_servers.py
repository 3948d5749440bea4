"""Where the tests' servers come from: what is not there fails, and says what to do."""

import socket

import pytest

from tests.servers.ports import held_ports
from tests.servers.postgres import programs
from tests.servers.s3 import S3Server
from tests.servers.sources import POSTGRES, S3, bucket, postgres_of

NOWHERE = "127.0.0.1:1"


def no_server() -> S3Server:
    raise AssertionError("a server of our own was asked for")


def test_a_version_that_is_not_installed_is_named_with_the_way_out() -> None:
    with pytest.raises(AssertionError, match="run `make setup`, install Debian's postgresql-9, or"):
        programs(9)


def test_a_database_server_that_does_not_answer_is_told_by_its_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(POSTGRES.format(18), f"postgresql://name:word@{NOWHERE}/name")
    with pytest.raises(AssertionError, match="CHACHAML_TEST_POSTGRES_18 says"), postgres_of(18):
        pass


def test_an_s3_server_that_does_not_answer_is_told_by_its_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(S3, f"http://key:secret@{NOWHERE}/bucket")
    with pytest.raises(AssertionError, match="CHACHAML_TEST_S3 says"), bucket(no_server):
        pass


def test_an_s3_address_without_keys_is_told_how_it_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(S3, f"http://{NOWHERE}/bucket")
    with pytest.raises(ValueError, match="http://KEY:SECRET@"), bucket(no_server):
        pass


def test_on_a_held_port_servers_come_and_go_and_nobody_else_gets_it() -> None:
    with held_ports(1) as (port,):
        for _ in range(2):
            with socket.create_server(("127.0.0.1", port)):
                socket.create_connection(("127.0.0.1", port)).close()
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port))
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", port))
