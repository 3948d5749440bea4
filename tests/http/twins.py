"""Two servers that are told the same, one with short posts and one without.

Their clocks stand still and their ids are counted, so whatever they answer differently is a fault.
"""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count

from chachaml_kernel.kernel import Kernel
from chachaml_kernel.ports import Authenticator, Store
from chachaml_ui import Ui

from tests.http.serving import kernel, serving

NOW = 1_700_000_000_000
RUN = f"{1:032x}"
"""The id of the run that a kernel of `still` starts first."""
HEAD = re.compile(rb"HTTP/1\.[01] \d{3} .*?\r\n\r\n", re.DOTALL)
DATE = re.compile(rb"Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\n")


async def still(
    store: Store | None = None, *, authenticator: Authenticator | None = None
) -> Kernel:
    """Return a kernel for which time stands still, and whose ids are counted; it has `RUN`."""
    ids = count(1)
    served = kernel(
        store=store,
        authenticator=authenticator,
        clock=lambda: NOW,
        new_id=lambda: f"{next(ids):032x}",
    )
    await served.runs.start(name="first", created_by="somebody")
    return served


@asynccontextmanager
async def twins(
    max_body: int, *, authenticator: Authenticator | None = None
) -> AsyncIterator[tuple[str, str]]:
    """Serve with short posts, and without since requests are logged; yield the addresses."""
    async with AsyncExitStack() as stack:
        urls = []
        for logged in (False, True):
            settings = Ui(port=0, max_body=max_body, access_log=logged)
            served = await still(authenticator=authenticator)
            urls.append((await stack.enter_async_context(serving(served, settings)))[0])
        yield urls[0], urls[1]


def comparable(answers: bytes) -> bytes:
    """Return answers with their headers sorted and without the `Date`."""

    def sort(head: re.Match[bytes]) -> bytes:
        first, *lines = DATE.sub(b"", head[0]).splitlines()
        return b"\n".join([first, *sorted(lines)]) + b"\n"

    return HEAD.sub(sort, answers)
