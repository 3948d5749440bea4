"""The main pages: what they are called, and where they are."""

from collections.abc import Sequence

from msgspec import Struct


class Place(Struct, frozen=True):
    """One of the main pages: its address, icon and name, and the key that leads there after g.

    Pages at the addresses `also` belong to it, as those below its own do.
    """

    path: str
    icon: str
    name: str
    key: str
    also: Sequence[str] = ()

    def is_around(self, path: str) -> bool:
        """Tell whether `path` is its address, one below that, or another that belongs to it."""
        return path == self.path or path.startswith(f"{self.path}/") or path in self.also


PLACES = (
    Place("/runs", "activity", "Runs", "r", also=("/compare",)),
    Place("/experiments", "flask-conical", "Experiments", "e"),
    Place("/models", "box", "Models", "m"),
    Place("/search", "search", "Search", "s"),
    Place("/chat", "message-square-text", "Chat", "c"),
)
"""All main pages, of which a server may serve only some."""
