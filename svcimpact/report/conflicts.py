"""What a report says of conflicts: which sides have to talk, how much, and what helps."""

from __future__ import annotations

from functools import partial

from svcimpact import charts
from svcimpact.planning.register import ConflictRegister
from svcimpact.report.contents import full
from svcimpact.report.page import Chart, Section, Table
from svcimpact.report.tables import Row, table_of
from svcimpact.wording import counted, day, money, number, with_error

_NAMED = 5
_MOST = 15


def register_section(register: ConflictRegister) -> Section:
    """Return the section on who has to talk to whom.

    Parameters
    ----------
    register : ConflictRegister
        What `conflict_register` or `weigh_conflicts` returned.

    Returns
    -------
    Section
        Sentences on the worst pairs, three charts and the register.
    """
    said = register.sentences(most=_NAMED)
    left = len(register.pairs) - len(said)
    if left > 0:
        said.append(f"… and {counted(left, 'more pair')} below.")
    drawn = (
        Chart("conflict-pairs", partial(charts.conflict_pairs, register)),
        Chart("conflict-network", partial(charts.conflict_network, register)),
        Chart("conflict-weeks", partial(charts.conflict_weeks, register)),
    )
    empty = register.pairs.empty
    return Section(
        "Who has to talk to whom, and how much",
        sentences=tuple(said),
        charts=() if empty else drawn,
        tables=() if empty else register_tables(register),
    )


def register_tables(register: ConflictRegister) -> tuple[Table, ...]:
    """Return the pairs, and the fixes tried where there are any.

    Parameters
    ----------
    register : ConflictRegister
        The register.

    Returns
    -------
    tuple of Table
        The worst first.
    """
    currency = register.portfolio.settings.currency
    cells = {
        "Project": lambda row: str(row["project_name"]),
        "Other side": _other,
        "Over": lambda row: str(row["kinds"]),
        "#From": lambda row: day(row["start"], brief=True),
        "#To": lambda row: day(row["finish"], brief=True),
        "#Person-days over": lambda row: number(row["over_days"], 1),
        "Communication": lambda row: f"{row['level']}, {row['cadence']}",
        "Owners": lambda row: " / ".join(_owners(row)),
    }
    if register.runs:
        cells["#Delay, days"] = lambda row: with_error(row["delay_days"], row["delay_days_se"])
        cells["#Other's delay"] = lambda row: with_error(
            row["other_delay_days"], row["other_delay_days_se"]
        )
    pairs = table_of(
        "Conflict register, pair by pair",
        register.pairs,
        cells,
        most=_MOST,
        note="At the planned dates. Levels follow thresholds that are stated among the "
        "assumptions and can be changed.",
        sheets=(
            full(
                "conflict_pairs",
                "Conflict register: who has to talk to whom, the worst pair first",
                register.pairs,
            ),
            full("conflicts", "Conflict register: every conflict of each pair", register.conflicts),
        ),
    )
    if register.fixes.empty:
        return (pairs,)
    best = register.fixes[register.fixes["cheapest"]]
    fixes = table_of(
        "The cheapest fix tried for each",
        best.merge(register.pairs[["pair", "project_name", "other_name", "other_kind"]], on="pair"),
        {
            "Project": lambda row: str(row["project_name"]),
            "Other side": _other,
            "Fix": lambda row: str(row["text"]),
            "#Saves, project days": lambda row: with_error(row["saves_days"], row["saves_days_se"]),
            "#Saves, money": lambda row: money(
                row["saves_cost"], currency, error=row["saves_cost_se"]
            ),
            "#Clears, person-days": lambda row: number(row["clears_over_days"], 1),
        },
        most=_MOST,
        note=f"Of {counted(len(register.fixes), 'fix', 'fixes')} tried one at a time on the "
        f"levelled plan, {counted(register.runs, 'run')}; summed over all projects; ± is one "
        "standard error. Fixes do not add up.",
        sheets=(full("conflict_fixes", "Conflict register: every fix tried", register.fixes),),
    )
    return pairs, fixes


def register_headline(register: ConflictRegister) -> str:
    """Return the register in one sentence.

    Parameters
    ----------
    register : ConflictRegister
        The register.

    Returns
    -------
    str
        The sentence.
    """
    pairs = register.pairs
    if pairs.empty:
        return "No two sides of the plan want the same at the same time."
    most = pairs["level"].iloc[0]
    count = int((pairs["level"] == most).sum())
    return (
        f"{counted(len(register.conflicts), 'conflict')} of projects with each other or with the "
        f"support of services, in {counted(len(pairs), 'pair')}; {counted(count, 'pair')} "
        f"need{'s' * (count == 1)} to communicate at the level “{most}”."
    )


def _other(row: Row) -> str:
    kind, name = row["other_kind"], str(row["other_name"])
    return {"service": f"service {name}", "absence": f"absence of {name}", "": "by itself"}.get(
        str(kind), name
    )


def _owners(row: Row) -> list[str]:
    names = [row["owner"], row["other_owner"]] if row["other_kind"] else [row["owner"]]
    return [str(name) or "nobody named" for name in names]
