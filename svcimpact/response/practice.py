"""What the seven practices have in common: one answer, told as a table and in sentences."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from html import escape
from textwrap import fill
from typing import ClassVar, Protocol, runtime_checkable
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from svcimpact.errors import InputError, fault, fault_frame
from svcimpact.incident.action_checks import decision_time
from svcimpact.incident.outcome import Outcome
from svcimpact.incident.scenario import Scenario
from svcimpact.incident.scenario_values import moment
from svcimpact.portfolio import Portfolio
from svcimpact.wording import rounded

_SHOWN = 15  # rows that a printout shows
_DIGITS = 6  # decimals that it shows at most


@runtime_checkable
class Practice(Protocol):
    """An answer to one question of those who steer while an incident lasts, and after it."""

    @property
    def table(self) -> pd.DataFrame:
        """The answer, a row for each project, person, task, lever or stakeholder."""

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables of the answer, by name."""

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What it rests on, in words."""

    def sentences(self) -> list[str]:
        """Return the answer in sentences, the most important first."""


@dataclass(frozen=True, eq=False, repr=False)
class Answer(ABC):
    """What every practice returns.

    Attributes
    ----------
    outcome : Outcome
        The simulation it is drawn from.
    now : pandas.Timestamp
        The moment it speaks of, on the portfolio's wall clock.
    table : pandas.DataFrame
        The answer.
    assumptions : tuple of str
        What it rests on, in words.
    """

    outcome: Outcome
    now: pd.Timestamp
    table: pd.DataFrame
    assumptions: tuple[str, ...]

    name: ClassVar[str] = "answer"

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables of the answer, by name."""
        return {self.name: self.table}

    @property
    def currency(self) -> str:
        """The currency of the portfolio."""
        return self.outcome.portfolio.settings.currency

    @abstractmethod
    def sentences(self) -> list[str]:
        """Return the answer in sentences.

        Returns
        -------
        list of str
            The most important first.
        """

    def text(self, width: int = 100) -> str:
        """Return the answer as a page of plain text.

        Parameters
        ----------
        width : int
            Characters a line.

        Returns
        -------
        str
            Its sentences, and what they rest on.
        """
        said = [fill(line, width) for line in self.sentences()]
        rests = [
            fill(line, width, initial_indent="- ", subsequent_indent="  ")
            for line in self.assumptions
        ]
        return "\n".join([*said, "", "This rests on:", *rests])

    def __repr__(self) -> str:
        shown = rounded(self.table.head(_SHOWN), _DIGITS).to_string(index=False, max_colwidth=40)
        more = len(self.table) - _SHOWN
        rest = f"\n… and {more} more" if more > 0 else ""
        said = "\n".join(self.sentences())
        return f"{self.name} at {self.now:%Y-%m-%d %H:%M}\n{shown}{rest}\n\n{said}"

    def _repr_html_(self) -> str:
        said = "".join(f"<p>{escape(line)}</p>" for line in self.sentences())
        shown = rounded(self.table, _DIGITS)
        return said + shown.to_html(index=False, escape=True, border=0, max_rows=_SHOWN)


def at(outcome: Outcome, now: object = None) -> pd.Timestamp:
    """Return the moment a practice speaks of.

    Parameters
    ----------
    outcome : Outcome
        What was simulated.
    now : date, date-time or ISO text, optional
        The moment, on the portfolio's wall clock; the scenario's decision time where not given.

    Returns
    -------
    pandas.Timestamp
        Not before the portfolio's clock starts.

    Raises
    ------
    InputError
        If it is no date and time, or nothing has happened that could be spoken of.
    """
    return moment_of(outcome.scenario, outcome.portfolio, now)


def moment_of(scenario: Scenario, portfolio: Portfolio, now: object = None) -> pd.Timestamp:
    """Return the moment that is spoken of, before anything is simulated.

    Parameters
    ----------
    scenario : Scenario
        Its dates are on the portfolio's wall clock.
    portfolio : Portfolio
        With its calendar.
    now : date, date-time or ISO text, optional
        As `at` takes it.

    Returns
    -------
    pandas.Timestamp
        Not before the portfolio's clock starts.

    Raises
    ------
    InputError
        As `at` does.
    """
    if not scenario.incidents:
        raise InputError(
            "There is no incident to respond to.",
            fault_frame(
                [
                    fault(
                        "scenario",
                        column="incident",
                        found="none",
                        expected="a stated incident",
                        cure="Random incidents alone have no moment to decide at.",
                    )
                ]
            ),
        )
    if now is None:
        return decision_time(scenario, portfolio)
    when = moment(now)
    if when is None:
        row = fault(
            "now",
            found=repr(now),
            expected="a date and time from 1901 to 2199",
            cure="Write it as 2026-03-09 10:00.",
        )
        raise InputError("The moment is not clear.", fault_frame([row]))
    if when.tz is not None:
        zone = ZoneInfo(portfolio.settings.timezone)
        when = when.astimezone(zone).tz_localize(None)
    begin = portfolio.settings.status_date or portfolio.settings.start
    return max(when, pd.Timestamp(begin))


def still_open(scenario: Scenario, portfolio: Portfolio, now: pd.Timestamp) -> Scenario:
    """Return a scenario in which incidents that have struck by a moment are still open at it.

    Parameters
    ----------
    scenario : Scenario
        Its dates are on the portfolio's wall clock.
    portfolio : Portfolio
        With its calendar.
    now : pandas.Timestamp
        The moment.

    Returns
    -------
    Scenario
        What is left of their restorations is conditional on the time elapsed. An incident of
        fixed length stays as it is.
    """
    clock = portfolio.calendar
    incidents = []
    for item in scenario.incidents:
        since = clock.utc(np.datetime64(now)) - clock.utc(np.datetime64(item.start))
        elapsed = float(since / np.timedelta64(1, "h"))
        longer = item.hours is None and elapsed > item.elapsed_hours
        incidents.append(replace(item, elapsed_hours=elapsed) if longer else item)
    return replace(scenario, incidents=tuple(incidents))


def as_it_stands(scenario: Scenario, portfolio: Portfolio, now: pd.Timestamp) -> Scenario:
    """Return a scenario as it stands at a moment, with nothing decided.

    Parameters
    ----------
    scenario : Scenario
        Its dates are on the portfolio's wall clock.
    portfolio : Portfolio
        With its calendar.
    now : pandas.Timestamp
        The moment; decisions are made at it.

    Returns
    -------
    Scenario
        Without levers or another order of work, and with incidents that have struck still open.
    """
    idle = replace(scenario, actions=(), order="plan", decision_time=now)
    return still_open(idle, portfolio, now)


def asked(outcome: Outcome, now: object, runs: int) -> tuple[pd.Timestamp, Scenario]:
    """Return the moment a practice speaks of, and the scenario as it stands then.

    Parameters
    ----------
    outcome : Outcome
        What was simulated.
    now : date, date-time, ISO text or None
        The moment.
    runs : int
        How many futures to look at.

    Returns
    -------
    now : pandas.Timestamp
        On the portfolio's wall clock.
    scenario : Scenario
        With nothing decided, and its incidents still open if they have struck.

    Raises
    ------
    InputError
        When there is no incident, or an argument is out of its range.
    """
    when = at(outcome, now)
    if not isinstance(runs, int) or isinstance(runs, bool) or runs < 2:
        row = fault("runs", found=repr(runs), expected="a whole number, 2 or more")
        raise InputError("There is nothing to look at.", fault_frame([row]))
    told = replace(outcome.scenario, runs=runs)
    return when, as_it_stands(told, outcome.portfolio, when)


OPEN = (
    "An incident that has struck is taken to be still open, unless the fixed time told for it is "
    "past; its restoration is what is left given the time elapsed."
)
