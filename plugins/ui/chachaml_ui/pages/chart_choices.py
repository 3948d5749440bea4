"""How the charts of a page are drawn: kept in its address, and the business of its scripts."""

from msgspec import Struct


class ChartChoices(Struct, frozen=True, forbid_unknown_fields=True):
    """What the addresses of pages with charts may say besides what the page is asked for."""

    x: str = ""
    metric: str = ""
    smooth: str = ""
    log: str = ""
    logx: str = ""
