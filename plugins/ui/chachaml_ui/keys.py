"""The keys under which the aiohttp application keeps what its handlers need."""

from aiohttp import web
from chachaml_kernel.kernel import Kernel
from chachaml_kernel.ports import Principal

from chachaml_ui.budget import Budget
from chachaml_ui.draining import Drain
from chachaml_ui.telemetry import Telemetry
from chachaml_ui.watchers import Watchers

KERNEL = web.AppKey("kernel", Kernel)
"""The kernel, the only thing that handlers call."""
BUDGET = web.AppKey("budget", Budget)
"""The bytes of bodies that may be in work at one time."""
BODY_TIMEOUT = web.AppKey("body_timeout", float)
"""How many seconds a client may pause within a body."""
DRAIN = web.AppKey("drain", Drain)
"""The requests under way."""
TELEMETRY = web.AppKey("telemetry", Telemetry)
"""The figures about requests."""
WATCHERS = web.AppKey("watchers", Watchers)
"""The connections on which live updates are sent."""
ANSWERED = web.RequestKey("answered", float)
"""When an answer that goes on and on was there, by the performance counter."""
PRINCIPAL = web.RequestKey("principal", Principal)
"""Who is asking, where an authenticator knows."""
