"""Workload 10: what an installation takes on the disk, and what importing the server takes."""

from bench.environments import import_seconds, size
from bench.site import Site
from bench.targets import EXTRAS, Target
from bench.workload import Measure, Row, Sizes, Workload


def installation(sizes: Sizes) -> Workload:  # noqa: ARG001
    """Return the workload."""

    def prepare(site: Site, target: Target) -> Measure:  # noqa: ARG001
        import_seconds(target.home, target.modules)  # warms the disk
        return lambda: {
            "install_size": size(target.home) / 1e6,
            "install_import": import_seconds(target.home, target.modules),
        }

    rows = (
        Row("install_size", 10, "installed, with all that it needs and bytecode", "MB"),
        Row("install_import", 10, "processor time to import the server", "s"),
    )
    return Workload("install", rows, prepare, variants=(EXTRAS,))
