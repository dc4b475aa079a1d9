"""Forecasts against what came, and docs/restoration.md against the script that writes it.

The data sets are public and no part of the project: see benchmarks/restoration_page.py.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
sys.path.append(str(BENCHMARKS))

import restoration_page as study  # noqa: E402

from svcimpact.exchange import read_incident_log  # noqa: E402
from svcimpact.incident.ticket_times import ticket_time_warnings  # noqa: E402

pytestmark = pytest.mark.skipif(
    not (study.DATA / "incidents_github_status").is_dir(), reason="the data sets are not here"
)


def test_forecasts_of_2024_hold_as_often_as_they_should() -> None:
    """Fitted to GitHub's incidents up to 2023: 50, 80 and 95 % within three standard errors."""
    log = study.github()
    new = study.hours(log[log["opened"] >= study.SPLIT])
    assert len(new) == 124
    law = study.fits(log, "best")
    assert law.distribution == "lognormal"
    for share in study.INTERVALS:
        held, error = study.inside(law, new, share)
        assert abs(held - share) < 3 * error


def test_the_page_tells_what_the_script_finds() -> None:
    """Coverage, lengths and warnings stand in the page as they come out today."""
    text = study.PAGE.read_text(encoding="utf-8")
    log = study.github()
    for section in (*study.coverage(log), study.comparison(log), study.signs(log)):
        assert section.markdown() in text


def test_tickets_are_told_from_outages() -> None:
    """The status page raises no doubt, the service desk several."""
    assert ticket_time_warnings(study.github()).empty
    assert len(ticket_time_warnings(study.tickets("resolved_at"))) == 3


def test_a_service_desk_of_24918_tickets_is_read(tmp_path: Path) -> None:
    """The whole export goes through, low priorities left out, and nothing is a fault."""
    import gzip

    packed = (study.DATA / "incidents_uci" / "incidents.csv.gz").read_bytes()
    file = tmp_path / "tickets.csv"
    file.write_bytes(gzip.decompress(packed))
    found = read_incident_log(file, columns={"service": "category"})
    assert (found.rows, len(found.incidents)) == (24_918, 24_144)
    assert found.tool == "ServiceNow"
