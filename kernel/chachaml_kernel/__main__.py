"""The command `chachaml-kernel`, and `python -m chachaml_kernel`."""

import gc
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks; return the exit code."""
    # Almost all that a start makes stays, and looking for garbage in it was a tenth of the work.
    # Once it has started, what follows enables it again.
    gc.disable()
    try:
        from chachaml_kernel.command_line import run_command_line

        return run_command_line(arguments)
    finally:
        gc.enable()


if __name__ == "__main__":
    sys.exit(main())
