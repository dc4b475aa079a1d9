"""What a report is made of: sentences, charts and tables in sections; nothing is rendered here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pandas as pd
from matplotlib.axes import Axes

from svcimpact.wording import DASH


@dataclass(frozen=True)
class Chart:
    """One chart and how to draw it.

    Attributes
    ----------
    name : str
        Short and unique in the report.
    draw : callable
        Returns the Axes; the chart's title is its finding.
    """

    name: str
    draw: Callable[[], Axes]


@dataclass(frozen=True, eq=False)
class Sheet:
    """A table in full and as figures, for a workbook.

    Attributes
    ----------
    name : str
        Short and unique in the report.
    title : str
        What it holds, in words.
    table : pandas.DataFrame
        The rows.
    """

    name: str
    title: str
    table: pd.DataFrame


@dataclass(frozen=True)
class Table:
    """One table as text.

    Attributes
    ----------
    caption : str
        What it shows.
    columns : tuple of str
        Headings; one that starts with ``#`` holds figures and is set flush right.
    rows : tuple of tuple of str
        The cells.
    note : str
        What it leaves out or how to read it.
    sheets : tuple of Sheet
        What it is made of, in full, for a workbook.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    sheets: tuple[Sheet, ...] = field(default=(), compare=False, repr=False)

    @property
    def filled(self) -> Table:
        """The same without columns in which no row has anything; the first one stays."""
        kept = [
            c
            for c in range(len(self.columns))
            if not c or any(row[c] not in ("", DASH) for row in self.rows)
        ]
        rows = tuple(tuple(row[c] for c in kept) for row in self.rows)
        return replace(self, columns=tuple(self.columns[c] for c in kept), rows=rows)


@dataclass(frozen=True)
class Section:
    """A part of the report that answers one question.

    Attributes
    ----------
    title : str
        The question or subject.
    sentences : tuple of str
        Findings, numbers first.
    charts, tables : tuple
        What shows them.
    """

    title: str
    sentences: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Findings:
    """All a report says, as data.

    Attributes
    ----------
    title : str
        The portfolio.
    subtitle : str
        The scenario.
    facts : tuple of (str, str)
        What was computed when, how often, from which seed.
    headlines : tuple of str
        The findings, most important first.
    sections : tuple of Section
        Charts and tables.
    assumptions, warnings : tuple of str
        What the figures rest on, and what to be careful with.
    """

    title: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    headlines: tuple[str, ...]
    sections: tuple[Section, ...]
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]
