"""The Python of this machine as an image that others are built on, where no registry is reached.

It has the libraries that uv and packages in C++ need as well, as the public image of Python does.
"""

import importlib.util
import re
import ssl
import subprocess
import sys
import sysconfig
from pathlib import Path

from tests.environments import find_uv
from tests.servers.recipes import Recipe

NAME = "chachaml-test/python:3"
PLACE = "/usr/local"
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
LEFT_OUT = re.compile(
    rf"^{PLACE}/lib/python3\.\d+/"
    r"((site|dist)-packages/(?!pip(/|-|$))|(test|idlelib|tkinter|config-[^/]+)/|(.*/)?__pycache__$)"
)


def python() -> Recipe:
    """Return what the image is made of."""
    program = Path(sys.base_prefix, "bin", "python3").resolve()
    library = Path(sysconfig.get_path("stdlib"))
    find_pip = "import pip; print(pip.__path__[0])"
    pip = Path(subprocess.check_output([program, "-c", find_pip], text=True).strip())
    within = f"{PLACE}/lib/{library.name}"
    trusted = ssl.get_default_verify_paths().cafile
    assert trusted is not None, "this machine trusts no certificates; install ca-certificates"
    files = {f"{PLACE}/bin/python3": program, within: library, CERTIFICATES: Path(trusted)}
    if not pip.is_relative_to(library):
        files[f"{within}/site-packages/pip"] = pip
    return Recipe(
        NAME,
        files,
        [program, *library.glob("lib-dynload/*.so"), Path(find_uv()), _in_cpp()],
        LEFT_OUT,
        instructions=[f"ENV PATH={PLACE}/bin:/bin SSL_CERT_FILE={CERTIFICATES}"],
    )


def _in_cpp() -> Path:
    """Return a module in C++ that the kernel needs on PostgreSQL."""
    spec = importlib.util.find_spec("greenlet._greenlet")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin)
