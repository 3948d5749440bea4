"""`python -m bench [NAME…]`: run all measurements, or those that are named."""

import argparse
from collections.abc import Callable

from bench import artifacts, load, size, startup
from bench.report import Result, show

MEASUREMENTS: dict[str, Callable[[], Result]] = {
    "size": size.measure,
    "startup": startup.measure,
    "one_client": lambda: load.measure(clients=1, seconds=10),
    "sixteen_clients": lambda: load.measure(clients=16, seconds=10),
    "load": load.measure,
    "artifacts": artifacts.measure,
}


def main() -> None:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*MEASUREMENTS, []], metavar="NAME")
    for name in parser.parse_args().names or MEASUREMENTS:
        show(MEASUREMENTS[name]())


if __name__ == "__main__":
    main()
