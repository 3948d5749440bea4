"""Workload 10: what an installation takes on the disk, and what importing the server takes."""

from pathlib import Path
from tempfile import TemporaryDirectory

from bench.environments import build, import_seconds, install, installed, size
from bench.site import Site
from bench.targets import Target
from bench.targets.mlflow import MLflow
from bench.targets.trackio import Trackio
from bench.workload import Measure, Row, Sizes, Workload

OURS = (
    "chachaml_kernel.server, chachaml_ui.server, chachaml_store_sqlite.store, "
    "chachaml_artifacts_fs.store, chachaml_export_csv.exporter"
)


def installation(sizes: Sizes) -> Workload:  # noqa: ARG001
    """Return the workload."""

    def prepare(site: Site, target: Target) -> Measure:
        if isinstance(target, MLflow | Trackio):
            environment, modules = installed(target.package), target.module
        else:
            environment = _ours(Path(site.stack.enter_context(TemporaryDirectory())))
            modules = OURS
        import_seconds(environment, modules)  # warms the disk
        return lambda: {
            "install_size": size(environment) / 1e6,
            "install_import": import_seconds(environment, modules),
        }

    rows = (
        Row("install_size", 10, "installed, with all that it needs and bytecode", "MB"),
        Row("install_import", 10, "processor time to import the server", "s"),
    )
    return Workload("install", rows, prepare)


def _ours(folder: Path) -> Path:
    wheel = build(folder / "wheels")
    kernel = f"chachaml-kernel[default] @ {wheel.as_uri()}"
    install(folder / "environment", "--find-links", str(wheel.parent), kernel)
    return folder / "environment"
