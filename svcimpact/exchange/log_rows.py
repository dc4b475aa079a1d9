"""The rows of an incident log, each read and held against what it has to be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import pandas as pd

from svcimpact.cells.doubt import show
from svcimpact.errors import fault, listed
from svcimpact.exchange.log_columns import Placement
from svcimpact.exchange.log_dates import (
    DAY_FIRST,
    EITHER,
    Parts,
    put_together,
    take_apart,
    which_first,
)
from svcimpact.exchange.log_text import LogText
from svcimpact.exchange.log_values import Services, bare, severity_of, state_of

_DATES = ("opened", "restored", "closed")
# In a log read by itself, where no portfolio needs to know which service was struck.
NO_SERVICE = "no service"
_A_DATE = "a date and time such as 2026-03-09 10:00 or 09/Mar/26 10:00 AM"
_BOTH_WAYS = "Say --day-first or --month-first (in Python day_first=True or False)."


@dataclass
class RowReader:
    """Reads the rows of one export.

    Attributes
    ----------
    file : str
        Its name, for the messages.
    text : LogText
        Its cells.
    placement : Placement
        Which column holds what.
    services : Services
        Finds services by name.
    severities : mapping of str to int or None
        The user's own map.
    levels : frozenset of int
        The portfolio's severity levels; any will do where empty.
    skip_unknown, day_first : bool
        As in `svcimpact.exchange.incident_log.read_incident_log`.
    source, target : zoneinfo.ZoneInfo
        Where clocks without an offset stand, and the portfolio's time zone.
    faults, notes : list of dict
        What is wrong, and what was assumed.
    priorities, named : Counter
        How many rows have which priority and severity, which name and service.
    naive : bool
        Whether any time was without an offset.
    """

    file: str
    text: LogText
    placement: Placement
    services: Services
    severities: Mapping[str, int | None]
    levels: frozenset[int]
    skip_unknown: bool
    day_first: bool | None
    source: ZoneInfo
    target: ZoneInfo
    faults: list[dict[str, str]] = field(default_factory=list)
    notes: list[dict[str, str]] = field(default_factory=list)
    priorities: Counter[tuple[str, object]] = field(default_factory=Counter)
    named: Counter[tuple[str, object]] = field(default_factory=Counter)
    naive: bool = False
    _parts: dict[str, Parts | None] = field(default_factory=dict)
    _left_out: dict[tuple[str, str, str], list[int]] = field(default_factory=dict)
    _seen: dict[str, tuple[int, tuple[object, ...]]] = field(default_factory=dict)

    def warn(self, *, found: str, expected: str, cure: str, rows: list[int] | None = None) -> None:
        """Note what was assumed.

        Parameters
        ----------
        found, expected, cure : str
            As in `svcimpact.errors.fault`.
        rows : list of int, optional
            The rows it is about.
        """
        where = listed(rows or [], limit=5)
        self.notes.append(fault(self.file, where, found=found, expected=expected, cure=cure))

    def read(self) -> pd.DataFrame:
        """Read all rows.

        Returns
        -------
        pandas.DataFrame
            The table `incidents`; what is wrong stands in `faults`, what was assumed in `notes`.
        """
        self._take_dates_apart()
        day_first = self._order()
        read: list[tuple[object, ...]] = []
        for row, record in zip(self.text.rows, self.text.records, strict=True):
            made = self._row(row, record, day_first=day_first)
            if made is not None:
                read.append(made)
        for (found, expected, cure), rows in self._left_out.items():
            told = f"{found} ({len(rows):,} row{'s' * (len(rows) != 1)})"
            self.warn(found=told, expected=expected, cure=cure, rows=rows)
        columns = ["incident", "service", "severity", "opened", "restored"]
        frame = pd.DataFrame(read, columns=columns)
        dates = dict.fromkeys(("opened", "restored"), "datetime64[us]")
        types = {"incident": "str", "service": "str", "severity": "int64", **dates}
        return frame.astype(types)

    def _cell(self, record: list[str], role: str) -> str:
        """Return the first cell of a role that is not blank."""
        return next((t for i in self.placement.at.get(role, ()) if (t := record[i].strip())), "")

    def _take_dates_apart(self) -> None:
        for record in self.text.records:
            for role in _DATES:
                text = self._cell(record, role)
                if text and text not in self._parts:
                    self._parts[text] = take_apart(text)
        self.naive = any(part.zone is None for part in self._parts.values() if part is not None)

    def _order(self) -> bool:
        """Find out whether the day or the month comes first, or tell that nobody can."""
        if self.day_first is not None:
            return self.day_first
        orders = which_first(part for part in self._parts.values() if part is not None)
        if len(orders) == 1 and EITHER not in orders:
            return orders == {DAY_FIRST}
        if orders:
            examples = [
                text
                for order in sorted(orders)
                for text, part in self._parts.items()
                if part is not None and part.order == order
            ]
            both = len(orders) > 1
            shown = [examples[0], examples[-1]] if both else examples[:1]
            said = "dates with the day and dates with the month first" if both else (
                "dates whose day and month may be either"
            )  # fmt: skip
            self.faults.append(
                fault(
                    self.file,
                    found=f"{said}, such as {' and '.join(map(repr, shown))}",
                    expected="one order throughout, shown by at least one date",
                    cure="Export it again in one format." if both else _BOTH_WAYS,
                )
            )
        return True

    def _row(self, row: int, record: list[str], *, day_first: bool) -> tuple[object, ...] | None:
        """Return one incident, or None where it is left out or wrong."""
        before = len(self.faults)
        state = state_of(*(self._cell(record, r) for r in ("state", "category", "resolution")))
        if state == "cancelled":
            self._leave(row, "a cancelled or duplicate ticket", "outages that happened")
            return None
        severity = self._severity(row, record)
        if severity is None:
            return None
        service = self._service(row, record)
        if service is None:
            return None
        incident = self._cell(record, "incident")
        if not incident:
            self._fault(row, "incident", found="nothing", expected="the number of the incident")
        opened, restored = self._times(row, record, state, day_first=day_first)
        if opened is not None and restored is not None and restored < opened:
            if self._turned_back(record, day_first=day_first):
                self._leave(
                    row,
                    "a restoration in the hour that the end of summer time repeats",
                    "clocks that only go forward",
                    "It counts as restored at once.",
                )
                return self._once(row, (incident, service, severity, opened, opened))
            self._fault(
                row,
                "restored",
                found=f"{show(restored)}, before it opened at {show(opened)}",
                expected="a restoration after the strike",
                cure="Correct the ticket, or take another column: --column restored=HEADING.",
            )
        if len(self.faults) > before:
            return None
        return self._once(row, (incident, service, severity, opened, restored))

    def _severity(self, row: int, record: list[str]) -> int | None:
        """Return the severity, 0 where it is wrong, None where the row is left out."""
        if "severity" not in self.placement.at:
            self.priorities["", 1] += 1
            return 1
        text = self._cell(record, "severity")
        if self.placement.tool == "svcimpact" and not text:
            text = "1"
        level = severity_of(text, self.severities)
        given = bare(text) in self.severities
        if self.placement.tool == "svcimpact" and text.isdecimal() and not given:
            level = int(text)
        if isinstance(level, str):
            self._fault(
                row,
                self.placement.headings["severity"],
                found=repr(text) if text else "nothing",
                expected="a priority such as '1 - Critical', P2 or High",
                cure=f"Say which severity it is: --severity '{text}=2'; '{text}=' leaves it out.",
            )
            return 0
        if level is not None and self.levels and level not in self.levels:
            self._fault(
                row,
                self.placement.headings["severity"],
                found=f"{text!r}, which is severity {level}",
                expected=f"a severity of the portfolio: {listed(sorted(self.levels), limit=9)}",
                cure=f"Say which it is: --severity '{text}=LEVEL'; '{text}=' leaves it out.",
            )
            return 0
        self.priorities[text, level] += 1
        if level is None:
            self._leave(
                row,
                f"priority {text!r}",
                "a severity that pulls people",
                f"They were left out; say --severity '{text}=3' to keep them.",
            )
        return level

    def _service(self, row: int, record: list[str]) -> str | None:
        """Return the service struck; blank where it is wrong, None where the row is left out."""
        cells = [record[i].strip() for i in self.placement.at.get("service", ())]
        names = [text for text in cells if text]
        if not names and not self.services.ids:
            return NO_SERVICE
        heading = self.placement.headings["service"]
        if not names:
            chosen = self.services.chosen.get("", "" if self.skip_unknown else None)
            if chosen is not None:
                if not chosen:
                    self._leave(row, "no service", "the service that was down")
                return chosen or None
            self._fault(
                row,
                heading,
                found="nothing",
                expected="the service that was down",
                cure="Name another column: --column service=HEADING; or say --skip-unknown.",
            )
            return ""
        found = self.services.find(names[0])
        parts = _parts_of(names[0]) if found is None else []
        if len(parts) > 1 and all(self.services.find(part) is not None for part in parts):
            # Several services in one cell.
            names = [*parts, *names[1:]]
            found = self.services.find(names[0])
        self.named[names[0], found if found is not None else ""] += 1
        if found == "" or (found is None and self.skip_unknown):
            self._leave(row, "a service left out", "services of the portfolio")
            return None
        if found is None:
            near = self.services.nearest(names[0])
            self._fault(
                row,
                heading,
                found=repr(names[0]),
                expected="a service of the portfolio, by its id or name",
                nearest=repr(near) if near else "",
                cure=f"Say --service '{names[0]}=ID', or --skip-unknown to leave such rows out.",
            )
            return ""
        if len(names) > 1:
            self._leave(
                row,
                "several services",
                "the one that was struck",
                "The first one was taken; what depends on it follows from the portfolio.",
            )
        return found

    def _times(
        self, row: int, record: list[str], state: str, *, day_first: bool
    ) -> tuple[datetime | None, datetime | None]:
        """Return when it opened and when it was restored."""
        opened = self._moment(row, record, "opened", day_first=day_first)
        if not self._cell(record, "opened"):
            heading = self.placement.headings["opened"]
            self._fault(row, heading, found="nothing", expected=_A_DATE)
        restored = self._moment(row, record, "restored", day_first=day_first)
        closed = self._moment(row, record, "closed", day_first=day_first)
        if self._cell(record, "restored"):
            if state == "open":
                self._leave(
                    row,
                    "an open ticket that was resolved before",
                    "tickets that stay closed",
                    "It was reopened, and counts as still open.",
                )
                return opened, None
            if self._cell(record, "reopened") not in ("", "0"):
                self._leave(
                    row,
                    "a ticket that was reopened and resolved again",
                    "one restoration",
                    "The last one counts; the time in between is part of the outage.",
                )
            return opened, restored
        if self._cell(record, "closed"):
            self._leave(
                row,
                "a closed ticket without a time of restoration",
                "when the service was back",
                "The time the ticket was closed was taken, which is often days later.",
            )
            return opened, closed
        if state == "closed":
            self._fault(
                row,
                self.placement.headings.get("restored", "restored"),
                found="nothing, though it is closed",
                expected="when the service was back",
                cure="Export it with the time of resolution, or correct the ticket.",
            )
        return opened, None

    def _moment(
        self, row: int, record: list[str], role: str, *, day_first: bool
    ) -> datetime | None:
        text = self._cell(record, role)
        if not text:
            return None
        parts = self._parts[text]
        when = None if parts is None else put_together(
            parts, day_first=day_first, source=self.source, target=self.target
        )  # fmt: skip
        if when is None:
            self._fault(row, self.placement.headings[role], found=repr(text), expected=_A_DATE)
        elif parts is not None and parts.whole_day:
            self._leave(
                row,
                "a date without a time of day",
                "a date and a time",
                "They were read as midnight; lengths may be off by a day.",
            )
        return when

    def _turned_back(self, record: list[str], *, day_first: bool) -> bool:
        """Whether a restoration is before its strike only because clocks were set back."""
        ends = self._cell(record, "restored") or self._cell(record, "closed")
        parts = [self._parts[text] for text in (self._cell(record, "opened"), ends)]
        opened, restored = (
            put_together(part, day_first=day_first, source=self.source, target=ZoneInfo("UTC"))
            for part in parts
            if part is not None
        )
        return opened is not None and restored is not None and restored >= opened

    def _once(self, row: int, made: tuple[object, ...]) -> tuple[object, ...] | None:
        """Return an incident unless its number stands in the file already."""
        incident = str(made[0])
        if incident not in self._seen:
            self._seen[incident] = row, made
            return made
        first, other = self._seen[incident]
        if made == other:
            self._leave(row, "the same row again", "every incident once")
            return None
        self._fault(
            row,
            self.placement.headings["incident"],
            found=f"{incident!r} again, other than in row {first}",
            expected="every incident once",
            cure="Export one line per incident, with its last values.",
        )
        return None

    def _leave(
        self, row: int, found: str, expected: str, cure: str = "They were left out."
    ) -> None:
        rows = self._left_out.setdefault((found, expected, cure), [])
        if row not in rows[-1:]:
            rows.append(row)

    def _fault(
        self, row: int, column: str, *, found: str, expected: str, nearest: str = "", cure: str = ""
    ) -> None:
        self.faults.append(
            fault(
                self.file, str(row), column, found=found, expected=expected, nearest=nearest,
                cure=cure,
            )
        )  # fmt: skip


def _parts_of(text: str) -> list[str]:
    """Return the names in a cell that holds several."""
    return [part for piece in text.split(";") for t in piece.split(",") if (part := t.strip())]
