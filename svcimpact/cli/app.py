"""The application that commands are added to, and what they share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from svcimpact.errors import InputError, describe, fault, fault_frame

if TYPE_CHECKING:
    import pandas as pd

    from svcimpact.portfolio import Portfolio


class Commands(TyperGroup):
    """All commands; none of them takes an empty text, which as a path is the current folder."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Raise which words are empty, before a command reads them."""
        faults = []
        for before, word in zip(["", *args], args, strict=False):
            inline = word.startswith("--") and word.endswith("=") and word.count("=") == 1
            if word.strip() and not inline:
                continue
            option = word[:-1] if inline else before if before.startswith("-") else ""
            cure = "Leave it out, or say what it is."
            faults.append(
                fault(
                    "command line",
                    column=option,
                    found="an empty text",
                    expected="a value",
                    cure=cure,
                )
            )
        if faults:
            raise InputError("The command is not clear.", fault_frame(faults))
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=Commands,
    help="What a serious incident does to a project portfolio that shares people and services "
    "with operations.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Where = Annotated[
    Path,
    typer.Argument(help="A folder of tables, an .xlsx workbook, or a plan (.mpp, .xml, .xer)."),
]
Out = Annotated[Path | None, typer.Option(help="A folder or .xlsx for the tables.")]


def load(path: Path) -> Portfolio:
    """Read a portfolio from a folder, a workbook or a plan."""
    from svcimpact.reading import read

    return read(path)


def tell(*warnings: pd.DataFrame) -> None:
    """Print the warnings of several tables, one a line and each once."""
    lines = dict.fromkeys(line for table in warnings for line in describe(table))
    if lines:
        typer.echo(f"Warnings: {len(lines)}")
    for line in lines:
        typer.echo(f"  {line}")
