"""How long our incidents last: groups, pools, warnings, recovery of known parameters, errors."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from paper import paper
from scipy import stats
from test_restoration import logged, with_log

from svcimpact.errors import InputError, describe
from svcimpact.incident.log_fit import LEAST_CLOSED, choose_pool
from svcimpact.incident.restoration_times import RestorationTimes, restoration_times


@cache
def mixed() -> pd.DataFrame:
    """Return a log of two services and two severities: 9, 3 and 10 closed, 2 open."""
    rows = [
        *logged([float(h) for h in range(1, 10)], service="core", severity=1),
        *logged([4.0, 8.0, 16.0, 5.0], [False] * 3 + [True], service="mail", severity=1),
        *logged([float(2**i) for i in range(10)] + [3.0], [False] * 10 + [True], severity=2),
    ]
    return with_log([{**row, "incident": f"I{i}"} for i, row in enumerate(rows)]).incidents


@cache
def known(**how: object) -> RestorationTimes:
    """Return what is found in the mixed log, without draws; none of it is changed here."""
    return quick(mixed(), **how)


def quick(log: object, **how: object) -> RestorationTimes:
    return restoration_times(log, resamples=0, **how)  # type: ignore[arg-type]


def test_groups_by_hand() -> None:
    """Counts by service and severity; who has too few borrows from the severity."""
    groups = known().groups
    told = ["service", "severity", "closed", "open", "fitted_to", "fitted_closed"]
    assert groups[told].fillna(0).to_numpy().tolist() == [
        ["core", 1, 9, 0, "service", 9],
        ["mail", 1, 3, 1, "severity", 12],
        ["core", 2, 10, 1, "service", 10],
        ["", 1, 12, 1, "severity", 12],
        ["", 2, 10, 1, "severity", 10],
        ["", 0, 22, 2, "all", 22],
    ]
    assert groups["observed_median_hours"].iloc[0] == 5
    # Of 4, 8, 16 and one still open for long, half are over by 8.
    assert groups["observed_median_hours"].iloc[1] == 8
    own = known(service="core", severity=1)
    assert groups["median_hours"].iloc[0] == own.fits["median_hours"].iloc[0]
    assert groups["distribution"].iloc[0] == own.best


def test_the_threshold_can_be_changed() -> None:
    """With three enough, mail stands on its own; with eleven, core does not."""
    assert quick(mixed(), service="mail", severity=1, least_closed=3).closed == 3
    wider = quick(mixed(), service="core", severity=2, least_closed=11)
    assert (wider.closed, wider.pool) == (22, "all incidents")
    assert LEAST_CLOSED == 8


def test_borrowing_is_told() -> None:
    """The warning says how many there were, how many are needed, and whose were taken."""
    found = known(service="mail", severity=1)
    assert describe(found.warnings) == [
        "incidents: found 3 closed severity 1 incidents of mail, expected at least 8. The fit is "
        "to severity 1 of all services, 12 of them closed."
    ]
    one = mixed().drop(index=mixed().index[9:11])
    assert describe(quick(one, service="mail", severity=1).warnings)[0].startswith(
        "incidents: found 1 closed severity 1 incident of mail, expected at least 8. The fit is "
    )
    assert known(service="core", severity=1).warnings.empty
    assert known(severity=1).warnings.empty
    assert known().warnings.empty


def test_a_service_over_all_its_severities() -> None:
    """Without a severity, all incidents of a service are its own."""
    found = known(service="core")
    assert (found.closed, found.still_open, found.pool) == (19, 1, "all severities of core")


def test_open_incidents_are_known_until_the_log_ends() -> None:
    """The pool has for each incident how long it could have been seen to last."""
    log = mixed()
    pool = choose_pool(log, "mail", 1, least_closed=3)
    assert pool is not None
    until = log[["opened", "restored"]].max().max()
    expected = (until - log["opened"][log["service"] == "mail"]).dt.total_seconds() / 3600
    assert pool.known_for.tolist() == expected.tolist()
    assert pool.hours[pool.still_open].tolist() == expected[-1:].tolist()


@pytest.mark.parametrize("distribution", ["lognormal", "weibull", "gamma"])
def test_the_truth_lies_within_the_limits_and_is_chosen(distribution: str) -> None:
    """Of 400 known incidents, a tenth still open: P50 to P95 within 99 % limits, best by AIC."""
    law = {
        "lognormal": stats.lognorm(1.3, scale=6.0),
        "weibull": stats.weibull_min(0.8, scale=9.0),
        "gamma": stats.gamma(2.5, scale=4.0),
    }[distribution]
    hours = law.rvs(400, random_state=11)
    rows = logged(hours, np.arange(400) % 10 == 0, apart_hours=5.0)
    # Those still open opened late, so that the log ends while they last.
    log = pd.DataFrame(rows)
    end = log["opened"].max() + pd.Timedelta(hours=1)
    log["restored"] = pd.to_datetime(log["opened"]) + pd.to_timedelta(hours, unit="h")
    log.loc[log["restored"] > end, "restored"] = pd.NaT
    found = restoration_times(log, resamples=40, confidence=0.99)
    assert found.best == distribution
    row = found.fits.iloc[0]
    for column, share in (("median_hours", 0.5), ("p80_hours", 0.8), ("p95_hours", 0.95)):
        assert row[f"{column}_low"] < law.ppf(share) < row[f"{column}_high"]
    assert row["ks_p"] > 0.05


def test_words() -> None:
    """What is said of a log, of rivals, and of the fit."""
    found = known(service="core", severity=1)
    first, second = found.sentences()
    assert first.startswith("Of severity 1 incidents of core, half are over within ")
    assert first.endswith(f"({found.best}, fitted to 9 closed and 0 open: severity 1 of core).")
    assert second.startswith(f"The log can hardly tell {found.best} from ")
    judged = restoration_times(mixed(), service="core", severity=1, resamples=19)
    assert judged.sentences()[2].startswith("Nothing speaks against the fit: ")
    assert "Restoration times: severity 1 incidents of core" in repr(judged)
    assert judged._repr_html_().startswith("<div><p>Of severity 1 incidents")


def test_a_bad_fit_is_called_bad() -> None:
    """Half of the incidents at an hour, half at four days: no curve fits."""
    rng = np.random.default_rng(1)
    hours = np.r_[rng.uniform(0.9, 1.1, 30), rng.uniform(90, 110, 30)]
    found = restoration_times(with_log(logged(hours)), resamples=39)
    said = " ".join(found.sentences())
    assert "It fits badly: 2\N{NO-BREAK SPACE}% of logs drawn from it" in said
    assert said.endswith("; half of the log itself is over within 66 minutes.")
    doubtful = replace(found, fits=found.fits.assign(ks_p=0.06))
    assert "The fit is in doubt: 6\N{NO-BREAK SPACE}% of logs" in doubtful.sentences()[-1]
    sound = replace(found, fits=found.fits.assign(ks_p=0.3))
    assert sound.sentences()[-1].startswith(
        "Nothing speaks against the fit: 30\N{NO-BREAK SPACE}% of logs"
    )
    assert "the log itself" not in sound.sentences()[-1]


def test_hostile_names_are_escaped() -> None:
    """A service whose id is markup stays text in the notebook."""
    log = mixed().replace({"service": {"core": "<script>alert(1)</script>"}})
    shown = quick(log, service="<script>alert(1)</script>")._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown


def test_forecast_by_name_and_by_best() -> None:
    """The chosen distribution comes first, whichever it is."""
    found = known()
    assert found.forecast(6).distribution == found.best
    chosen = found.forecast(6, distribution="empirical")
    assert chosen.remaining["distribution"].iloc[0] == "empirical"
    assert chosen.remaining["chosen"].tolist() == [True, False, False, False]
    assert set(found.forecast(6).tables) == {"remaining", "curve"}
    assert set(found.tables) == {"fits", "groups", "observed", "quantiles", "warnings"}


def said(action) -> list[str]:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError) as caught:
        action()
    return str(caught.value).splitlines()


def test_what_cannot_be_asked_is_told_at_once() -> None:
    """Service, severity, threshold, draws and confidence, each with what was expected."""
    lines = said(
        lambda: restoration_times(
            mixed(), service="coer", severity=5, least_closed=2, resamples=-1, confidence=1.0
        )
    )
    assert lines == [
        "Restoration times cannot be fitted.",
        "incidents, service: found 'coer', expected a service with incidents in the log; did you "
        "mean 'core'?",
        "incidents, severity: found 5, expected one of 1, 2.",
        "options, least_closed: found 2, expected a whole number, 3 or more.",
        "options, resamples: found -1, expected a whole number, 0 or more.",
        "options, confidence: found 1.0, expected a number between 0 and 1.",
    ]


@pytest.mark.parametrize(
    "portfolio", [paper(), with_log(logged([3.0] * 9, [False] * 7 + [True] * 2))]
)
def test_too_short_a_log(portfolio) -> None:  # type: ignore[no-untyped-def]
    """An empty log, or one with seven closed, fits nothing."""
    closed = int(portfolio.incidents["restored"].notna().sum())
    assert said(lambda: quick(portfolio)) == [
        "Restoration times cannot be fitted.",
        f"incidents: found {closed} closed incidents, expected at least 8. Import a longer log "
        "(svcimpact import-log), or lower --least-closed.",
    ]


def test_forecasts_that_there_are_not() -> None:
    """Hours before the strike and distributions of no such name, both at once."""
    assert said(lambda: known().forecast(-1, distribution="lognorm")) == [
        "There is no such forecast.",
        "forecast, elapsed: found -1, expected hours since the strike, 0 or more.",
        "forecast, distribution: found 'lognorm', expected one of lognormal, weibull, gamma, "
        "empirical, best; did you mean 'lognormal'?",
    ]
    assert "found nan" in said(lambda: known().forecast(float("nan")))[1]
