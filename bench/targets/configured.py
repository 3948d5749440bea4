"""This checkout's server, as a config file says."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

COMMAND = str(Path(sys.prefix) / "bin" / "chachaml-kernel")


@dataclass(slots=True)
class Configured:
    """A kernel with a config file, which others may share."""

    config: Path
    name: str = "kernel"
    ready: str = "/readyz"

    def environment(self, folder: Path) -> Mapping[str, str]:  # noqa: ARG002
        """Add nothing."""
        return {}

    def command(self, folder: Path, port: int) -> Sequence[str]:
        """Run the command."""
        place = ("--config", str(self.config), "--data", str(folder))
        return [COMMAND, *place, "--port", str(port)]
