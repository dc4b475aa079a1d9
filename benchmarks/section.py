"""One benchmark as a section of a page: what was done, and a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from timing import Entrant, Spread, ratio, spread

SCALES = {"s": 1.0, "ms": 1e3, "µs": 1e6}


@dataclass(frozen=True)
class Section:
    """A heading, what was measured, a table, and what has to be said about it."""

    title: str
    text: str
    head: Sequence[str]
    lines: Sequence[Sequence[str]]
    notes: Sequence[str] = ()

    def markdown(self) -> str:
        """Give the section as Markdown."""
        table = [self.head, ["---", *["---:"] * (len(self.head) - 1)], *self.lines]
        rows = ["| " + " | ".join(line) + " |" for line in table]
        notes = [f"- {note}" for note in self.notes]
        parts = [f"## {self.title}", self.text, "\n".join(rows), "\n".join(notes)]
        return "\n\n".join(part for part in parts if part) + "\n"


@dataclass(frozen=True)
class Against:
    """A column of ratios: how many times as long as `ours` everybody takes, by one clock."""

    ours: Entrant
    clock: Literal["wall", "cpu"]

    @property
    def head(self) -> str:
        """The column's heading."""
        return f"ratio to {self.ours.name}, {'CPU' if self.clock == 'cpu' else 'wall'}"


def comparison(
    title: str,
    text: str,
    entrants: Sequence[Entrant],
    against: Sequence[Against],
    *,
    unit: str,
    scale: str = "ms",
    more: Mapping[str, Mapping[str, str]] | None = None,
    notes: Sequence[str] = (),
) -> Section:
    """Set entrants side by side: wall and processor time for a unit of work, and ratios.

    `more` has further columns: by heading, and then by an entrant's name.
    """
    more = more or {}
    head = [
        "",
        f"wall, {scale} a {unit}",
        f"CPU, {scale} a {unit}",
        *(column.head for column in against),
        *more,
    ]
    lines = []
    for entrant in entrants:
        times = [ranged(spread(entrant.each(clock)), SCALES[scale]) for clock in ("wall", "cpu")]
        ratios = [
            "1" if entrant is c.ours else ranged(ratio(entrant, c.ours, c.clock)) for c in against
        ]
        extra = [cells.get(entrant.name, "") for cells in more.values()]
        lines.append([entrant.name, *times, *ratios, *extra])
    return Section(title, text, head, lines, notes)


def ranged(figure: Spread, scale: float = 1.0) -> str:
    """Median with the least and most in brackets."""
    median, least, most = (short(part * scale) for part in figure)
    return f"{median} ({least} to {most})"


def short(figure: float) -> str:
    """Three digits, never with an exponent."""
    if figure == 0 or abs(figure) >= 100:
        return f"{figure:,.0f}"
    return f"{figure:.3g}" if abs(figure) >= 0.001 else f"{figure:.5f}"
