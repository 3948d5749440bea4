"""The static files of the pages: read by the first page, served from memory."""

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath

from aiohttp import web
from msgspec import Struct

CONTENT_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".woff2": "font/woff2",
}
"""What is served; a file with another ending is not."""


class StaticFiles(Struct, frozen=True):
    """Contents by name, and a version that changes whenever any of them does."""

    contents: Mapping[str, bytes]
    version: str

    @property
    def root(self) -> str:
        """The address under which browsers find, and may keep, the files of this version."""
        return f"/static/{self.version}"

    def answer(self, version: str, name: str) -> web.Response:
        """Return the file of that name, or raise `HTTPNotFound`.

        The address of another version is answered too, since a server that was just replaced may
        have sent the page that asks, but such an answer must not be kept.
        """
        if name not in self.contents:
            raise web.HTTPNotFound
        mine = version == self.version
        return web.Response(
            body=self.contents[name],
            content_type=CONTENT_TYPES[PurePosixPath(name).suffix],
            headers={
                "Cache-Control": "public, max-age=31536000, immutable" if mine else "no-store"
            },
        )


async def serve(request: web.Request) -> web.Response:
    """Answer with the file that the address names."""
    static = read_static()
    return static.answer(request.match_info["version"], request.match_info["name"])


@cache
def read_static() -> StaticFiles:
    """Return the static files that this package carries, read once."""
    contents = dict(sorted(_walk(files("chachaml_ui") / "static", "")))
    digest = hashlib.sha256()
    for name, content in contents.items():
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return StaticFiles(contents, digest.hexdigest()[:16])


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")
        elif PurePosixPath(entry.name).suffix in CONTENT_TYPES:
            yield prefix + entry.name, entry.read_bytes()
