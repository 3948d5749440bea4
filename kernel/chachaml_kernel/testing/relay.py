"""The contract of relays."""
# ruff: noqa: D102  the name of a test is its docstring

import asyncio
from contextlib import AsyncExitStack, aclosing

import pytest

from chachaml_kernel.ports import Relay
from chachaml_kernel.ports.relay import MAX_MESSAGE


@pytest.mark.asyncio
class RelaySuite:
    """Every promise of `chachaml_kernel.ports.Relay` as a test.

    A relay passes it in a class that inherits it and has a fixture `relays`, which yields two
    opened relays of kernels that share a store:

        class TestMyRelay(RelaySuite):
            @pytest_asyncio.fixture
            async def relays(self) -> AsyncIterator[tuple[Relay, Relay]]:
                async with MyRelay().chachaml_relay() as one, MyRelay().chachaml_relay() as other:
                    yield one, other
    """

    async def test_whoever_begins_to_listen_may_have_missed_something(
        self, relays: tuple[Relay, Relay]
    ) -> None:
        async with aclosing(relays[0].receive()) as received:
            assert await anext(received) is None

    async def test_messages_come_in_their_order_and_as_they_were_sent(
        self, relays: tuple[Relay, Relay]
    ) -> None:
        sender, receiver = relays
        sent = ["first", "gr\u00f6\u00dfe \U0001f600 ' \\ \n \x01", "x" * MAX_MESSAGE, "x"]
        async with AsyncExitStack() as stack:
            sending = await stack.enter_async_context(aclosing(sender.receive()))
            received = await stack.enter_async_context(aclosing(receiver.receive()))
            assert await anext(sending) is None
            assert await anext(received) is None
            for message in sent:
                await sender.send(message)
            assert [await anext(received) for _ in sent] == sent

    async def test_nobody_hears_what_they_sent_themselves(
        self, relays: tuple[Relay, Relay]
    ) -> None:
        one, other = relays
        async with AsyncExitStack() as stack:
            both = [await stack.enter_async_context(aclosing(relay.receive())) for relay in relays]
            assert [await anext(received) for received in both] == [None, None]
            await asyncio.gather(*(one.send(f"one {i}") for i in range(10)))
            await other.send("other")
            assert await anext(both[0]) == "other"
            assert {await anext(both[1]) for _ in range(10)} == {f"one {i}" for i in range(10)}
