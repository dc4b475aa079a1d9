"""Write the page of tables and columns from the one schema; part of ``make docs``."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

HERE = Path(__file__).parent
SCHEMA = HERE.parent / "svcimpact" / "schema.csv"

HEAD = """# Tables and columns

What a portfolio holds: a folder with a CSV file per table and `portfolio.toml`, or a workbook with
a sheet per table. `svcimpact new my.xlsx` makes one with notes and drop-downs. Columns that are not
required may be left out; *id of …* has to stand in that table. Dates are written 2026-03-09 or
2026-03-09 10:00.
"""


def tables() -> str:
    """Return the page."""
    schema = pd.read_csv(SCHEMA, dtype=str, keep_default_na=False)
    parts = [HEAD]
    for table, rows in schema.groupby("table", sort=False):
        parts.append(f"\n## {table}\n\n| column | what | kind | default |\n|---|---|---|---|\n")
        for row in rows.to_dict("records"):
            kind = f"id of {row['refers_to']}" if row["refers_to"] else row["type"]
            kind += f", {row['unit']}" if row["unit"] else ""
            kind += f": {row['choices']}" if row["choices"] else ""
            default = "required" if row["required"] == "yes" else row["default"]
            cells = [f"`{row['column']}`", row["description"], kind, default]
            parts.append("| " + " | ".join(c.replace("|", ", ") for c in cells) + " |\n")
    return "".join(parts)


if __name__ == "__main__":
    (HERE / "tables.md").write_text(tables(), encoding="utf-8")
