"""Points as the bytes of chunks, and back. `docs/chunk-format.md` describes the format."""
