"""The keys of artifacts."""

import re

from chachaml_kernel.errors import Invalid

KEY = re.compile(r"[A-Za-z0-9_-]+/[A-Za-z0-9_-]+")


def checked(key: str) -> str:
    """Return `key` if it is of the form that artifact stores know, else raise `Invalid`."""
    if not KEY.fullmatch(key):
        raise Invalid(
            f"artifact key {key!r} is not of the form 'folder/name', "
            "both of letters, digits, '-' and '_'"
        )
    return key
