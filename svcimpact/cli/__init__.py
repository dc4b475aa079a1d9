"""The command line: each command reads, makes one call, and writes."""

from __future__ import annotations

import errno
import io
import sys
from contextlib import suppress

import typer

# isort: off
# In the order in which help lists their commands.
from svcimpact.cli import plans, leaning, conflicts, levelling, transition, during, response  # noqa: F401
from svcimpact.cli import live, exposure, dashboard, log, rerun  # noqa: F401

# isort: on
from svcimpact.cli.app import app
from svcimpact.errors import InputError, MissingRequirementError, describe

YOUR_INPUT = 2


def main() -> None:
    """Run the command line; 0 is well, 2 the user's input, 1 our bug."""
    for stream in (sys.stdout, sys.stderr):
        # What is piped or kept in a file may have an encoding that lacks letters of a name.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app()
    except InputError as error:
        if len(error.warnings):
            _complain("\n  ".join(["Also noticed:", *describe(error.warnings)]))
        _complain(str(error))
        sys.exit(YOUR_INPUT)
    except MissingRequirementError as error:
        _complain(str(error))
        sys.exit(YOUR_INPUT)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        _complain("There is no room left on the disk: make some, and run it again.")
        sys.exit(YOUR_INPUT)


def _complain(text: str) -> None:
    # Where nobody listens the exit code still tells.
    with suppress(OSError):
        typer.echo(text, err=True)
