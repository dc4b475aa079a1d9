"""The conflict register as a result: tables, the order of rows, and what they say in words."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from svcimpact.planning.ahead import FROM_STATUS_DATE
from svcimpact.planning.communication import KINDS, Communication, level_of
from svcimpact.planning.phrases import amount, listed, period
from svcimpact.portfolio import Portfolio
from svcimpact.wording import chance, money

if TYPE_CHECKING:
    from svcimpact.planning.remedies import Remedy

# What simulation adds to a pair: mean delays because of the other, what they cost, the best fix.
WEIGHED = (
    "delay_days", "delay_days_se", "other_delay_days", "other_delay_days_se", "delay_cost",
    "delay_cost_se", "fix_saves_days", "fix_saves_days_se", "fix_saves_cost", "fix_saves_cost_se",
)  # fmt: skip
FIXES = (
    "pair", "remedy", "kind", "text", "saves_days", "saves_days_se", "saves_cost", "saves_cost_se",
    "people_cost", "clears_over_days", "clears_overlap_days", "cheapest",
)  # fmt: skip
_SHOWN = 10
_KINDS = 4  # that one sentence tells of
_TEXTS = ("kind", "text")


@dataclass(frozen=True, eq=False, repr=False)
class ConflictRegister:
    """Who wants the same at the same time, the pairs that have most to settle first.

    Attributes
    ----------
    portfolio : Portfolio
        What it was found in.
    levels : tuple of Communication
        The levels of communication in use, from the lowest to the highest.
    lead_days : float
        Working days for which a decision lies on a decider's desk.
    team_share : float
        Share of a support team from which on two projects are in each other's way there.
    pairs : pandas.DataFrame
        One row per pair of sides, worst first: `pair` (its number, from 1), `project` and
        `project_name`; `other_kind` (project; service for its everyday support or freeze;
        absence of a resource; empty for a project by itself), `other` and `other_name`;
        `conflicts` (how many), `kinds`, `start` and `finish` (of the first and the last),
        `over_days` (person-days over), `level` and `cadence` of communication, `owner` and
        `other_owner` (who talks for either side; empty where the tables name nobody). After
        `weigh_conflicts` also: `delay_days` and `other_delay_days` (mean working days by which
        the project, and the other project, ends later because of the other), `delay_cost` of
        both, `fix` (the cheapest fix tried), `fix_saves_days` (over all projects) and
        `fix_saves_cost`, each with its Monte Carlo standard error, ending in `_se`; NaN before.
    conflicts : pandas.DataFrame
        One row per conflict, by pair, most person-days first: `pair`, `kind`, the sides as in
        `pairs`, `via_kind` (resource, service, stakeholder), `via` and `via_name` (what both
        want; for a dependency the service needed), `start`, `finish`, `overlap_days` (working
        days in which they meet), `over_days`, `level`, `cadence`, `owner`, `other_owner`; delays
        and fix are those of the pair.
    weeks : pandas.DataFrame
        One row per pair and week in which they meet: `pair`, `week` (its Monday), `over_days`
        and `conflicts`.
    fixes : pandas.DataFrame
        One row per fix tried: `pair`, `remedy` (its position in `remedies`), `kind` (later,
        earlier, swap, reorder), `text`, `saves_days` (mean working days over all projects) and
        `saves_cost` (cost of delay less `people_cost`) with their errors, `people_cost` (what
        other people cost more), `clears_over_days` and `clears_overlap_days` (how much of the
        conflict it removes from the planned dates), `cheapest`.
    remedies : tuple of Remedy
        The fixes; `remedies[n].apply(portfolio)` gives the portfolio with fix `n`.
    runs, seed : int
        Of the simulation; 0 runs before.
    """

    portfolio: Portfolio
    levels: tuple[Communication, ...]
    lead_days: float
    team_share: float
    conflicts: pd.DataFrame
    pairs: pd.DataFrame
    weeks: pd.DataFrame
    fixes: pd.DataFrame
    remedies: tuple[Remedy, ...]
    runs: int
    seed: int

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables to write, by name."""
        return {name: getattr(self, name) for name in ("pairs", "conflicts", "weeks", "fixes")}

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What the register rests on, in sentences."""
        said = [
            "Conflicts are those of the planned dates, from the status date on where there is one.",
            "Over-allocation is shared out over the pairs of claims on a person in proportion to "
            "the product of their FTE; what a project alone asks for beyond the whole of a person "
            "is its own.",
            "Testers are wanted while test tasks run, in the stage that their interest names. "
            f"Deciders are wanted in the {self.lead_days:g} working days before the stage that "
            "waits for them begins. The tables do not say how much of them is needed.",
            "Two projects that take different people of a service's support team are in conflict "
            f"while they ask for {chance(self.team_share)} or more of what it has for projects, or "
            "while it cannot cover its everyday support.",
            "Communication: " + "; ".join(map(_condition, self.levels)) + ".",
        ]
        if self.portfolio.settings.status_date is not None:
            said.insert(1, FROM_STATUS_DATE)
        if self.runs:
            said.append(
                "Delay: mean over runs of the levelled plan with the other side and without its "
                "claims on people (links between projects stay), on the same random numbers. "
                "People queue by the plan's order; two projects may change a service at once, so a "
                "conflict over a service alone shows no delay."
            )
        return tuple(said)

    def sentences(self, *, most: int | None = None) -> list[str]:
        """Return the findings as text, a few sentences per pair, worst first.

        Parameters
        ----------
        most : int, optional
            How many pairs to tell of; all if not given.

        Returns
        -------
        list of str
            Plain text, unescaped; one sentence that says so where there is no conflict.
        """
        if self.pairs.empty:
            return ["No two sides of the plan want the same at the same time."]
        shown = self.pairs if most is None else self.pairs.head(most)
        told = self.conflicts[self.conflicts["pair"] <= len(shown)]
        groups = dict(iter(told.groupby("pair", sort=False)))
        return [self._sentence(row, groups[row["pair"]]) for row in shown.to_dict("records")]

    def _sentence(self, row: dict[Hashable, Any], conflicts: pd.DataFrame) -> str:
        table = self.portfolio.services
        services = dict(zip(table["service"], table["name"], strict=True))
        head = f"{_sides(row)}: {row['level']}, {row['cadence']} ({_talk(row)})."
        said = [head, f"{_about(conflicts, services)}, {period(row['start'], row['finish'])}."]
        if self.runs and not pd.isna(row["delay_days"]):
            said += _delays(row)
        if row["fix"]:
            saving = _saving(row, self.portfolio.settings.currency)
            said.append(f"Cheapest fix tried: {row['fix']} ({saving}).")
        return " ".join(said)

    def _headline(self) -> str:
        counts = self.pairs["level"].value_counts()
        levels = [
            f"{counts[each.level]} {each.level}"
            for each in reversed(self.levels)
            if each.level in counts.index
        ]
        pairs, conflicts = len(self.pairs), len(self.conflicts)
        text = f"{conflicts} conflict{'s' * (conflicts != 1)} in {pairs} pair{'s' * (pairs != 1)}"
        text = f"{text} ({', '.join(levels)})" if levels else text
        runs = f", {self.runs:,} run{'s' * (self.runs != 1)}, seed {self.seed}" if self.runs else ""
        return f"{text}, {self.pairs['over_days'].sum():.1f} person-days over{runs}"

    def __repr__(self) -> str:
        lines = [f"Conflict register: {self._headline()}", *self.sentences(most=_SHOWN)]
        more = len(self.pairs) - _SHOWN
        return "\n  ".join([*lines, f"and {more} more pairs"] if more > 0 else lines)

    def _repr_html_(self) -> str:
        columns = {
            "project_name": "Project", "other_name": "Other side", "kinds": "Over",
            "over_days": "Person-days over", "level": "Communication", "cadence": "Cadence",
            "owner": "Owner", "other_owner": "Other owner",
        }  # fmt: skip
        if self.runs:
            columns |= {
                "delay_days": "Delay, days",
                "other_delay_days": "Other's delay",
                "fix": "Fix",
            }
        head = "".join(f"<th>{title}</th>" for title in columns.values())
        body = "".join(
            f"<tr>{''.join(f'<td>{escape(_cell(row[column]))}</td>' for column in columns)}</tr>"
            for row in self.pairs.head(_SHOWN).to_dict("records")
        )
        more = len(self.pairs) - _SHOWN
        tail = f"<p>and {more} more pairs</p>" if more > 0 else ""
        return (
            f"<p><b>Conflict register</b>: {escape(self._headline())}</p>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{tail}"
        )


def fix_table(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Return fixes as a table with all its columns.

    Parameters
    ----------
    rows : sequence of dict
        One per fix.

    Returns
    -------
    pandas.DataFrame
        As `ConflictRegister.fixes`.
    """
    whole = dict.fromkeys(("pair", "remedy"), "int64") | {"cheapest": "bool"}
    kinds = dict.fromkeys(FIXES, "float64") | whole | dict.fromkeys(_TEXTS, "str")
    return pd.DataFrame(rows, columns=list(FIXES)).astype(kinds)


def groups_of(there: pd.Series, group: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.bool_]:
    """Return which groups have a row of which something holds.

    Parameters
    ----------
    there : pandas.Series of bool
        Whether it holds, by row.
    group : numpy.ndarray of int
        The group of each row.
    count : int
        How many groups there are.

    Returns
    -------
    numpy.ndarray of bool, shape (count,)
        By group.
    """
    return np.bincount(group[there.to_numpy()], minlength=count) > 0


def ranked(register: ConflictRegister) -> ConflictRegister:
    """Set the levels, and put the pairs that have most to settle first.

    A project by itself is at the lowest level. By level, then what their delays cost, then
    person-days, then the number of conflicts; equals keep the order of the tables.

    Parameters
    ----------
    register : ConflictRegister
        `conflicts` and `weeks` name pairs by position in `pairs`.

    Returns
    -------
    ConflictRegister
        Pairs are numbered from 1.
    """
    pairs, conflicts = register.pairs.copy(), register.conflicts.copy()
    of = conflicts["pair"].to_numpy(np.int64)
    count, levels = len(pairs), register.levels
    kinds = [(conflicts["kind"] == kind).to_numpy() for kind in KINDS]
    alone = (conflicts["over_days"].to_numpy(), np.full(len(conflicts), np.nan))
    single = level_of(levels, *alone, np.ones(len(conflicts), np.int64), kinds)
    delay = np.fmax(pairs["delay_days"].to_numpy(), pairs["other_delay_days"].to_numpy())
    grouped = [groups_of(pd.Series(kind), of, count) for kind in kinds]
    many = pairs["conflicts"].to_numpy(np.int64)
    level = level_of(levels, pairs["over_days"].to_numpy(), delay, many, grouped)
    # A project by itself has nobody to talk to but its owner.
    level[(pairs["other_kind"] == "").to_numpy()] = 0
    single[(conflicts["kind"] == "alone").to_numpy()] = 0
    for frame, found in ((pairs, level), (conflicts, single)):
        for column, part in (
            ("level", [x.level for x in levels]),
            ("cadence", [x.cadence for x in levels]),
        ):
            frame[column] = pd.Series(np.array(part, dtype=object)[found], dtype="str")
    cost = np.nan_to_num(pairs["delay_cost"].to_numpy())
    over = pairs["over_days"].to_numpy()
    order = np.lexsort((-many, -over.round(6), -cost.round(6), -level))
    place = np.empty(count, np.int64)
    place[order] = np.arange(count)
    pairs.insert(0, "pair", place + 1)
    conflicts["pair"] = place[of] + 1
    for column in (*WEIGHED, "fix"):
        conflicts[column] = pairs[column].take(of).array
    rows = np.lexsort(
        (-conflicts["overlap_days"].round(6), -conflicts["over_days"].round(6), place[of])
    )
    weeks = register.weeks.assign(pair=place[register.weeks["pair"].to_numpy(np.int64)] + 1)
    weeks = weeks.sort_values(["pair", "week"], ignore_index=True, kind="stable")
    pairs = pairs.take(order).reset_index(drop=True)
    ahead = ["pair", *[c for c in conflicts if c != "pair"]]
    conflicts = conflicts[ahead].take(rows).reset_index(drop=True)
    last = ["level", "cadence", "owner", "other_owner", *WEIGHED, "fix"]
    pairs, conflicts = (
        frame[[*[c for c in frame if c not in last], *last]] for frame in (pairs, conflicts)
    )
    return replace(register, pairs=pairs, conflicts=conflicts, weeks=weeks)


def _sides(row: dict[Hashable, Any]) -> str:
    if row["other_kind"] == "service":
        return f"{row['project_name']} and the service {row['other_name']}"
    if row["other_kind"] == "absence":
        return f"{row['project_name']} and the absence of {row['other_name']}"
    if row["other_kind"] == "":
        return f"{row['project_name']} by itself"
    return f"{row['project_name']} and {row['other_name']}"


def _talk(row: dict[Hashable, Any]) -> str:
    names = [row["owner"], row["other_owner"]] if row["other_kind"] else [row["owner"]]
    named = list(dict.fromkeys(name for name in names if name))
    missing = sum(not name for name in names)
    if missing:
        named.append("nobody named" if missing == len(names) else "nobody named for one side")
    return listed(named)


def _about(conflicts: pd.DataFrame, services: dict[str, str]) -> str:
    """Say what both want, kind by kind."""
    parts = []
    for kind, group in conflicts.groupby("kind", sort=False):
        column = group["via"].map(services) if kind == "dependency" else group["via_name"]
        via = listed(list(dict.fromkeys(column)), 3)
        days = amount(float(group["over_days"].sum()))
        match kind:
            case "people":
                parts.append(f"{days} person-days over with {via}")
            case "support":
                parts.append(f"{days} person-days that the everyday support needs of {via}")
            case "absence":
                parts.append(f"{days} person-days planned while {via} is away")
            case "alone":
                parts.append(f"{days} person-days more than the whole of {via}")
            case "team":
                parts.append(f"they take different people of the support team of {via}")
            case "service":
                parts.append(f"both change {via}")
            case "use":
                parts.append(f"one changes {via} while the other uses it")
            case "dependency":
                parts.append(f"one changes {via}, the other what directly needs it")
            case "freeze":
                parts.append(f"changes {via} during a freeze")
            case "tester":
                parts.append(f"both want {via} to test")
            case _:
                parts.append(f"both want decisions of {via}")
    if len(parts) > _KINDS:
        parts[_KINDS - 1 :] = [f"{len(parts) - _KINDS + 1} more kinds of conflict"]
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}"


def _delays(row: dict[Hashable, Any]) -> list[str]:
    said = []
    for name, column in (("project_name", "delay_days"), ("other_name", "other_delay_days")):
        if not pd.isna(row[column]) and abs(row[column]) >= 0.05:
            days, error = row[column], row[f"{column}_se"]
            way = "later" if days > 0 else "earlier"
            said.append(
                f"{row[name]} ends {abs(days):.1f} ± {error:.1f} working days {way} because of it."
            )
    return said or [
        "Levelled, it delays neither side."
        if row["other_kind"] == "project"
        else "Levelled, it causes no delay."
    ]


def _saving(row: dict[Hashable, Any], currency: str) -> str:
    days, cost = row["fix_saves_days"], row["fix_saves_cost"]
    error = row["fix_saves_days_se"]
    said = f"{'saves' if days >= 0 else 'costs'} {abs(days):.1f} ± {error:.1f} project days"
    if abs(cost) >= 0.5:
        said += f", {money(abs(cost), currency, error=row['fix_saves_cost_se'])}"
        said += "" if (cost >= 0) == (days >= 0) else (" saved" if cost > 0 else " more")
    return said


def _condition(level: Communication) -> str:
    """Write the conditions of a level out."""
    if not level.over_days or level.conflicts <= 1:
        return f"{level.level} ({level.cadence}) for any conflict"
    parts = [f"{level.over_days:g} person-days over", f"{level.delay_days:g} days of delay"]
    parts.append(f"{level.conflicts} conflict{'s' * (level.conflicts != 1)}")
    parts += [f"a conflict of kind {kind}" for kind in level.kinds]
    return f"{level.level} ({level.cadence}) from {', '.join(parts[:-1])} or {parts[-1]}"


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return "" if np.isnan(value) else f"{value:z.1f}"
    return str(value)
