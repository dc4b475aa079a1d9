"""Escalate or hold, in words that can be read out to senior management."""

from __future__ import annotations

from typing import Any

import pandas as pd

from svcimpact.incident.estimates import Z95
from svcimpact.wording import chance, chance_with_error, day, money, number


def verdict_in_words(row: dict[str, Any], currency: str, threshold: float) -> str:
    """Return the verdict on one project, with what speaks for and against it.

    Parameters
    ----------
    row : dict
        Of the table of `svcimpact.response.escalate.Escalation`.
    currency : str
        ISO 4217 code.
    threshold : float
        Likelihood from which it is worth asking.

    Returns
    -------
    str
        One to four sentences.
    """
    name = row["name"]
    if row["verdict"] == "never":
        return f"{name}: do not escalate. {row['reason']}"
    if pd.isna(row["net"]):
        return f"{name}: hold. {row['reason']}"
    if row["project_gain"] <= Z95 * row["project_gain_se"]:
        return f"{name}: hold. Keeping {row['responders']} would not bring it forward."
    gain = money(row["project_gain"], currency, error=row["project_gain_se"])
    if not row["service_loss"] > 0 and row["extra_outage_hours"] > 0:
        return _unpriced(row, gain, currency)
    loss = money(row["service_loss"], currency, error=row["service_loss_se"])
    others = row["others_loss"]
    also = f", other projects {'lose' if others > 0 else 'gain'} "
    also += money(abs(others), currency, error=row["others_loss_se"])
    likely = chance_with_error(row["likelihood"], row["likelihood_se"])
    short = row["verdict"] == "hold" and row["likelihood"] < threshold
    text = (
        f"{name}: {row['verdict']}. Keeping {row['responders']} would save the project "
        f"{gain}; the service loses {loss}{also if abs(others) > 0.5 else ''}. The gain "
        f"outweighs the loss in {likely} of futures (alpha {row['alpha']:g})"
        f"{f', short of the {chance(threshold)} asked for' if short else ''}."
    )
    text += _breakeven(row, currency)
    if pd.notna(row["ask_again"]):
        when = day(row["ask_again"], time=True)
        text += f" Ask again on {when} if the incident is still open."
    return text


def _breakeven(row: dict[str, Any], currency: str) -> str:
    """Say up to which cost of an outage it pays, where it lasts longer."""
    at_most = row["breakeven_outage_cost_per_hour"]
    if pd.isna(at_most) or not row["extra_outage_hours"] > 0:
        return ""
    if at_most <= 0:
        return " It would not pay even if the outage cost nothing."
    pays = "would pay only if the outage cost"
    if row["net"] > 0:
        pays = "pays as long as the outage costs"
    return (
        f" On average it {pays} less than {_at_most(row, currency)} an hour; it costs "
        f"{money(row['outage_cost_per_hour'], currency)}."
    )


def _unpriced(row: dict[str, Any], gain: str, currency: str) -> str:
    """Say from which cost on it would not pay, where the tables tell none."""
    return (
        f"{row['name']}: hold. Keeping {row['responders']} would save the project {gain}, and "
        f"the outage would last {number(row['extra_outage_hours'], 1)} hours longer; what an "
        "hour of it costs no table tells (services, outage_cost_per_hour). It would pay on "
        f"average if it cost less than {_at_most(row, currency)}."
    )


def _at_most(row: dict[str, Any], currency: str) -> str:
    error = float(row["breakeven_outage_cost_per_hour_se"])
    at_most = max(float(row["breakeven_outage_cost_per_hour"]), 0.0)
    return money(at_most, currency, error=error)
