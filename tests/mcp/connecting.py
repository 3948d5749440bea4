"""How clients of the protocol reach a server."""

from dataclasses import dataclass
from pathlib import Path

from mcp import Client, StdioServerParameters
from mcp.types.version import LATEST_HANDSHAKE_VERSION, LATEST_MODERN_VERSION

from tests.command import COMMAND

GENERATIONS = {"legacy": LATEST_HANDSHAKE_VERSION, "auto": LATEST_MODERN_VERSION}
"""The versions of the protocol that the two ways to begin lead to."""
PLUGINS = "".join(
    f"[plugins.{name}]\n"
    for name in ("store_sqlite", "artifacts_fs", "export_csv", "tools_params", "ui")
)


@dataclass(frozen=True)
class Place:
    """A folder where a server keeps its data and its configurations."""

    folder: Path

    def config(self, *, allow_annotate: bool = False, url: str = "") -> Path:
        """Return a config file with these settings of the plugin."""
        settings = f"allow_annotate = {str(allow_annotate).lower()}\nurl = {url!r}\n"
        file = self.folder / f"annotate-{allow_annotate}-{len(url)}.toml"
        file.write_text(f"{PLUGINS}[plugins.mcp]\n{settings}")
        return file

    def started(self, config: Path, *, mode: str = "auto") -> Client:
        """Return a client that starts `chachaml-kernel mcp` in this folder."""
        arguments = ["mcp", "--config", str(config)]
        command = StdioServerParameters(
            command=str(COMMAND), args=arguments, cwd=str(self.folder), encoding="utf-8"
        )
        return Client(command, mode=mode, cache=None)


def reached(url: str, *, mode: str = "auto") -> Client:
    """Return a client of the server at `url`."""
    return Client(f"{url}/mcp", mode=mode, cache=None)
