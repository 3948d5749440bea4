"""A tracking server for machine-learning experiments: the kernel.

`serve` runs it inside another program; `hookimpl` marks what a plugin provides.
"""

from chachaml_kernel.hookspecs import hookimpl
from chachaml_kernel.kernel import Kernel
from chachaml_kernel.server import Server, serve

__version__ = "0.1.0"

__all__ = ["Kernel", "Server", "__version__", "hookimpl", "serve"]
