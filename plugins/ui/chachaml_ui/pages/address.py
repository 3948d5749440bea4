"""The address of a page: its query string is all the state that the page has."""

from multidict import MultiDict, MultiMapping


def without_blanks(query: MultiMapping[str]) -> MultiDict[str]:
    """Return the parameters that have a text; a form sends its empty fields too."""
    return MultiDict((name, text) for name, text in query.items() if text)
