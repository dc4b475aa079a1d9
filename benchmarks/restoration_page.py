"""Hold forecasts of restoration times against real logs, and write docs/restoration.md.

python benchmarks/restoration_page.py        where SVCIMPACT_REAL_DATA holds the data sets

The data sets are public and are no part of the project; each folder has a SOURCE.txt.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from section import Section, short

from svcimpact.errors import describe
from svcimpact.incident.log_fit import FITTED, choose_pool, fit_pool, last_date
from svcimpact.incident.restoration import Restoration
from svcimpact.incident.restoration_times import RestorationTimes, restoration_times
from svcimpact.incident.ticket_times import ticket_time_warnings

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("SVCIMPACT_REAL_DATA", ROOT.parent / "shared" / "data"))
PAGE = ROOT / "docs" / "restoration.md"
INTERVALS = (0.5, 0.8, 0.95)
# GitHub's own words for how bad it is.
IMPACTS = {"critical": 1, "major": 1, "minor": 2, "none": 3}
SPLIT = pd.Timestamp("2024-01-01")
INTRODUCTION = """\
# How long do incidents last?

Figures of this page come from `make restoration`; nothing is typed in. It
needs three public data sets, which are no part of the project:

- the status page of **GitHub**, 2022-03 to 2024-12, 389 incidents without maintenance
  (github.com/mrshu/github-statuses, MIT; times of the page, which are outages as users saw them);
- the **UCI** incident management log, 24,918 tickets of one company's service desk (Amaral,
  Fantinato and Peres 2018, doi 10.24432/C5754H, CC BY 4.0; times of tickets);
- **large public outages** of cloud providers 2016 to 2026 (github.com/lwindolf/cloud-outages;
  facts).

How fits and forecasts are made: `svcimpact.incident.restoration_times.restoration_times`. On the
command line: `svcimpact restoration my-portfolio --service payments --severity 1 --elapsed 6`.
"""
LESSON = """\
## What follows

- **Time the outage, not the ticket.** Half of the incidents that GitHub calls major or critical
  were over within about an hour; half of the tickets that the service desk calls critical took
  more than three days to be resolved, and more than eight to be closed. A simulation fed with the
  second keeps people away from their projects for weeks. `svcimpact` warns where the two most
  severe levels last longer than a day at the median, and where nearly everything is restored in
  office hours; the thresholds are arguments of
  `svcimpact.incident.ticket_times.ticket_time_warnings`.
- **A forecast is as good as the past is like the future.** The coverage above is that of one
  split of one log, of a kind of service that may be unlike yours.
- **The more has passed, the less is known**: of incidents that last long there are few to learn
  from, here and in your log. The limits beside every forecast say so, and the rows after four
  hours show it.
"""


def github(folder: Path = DATA) -> pd.DataFrame:
    """Give GitHub's incidents as the table `incidents`, maintenance left out."""
    raw = pd.read_csv(folder / "incidents_github_status" / "incidents.csv")
    raw = raw[raw["impact"] != "maintenance"]
    opened, restored = (
        pd.to_datetime(raw[c]).dt.tz_localize(None) for c in ("started_at", "resolved_at")
    )
    return pd.DataFrame(
        {
            "incident": raw["incident"].astype("str"),
            "service": raw["components"].fillna("").str.split("|").str[0],
            "severity": raw["impact"].map(IMPACTS),
            "opened": opened,
            "restored": restored,
        }
    ).reset_index(drop=True)


def tickets(end: str, folder: Path = DATA) -> pd.DataFrame:
    """Give the service desk's tickets, ended by `resolved_at` or `closed_at`."""
    raw = pd.read_csv(folder / "incidents_uci" / "incidents.csv.gz", low_memory=False)
    return pd.DataFrame(
        {
            "incident": raw["number"],
            "service": raw["category"].fillna(""),
            "severity": raw["priority"].str[0].astype(int),
            "opened": pd.to_datetime(raw["opened_at"]),
            "restored": pd.to_datetime(raw[end]),
        }
    )


def cloud(folder: Path = DATA) -> np.ndarray:
    """Give the lengths of large public outages that tell one, hours."""
    texts = pd.read_csv(folder / "outages_public_cloud" / "outages.csv")["duration"].dropna()
    scale = {"m": 1 / 60, "h": 1.0, "d": 24.0}
    found = []
    for text in texts:
        parts = re.findall(r"(\d+(?:[.,]\d+)?)\s*(m|h|d)", text.lower())
        if parts and not re.search(r"\d\d:\d\d", text):
            found.append(sum(float(n.replace(",", ".")) * scale[unit] for n, unit in parts))
    return np.array(found)


def hours(log: pd.DataFrame) -> np.ndarray:
    """Give the lengths of restored incidents, hours."""
    lasted = (log["restored"] - log["opened"]).dropna()
    return lasted.dt.total_seconds().to_numpy() / 3600


def inside(law: Restoration, lengths: np.ndarray, share: float) -> tuple[float, float]:
    """Give the share of lengths inside the middle of a forecast, and its standard error."""
    low, high = law.draw(np.array([(1 - share) / 2, (1 + share) / 2]))
    held = float(np.mean((lengths >= low) & (lengths <= high)))
    return held, float(np.sqrt(share * (1 - share) / len(lengths)))


def cells(law: Restoration, lengths: np.ndarray) -> list[str]:
    """Give the coverage of every interval as text."""
    found = [inside(law, lengths, share) for share in INTERVALS]
    return [f"{100 * held:.0f} ± {100 * error:.0f}" for held, error in found]


def fits(log: pd.DataFrame, distribution: str) -> Restoration:
    """Fit all incidents of a log that opened before the split, those still open then censored."""
    past = log[log["opened"] < SPLIT].copy()
    past.loc[past["restored"] >= SPLIT, "restored"] = pd.NaT
    pool = choose_pool(past, None, None)
    assert pool is not None
    return fit_pool(pool, distribution)


def coverage(log: pd.DataFrame) -> list[Section]:
    """Hold forecasts from before the split against what came after."""
    new = hours(log[log["opened"] >= SPLIT])
    old = hours(log[log["opened"] < SPLIT])
    head = ["", "of 50 %", "of 80 %", "of 95 %", "median, h", "P95, h"]
    lines = []
    for name in FITTED:
        law = fits(log, name)
        ends = [short(float(x)) for x in law.draw(np.array([0.5, 0.95]))]
        label = f"best by AIC: {law.distribution}" if name == "best" else name
        lines.append([label, *cells(law, new), *ends])
    ends = [short(float(np.quantile(new, q))) for q in (0.5, 0.95)]
    lines.append(["what came, 2024", "", "", "", *ends])
    first = Section(
        "GitHub: fitted up to 2023, held against 2024",
        f"{len(old)} incidents up to 2023 are fitted, {len(new)} of 2024 forecast at their strike. "
        "In how many of 100 the length lay in the middle 50, 80 and 95 % of the forecast; ± is one "
        "standard error of such a share if the forecast were right.",
        head,
        lines,
    )
    lines = []
    for elapsed in (0.5, 1.0, 2.0, 4.0):
        later = new[new > elapsed]
        for name in FITTED[:-1]:
            given = replace(fits(log, name), elapsed_hours=elapsed)
            more = float(given.draw(np.array([0.5]))[0]) - elapsed
            seen = float(np.median(later)) - elapsed
            lines.append(
                [f"after {elapsed:g} h, {name}", str(len(later)), *cells(given, later),
                 short(more), short(seen)]
            )  # fmt: skip
    second = Section(
        "GitHub: this one has lasted so long already",
        "The same for incidents of 2024 that lasted longer than the elapsed time, forecast given "
        "that they did.",
        ["", "incidents", "of 50 %", "of 80 %", "of 95 %", "P50 more, h", "came, h"],
        lines,
    )
    return [first, second]


def comparison(log: pd.DataFrame) -> Section:
    """Set outages and tickets side by side."""
    lines = []
    sets = [("GitHub's status page, all", hours(log))]
    sets += [
        (f"GitHub, {name}", hours(log[log["severity"] == level]))
        for level, name in ((1, "major and critical"), (2, "minor"))
    ]
    sets.append(("large public outages of clouds", cloud()))
    for end, word in (("resolved_at", "resolved"), ("closed_at", "closed")):
        desk = tickets(end)
        sets.append((f"service desk, opened to {word}, all", hours(desk)))
        for level, name in ((1, "critical"), (2, "high")):
            severe = hours(desk[desk["severity"] == level])
            sets.append((f"service desk, opened to {word}, {name}", severe))
    for name, lengths in sets:
        shown = [short(float(np.quantile(lengths, q))) for q in (0.5, 0.8, 0.95)]
        lines.append([name, f"{len(lengths):,}", *shown])
    return Section(
        "Outages and tickets",
        "Hours from open to end.",
        ["", "closed", "median", "P80", "P95"],
        lines,
    )


def goodness(times: RestorationTimes) -> Section:
    """Tell how well the distributions fit GitHub's incidents."""
    lines = [
        [
            row["distribution"],
            "" if np.isnan(row["aic"]) else f"+{row['aic_difference']:.1f}",
            "" if np.isnan(row["ks_distance"]) else f"{row['ks_distance']:.3f}",
            "" if np.isnan(row["ks_p"]) else f"{row['ks_p']:.3f} ± {row['ks_p_se']:.3f}",
            *(
                f"{short(row[c])} ({short(row[f'{c}_low'])} to {short(row[f'{c}_high'])})"
                for c in ("median_hours", "p80_hours", "p95_hours")
            ),
        ]
        for row in times.fits.to_dict("records")
    ]
    return Section(
        "How well do the distributions fit?",
        "All of GitHub's incidents up to 2023. In brackets: 90 % limits.",
        ["", "AIC", "distance", "p", "median, h", "P80, h", "P95, h"],
        lines,
        ["p: share of logs drawn from the fit and fitted anew that lie as far from their own fit."],
    )


def signs(log: pd.DataFrame) -> Section:
    """Tell which logs are taken for tickets."""
    lines = []
    for name, table in (
        ("GitHub's status page", log),
        ("service desk, opened to resolved", tickets("resolved_at")),
        ("service desk, opened to closed", tickets("closed_at")),
    ):
        told = [line.split(", expected")[0] for line in describe(ticket_time_warnings(table))]
        said = "; ".join(line.split("found ")[1] for line in told) or "none"
        lines.append([name, said])
    return Section("Is it taken for tickets?", "", ["log", "warnings"], lines)


def page(folder: Path = DATA) -> str:
    """Give the whole page."""
    log = github(folder)
    past = log[log["opened"] < SPLIT]
    assert last_date(past) < pd.Timestamp("2024-01-03")
    sections = [comparison(log), signs(log), goodness(restoration_times(past)), *coverage(log)]
    return "\n".join([INTRODUCTION, *(s.markdown() for s in sections), LESSON])


def main() -> None:
    """Measure, print and write."""
    text = page()
    print(text)
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
