"""Small installed distributions, for tests of whatever finds plugins."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

Install: TypeAlias = Callable[..., None]
"""`install` into a folder that is on `sys.path`."""


def install(
    folder: Path,
    distribution: str,
    *,
    plugins: Mapping[str, str],
    version: str = "1.0",
    modules: Mapping[str, str] | None = None,
) -> None:
    """Lay a distribution out in `folder`, which is or will be on `sys.path`, as an installer does.

    `plugins` are its entry points by name, `modules` the source of its modules by name.
    """
    metadata = folder / f"{distribution.replace('-', '_')}-{version}.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n"
    )
    lines = ["[chachaml]", *(f"{name} = {target}" for name, target in plugins.items())]
    (metadata / "entry_points.txt").write_text("\n".join(lines))
    for name, source in (modules or {}).items():
        (folder / f"{name}.py").write_text(source)
