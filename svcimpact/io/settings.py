"""The settings of a portfolio as TOML (beside a folder of tables) and as a key/value sheet."""

from __future__ import annotations

from svcimpact.io.texts import number_text
from svcimpact.portfolio import Settings


def to_document(settings: Settings) -> dict[str, object]:
    """Return the settings as a document for `portfolio.toml`.

    Parameters
    ----------
    settings : Settings
        The settings of a portfolio.

    Returns
    -------
    dict of str to object
        What TOML can hold.
    """
    document: dict[str, object] = {
        "name": settings.name,
        "start": settings.start.date(),
        "currency": settings.currency,
    }
    if settings.status_date is not None:
        document["status_date"] = settings.status_date.to_pydatetime()
    holidays = settings.holidays
    return {
        **document,
        "timezone": settings.timezone,
        "calendar": {
            "working_days": list(settings.working_days),
            "day_start": settings.day_start,
            "hours_per_day": float(settings.hours_per_day),
            "holidays": holidays if isinstance(holidays, str) else list(holidays),
        },
        "severity": {str(level): float(share) for level, share in settings.severity},
    }


def to_cells(settings: Settings) -> dict[str, object]:
    """Return the settings as cells of a key/value sheet.

    Parameters
    ----------
    settings : Settings
        The settings of a portfolio.

    Returns
    -------
    dict of str to object
        For every key of the schema a text, number, date, or None for a blank.
    """
    holidays = settings.holidays
    if not isinstance(holidays, str):
        holidays = " ".join(day.isoformat() for day in holidays)
    return {
        "name": settings.name,
        "start": settings.start,
        "currency": settings.currency,
        "status_date": settings.status_date,
        "timezone": settings.timezone,
        "working_days": " ".join(settings.working_days),
        "day_start": settings.day_start,
        "hours_per_day": settings.hours_per_day,
        "holidays": holidays or None,
        "severity": " ".join(f"{level}={number_text(share)}" for level, share in settings.severity),
    }
