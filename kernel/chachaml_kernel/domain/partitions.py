"""Names of folders that say a value, as Hive names them: `experiment=iris`."""

import hashlib

LONGEST = 255
"""Bytes that a folder's name may have in most file systems."""
DIGEST = 16
"""Hex digits that stand for what is cut off a long name."""
ESCAPED = frozenset("\"#%'*/:=?\\{}[]^\x7f")
"""What Hive and Spark write as `%XX`; other readers take these letters for something else too."""
NOTHING = "__HIVE_DEFAULT_PARTITION__"
"""What readers take for null, some of them even where a letter of it is escaped."""


def partition(column: str, value: str) -> str:
    """Return the name of the folder of all rows in which the text `column` is `value`.

    Letters beyond ASCII stay as they are, since Spark takes `%XX` for a letter, not for a byte. A
    name that is longer than a folder's may be is cut, and ends in `~` and digits of its SHA-256; so
    does the one that readers take for null.
    """
    head, escaped = f"{column}=", [_escaped(character) for character in value]
    if _size(head, *escaped) <= LONGEST and value != NOTHING:
        return head + "".join(escaped)
    tail = "~" + hashlib.sha256(value.encode()).hexdigest()[:DIGEST]
    while _size(head, *escaped, tail) > LONGEST:
        escaped.pop()
    return head + "".join(escaped) + tail


def _escaped(character: str) -> str:
    return f"%{ord(character):02X}" if character in ESCAPED or character < " " else character


def _size(*texts: str) -> int:
    return sum(len(text.encode()) for text in texts)
