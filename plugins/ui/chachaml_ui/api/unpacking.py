"""Bodies that come packed: the content codings of RFC 9110, 8.4.1, whole or not at all."""

import zlib
from collections.abc import Iterator

from chachaml_kernel.errors import Invalid

PIECE = 256 * 1024
"""Bytes that are unpacked at a time, so that few packed ones do not fill the memory."""
GZIP = 16 + zlib.MAX_WBITS
ZLIB = zlib.MAX_WBITS
RAW = -zlib.MAX_WBITS


class Unpacker:
    """Unpacks one body as it comes, which is `packed` or, with the coding `identity`, is not."""

    def __init__(self, coding: str) -> None:
        """Raise `Invalid` for a `Content-Encoding` that is not unpacked here."""
        self.coding = coding.lower()
        self.packed = self.coding != "identity"
        self._member: zlib._Decompress | None = None
        if self.coding not in ("identity", "gzip", "deflate"):
            raise Invalid(f"Content-Encoding is {coding!r}; send gzip, deflate or none")

    def unpack(self, chunk: bytes) -> Iterator[bytes]:
        """Yield what the next bytes of the body hold, at most `PIECE` bytes at a time.

        Raises `Invalid` for what is not packed so.
        """
        if not self.packed:
            yield chunk
            return
        while chunk:
            member = self._member_of(chunk[0])
            full = True
            while full:
                try:
                    piece = member.decompress(chunk, PIECE)
                except zlib.error as error:
                    why = str(error).rpartition(": ")[2]
                    raise Invalid(f"the body is not packed with {self.coding}: {why}") from None
                full = len(piece) == PIECE  # then zlib may hold more, with no bytes left to show it
                chunk = member.unconsumed_tail
                if piece:
                    yield piece
            chunk = member.unused_data

    def end(self) -> None:
        """Raise `Invalid` if the body ends too early; no bytes at all are an empty body."""
        if self._member is not None and not self._member.eof:
            raise Invalid(f"the body, packed with {self.coding}, ends too early; send it whole")

    def _member_of(self, first: int) -> "zlib._Decompress":
        """Return what unpacks the bytes that come now, of which this is the first."""
        if self._member is not None and not self._member.eof:
            return self._member
        if self.coding == "gzip":  # of which there may be several, RFC 1952, 2.2
            window = GZIP
        elif self._member is not None:
            raise Invalid("the body goes on behind the end of what was packed with deflate")
        else:  # the format of RFC 1950, or what stands inside it, which some send instead
            window = ZLIB if first & 0x0F == zlib.DEFLATED else RAW
        self._member = zlib.decompressobj(window)
        return self._member
