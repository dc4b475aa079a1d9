"""Write the page of the command line from the help of the commands; part of ``make docs``."""

from __future__ import annotations

import re
from pathlib import Path

import typer

from svcimpact.cli import app

HERE = Path(__file__).parent

HEAD = """# The command line

`svcimpact COMMAND --help` says the same. A portfolio is a folder of tables, a workbook or a plan.
Exit codes: 0 well, 2 something in your input, 1 a bug of ours.
"""


def commands() -> str:
    """Return the page."""
    group = typer.main.get_command(app)
    with group.make_context("svcimpact", [], resilient_parsing=True) as context:
        parts = [HEAD]
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            about = re.sub(r"(?<!\n)\n(?!\n)", " ", command.help)
            parts.append(f"\n## svcimpact {name}\n\n{about}\n")
            records = [x.get_help_record(context) for x in command.params]
            if records:
                parts.append("\n| option | what |\n|---|---|\n")
            for option, meaning in records:
                # Without the kind of value, which the text says well enough.
                named = re.sub(r" <.*?>", "", option)
                cell = " ".join(meaning.replace("|", "\\|").replace("<", "&lt;").split())
                parts.append(f"| `{named}` | {cell} |\n")
    return "".join(parts)


if __name__ == "__main__":
    (HERE / "commands.md").write_text(commands(), encoding="utf-8")
