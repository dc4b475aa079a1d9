"""What a user sets: an incident, the rules, and the levers that are pulled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import ipywidgets as w
import pandas as pd

from svcimpact.dashboard.fold import Fold
from svcimpact.incident.actions import Action
from svcimpact.incident.scenario import Incident, Scenario
from svcimpact.portfolio import Portfolio
from svcimpact.response.judge import Levers
from svcimpact.response.lever_words import ORDERS, in_words, names_of
from svcimpact.wording import day

LONGEST = 240  # hours; a slider that reaches further is coarse where most incidents are
MOST_DAYS = 400
LEAST_RUNS = 1000  # futures of what is taken away; the controls may look at fewer
RUNS = {"200, quick": 200, "500": 500, "2,000": 2000, "10,000, slow": 10_000}
# The scenario that the controls start from, and what each of them says.
State = tuple[Scenario, tuple[Any, ...]]
_KNOWN = "known"
_SPREAD = "uncertain"
_LOG = "as logged"
_WIDE = w.Layout(width="98%")
_STYLE = {"description_width": "104px"}


class Controls:
    """The controls for one portfolio.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    changed : callable
        Is called after a control was changed, once a slider is released.
    """

    def __init__(self, portfolio: Portfolio, changed: Callable[[], None]) -> None:
        self.portfolio, self._changed = portfolio, changed
        self._quiet = False
        # What the controls do not reach stays as the scenario that was opened has it.
        self._base = Scenario("", runs=LEAST_RUNS)
        self._incident()
        self._rules()
        self.levers = w.SelectMultiple(
            options=[], rows=7, layout=_WIDE, tooltip="Ctrl or Shift takes several"
        )
        self.service.observe(self._other_service, "value")
        for control in self.all:
            control.observe(self._tell, "value")
        self.median.observe(self._bound, "value")
        self.lasts.observe(self._show_lengths, "value")
        self._show_lengths()

    def _incident(self) -> None:
        portfolio = self.portfolio
        names = names_of(portfolio, "services")
        served = portfolio.support["service"].value_counts()
        first = next((s for s in served.index if s in names), next(iter(names), None))
        self.service = w.Dropdown(
            options=[(f"{name} ({service})", service) for service, name in names.items()],
            value=first,
            description="Service",
            layout=_WIDE,
            style=_STYLE,
        )
        levels = dict(portfolio.settings.severity)
        self.severity = w.Dropdown(
            options=[(f"{k}: {100 * share:g} % of its staff", k) for k, share in levels.items()],
            description="Severity",
            layout=_WIDE,
            style=_STYLE,
        )
        days = _days(portfolio)
        self.day = w.SelectionSlider(
            options=days,
            value=_first(portfolio, days),
            description="Strikes on",
            continuous_update=False,
            layout=_WIDE,
            style=_STYLE,
        )
        self.hour = _whole("at hour", 10, 0, 23)
        can = [_KNOWN, _SPREAD] + [_LOG] * bool(portfolio.incidents["restored"].notna().any())
        self.lasts = w.ToggleButtons(
            options=can, value=_SPREAD, description="Restoration", style={"button_width": "104px"}
        )
        self.median = _whole("median, hours", 16, 1, LONGEST)
        self.p90 = _whole("P90, hours", 72, 16, 2 * LONGEST)

    def _rules(self) -> None:
        self.freeze = _whole("freeze after, h", 0, 0, 336)
        self.aftermath = _whole("aftermath, h", 0, 0, 336)
        self.share = w.IntSlider(
            25, 0, 100, 5, description="its staff, %", continuous_update=False,
            layout=_WIDE, style=_STYLE,
        )  # fmt: skip
        self.resume = w.FloatSlider(
            0, min=0, max=8, step=0.5, description="resume cost, h", continuous_update=False,
            layout=_WIDE, style=_STYLE, readout_format=".1f",
        )  # fmt: skip
        self.least = w.IntSlider(
            50, 5, 100, 5, description="least share, %", continuous_update=False,
            layout=_WIDE, style=_STYLE,
        )  # fmt: skip
        self.order = w.Dropdown(
            options=[("plan", "plan"), *((words, key) for key, words in ORDERS.items())],
            description="hand back by",
            layout=_WIDE,
            style=_STYLE,
        )
        self.runs = w.Dropdown(
            options=RUNS.items(), value=200, description="futures", layout=_WIDE, style=_STYLE
        )
        self.seed = w.BoundedIntText(
            1, 0, 2**31 - 1, description="seed", layout=_WIDE, style=_STYLE
        )

    @property
    def all(self) -> tuple[Any, ...]:
        """Every control whose change makes another scenario."""
        return (
            self.service, self.severity, self.day, self.hour, self.lasts, self.median, self.p90,
            self.freeze, self.aftermath, self.share, self.resume, self.least, self.order,
            self.runs, self.seed, self.levers,
        )  # fmt: skip

    @property
    def box(self) -> Any:
        """The incident's controls, and those of the rules, folded."""
        rules = w.VBox(
            [self.freeze, self.aftermath, self.share, self.resume, self.least, self.order,
             self.runs, self.seed]
        )  # fmt: skip
        folded = Fold("Aftermath, rules, futures", rules).box
        incident = [self.service, self.severity, self.day, self.hour]
        return w.VBox([*incident, self.lasts, self.median, self.p90, folded])

    @property
    def name(self) -> str:
        """What the scenario is called; blank for the service that is down."""
        return self._base.name

    @name.setter
    def name(self, name: str) -> None:
        self._base = replace(self._base, name=name)

    def scenario(self) -> Scenario:
        """Return what is set.

        Returns
        -------
        Scenario
            The incident, the rules, the levers, and as many futures as are looked at.
        """
        service = names_of(self.portfolio, "services")[self.service.value]
        pulled = self.levers.value
        orders = [lever.order for lever in pulled if lever.order != "plan"]
        return replace(
            self._base,
            name=self._base.name or f"{service} is down",
            incidents=(self._struck(), *self._base.incidents[1:]),
            runs=self.runs.value,
            seed=self.seed.value,
            min_share=self.least.value / 100,
            resume_hours=self.resume.value,
            order=orders[0] if orders else self.order.value,
            actions=tuple(action for lever in pulled for action in lever.actions),
        )

    def to_take_away(self) -> Scenario:
        """Return what is set, with futures enough for a committee.

        Returns
        -------
        Scenario
            With as many as the scenario that was opened has, 1,000 at least.
        """
        told = self.scenario()
        return replace(told, runs=max(told.runs, self._base.runs))

    def _struck(self) -> Incident:
        told = self._base.incidents[:1]
        base = told[0] if told else Incident(self.service.value, self.day.value, hours=1.0)
        length: dict[str, Any] = {"hours": None, "median_hours": None, "p90_hours": None}
        if self.lasts.value == _LOG:
            length |= {"from_log": True}
        else:
            fits = base.distribution in ("lognormal", "weibull", "gamma")
            length |= {
                "from_log": False,
                "distribution": base.distribution if fits else "lognormal",
            }
            if self.lasts.value == _KNOWN or self.p90.value <= self.median.value:
                length["hours"] = float(self.median.value)
            else:
                length["median_hours"] = float(self.median.value)
                length["p90_hours"] = float(self.p90.value)
        return replace(
            base,
            service=self.service.value,
            start=self.day.value + pd.Timedelta(hours=self.hour.value),
            severity=self.severity.value,
            aftermath_hours=float(self.aftermath.value),
            aftermath_share=self.share.value / 100 if self.aftermath.value else 0.0,
            freeze_after_hours=float(self.freeze.value),
            **length,
        )

    def set_to(self, scenario: Scenario) -> list[str]:
        """Set the controls as a scenario has it, as far as they reach.

        Parameters
        ----------
        scenario : Scenario
            With an incident at least.

        Returns
        -------
        list of str
            What they do not reach, in words.
        """
        left: list[str] = []
        if not scenario.incidents:
            return ["The scenario has no stated incident: nothing was set."]
        incident = scenario.incidents[0]
        if incident.service not in {value for _, value in self.service.options}:
            return [f"The portfolio has no service {incident.service}: nothing was set."]
        self._quiet = True
        try:
            self._base = scenario
            self.service.value = incident.service
            if incident.severity in {value for _, value in self.severity.options}:
                self.severity.value = incident.severity
            else:
                left.append(f"There is no severity {incident.severity} here.")
            left += self._set_start(incident.start)
            left += self._set_length(incident)
            _put(self.freeze, incident.freeze_after_hours, left)
            _put(self.aftermath, incident.aftermath_hours, left)
            _put(self.share, 100 * incident.aftermath_share, left)
            _put(self.resume, scenario.resume_hours, left)
            _put(self.least, 100 * scenario.min_share, left)
            self.order.value = scenario.order
            self.seed.value = scenario.seed
            self.offer([Levers((action,)) for action in scenario.actions], all_of_them=True)
        finally:
            self._quiet = False
        return left

    def _set_start(self, start: pd.Timestamp) -> list[str]:
        wanted = start.tz_localize(None) if start.tz is not None else start
        dates = [value for _, value in self.day.options]
        nearest = min(dates, key=lambda when: abs(when - wanted.normalize()))
        self.day.value, self.hour.value = nearest, wanted.hour
        moved = nearest != wanted.normalize() or wanted.minute != 0
        return [f"It strikes at {wanted}: the nearest there is was taken."] if moved else []

    def _set_length(self, incident: Incident) -> list[str]:
        left: list[str] = []
        if incident.from_log:
            if _LOG not in self.lasts.options:
                return ["It takes restoration times from a log, and there is none."]
            self.lasts.value = _LOG
        elif incident.hours is not None:
            self.lasts.value = _KNOWN
            _put(self.median, incident.hours, left)
        else:
            assert incident.p90_hours is not None
            self.lasts.value = _SPREAD
            _put(self.median, incident.median_hours or 0.0, left)
            _put(self.p90, incident.p90_hours, left)
        return left

    def offer(self, levers: list[Levers], *, all_of_them: bool = False) -> None:
        """Offer levers to pull.

        Parameters
        ----------
        levers : list of Levers
            Single levers.
        all_of_them : bool
            Whether all are pulled at once.
        """
        self.levers.options = [(in_words(self.portfolio, lever), lever) for lever in levers]
        if all_of_them:
            self.levers.value = tuple(levers)

    @property
    def state(self) -> State:
        """What is set, to come back to."""
        return self._base, tuple(control.value for control in self.all)

    def back_to(self, state: State) -> None:
        """Set everything as it was, and tell nobody.

        Parameters
        ----------
        state : tuple
            What `state` was then.
        """
        self._base, values = state
        self._quiet = True
        try:
            for control, value in zip(self.all, values, strict=True):
                control.value = value
        finally:
            self._quiet = False

    def pull_none(self) -> None:
        """Let go of every lever, and tell nobody."""
        self._quiet = True
        self.levers.value = ()
        self._quiet = False

    @property
    def pulled(self) -> str:
        """The levers that are pulled, in words; nothing for none."""
        return "; ".join(in_words(self.portfolio, lever) for lever in self.levers.value)

    def pull(self, actions: tuple[Action, ...], order: str) -> None:
        """Pull levers of those on offer.

        Parameters
        ----------
        actions : tuple of Action
            Those to pull.
        order : str
            The order of handing back that goes with them.
        """
        self.levers.value = tuple(
            lever for _, lever in self.levers.options if is_among(lever, actions, order)
        )

    def _tell(self, _: object) -> None:
        if not self._quiet:
            self._changed()

    def _other_service(self, _: object) -> None:
        """Forget the name: it was another service's."""
        if not self._quiet:
            self.name = ""

    def _bound(self, _: object) -> None:
        """Hold the P90 above the median."""
        self.p90.min = self.median.value

    def _show_lengths(self, _: object = None) -> None:
        chosen = self.lasts.value
        self.median.description = "hours" if chosen == _KNOWN else "median, hours"
        self.median.layout.display = "none" if chosen == _LOG else ""
        self.p90.layout.display = "" if chosen == _SPREAD else "none"


def is_among(lever: Levers, actions: tuple[Action, ...], order: str) -> bool:
    """Return whether a single lever is one of a set.

    Parameters
    ----------
    lever : Levers
        An action, or an order of handing back.
    actions : tuple of Action
        Those of the set.
    order : str
        The order of the set.

    Returns
    -------
    bool
        True where it is.
    """
    return lever.actions[0] in actions if lever.actions else lever.order == order


def _whole(words: str, value: int, least: int, most: int) -> Any:
    return w.IntSlider(
        value, least, most, description=words, continuous_update=False, layout=_WIDE, style=_STYLE
    )


def _put(slider: Any, value: float, left: list[str]) -> None:
    """Set a slider to the nearest that it can show."""
    step = slider.step or 1
    nearest = min(max(round(value / step) * step, slider.min), slider.max)
    slider.value = type(slider.value)(nearest)
    if abs(nearest - value) > 1e-9:
        left.append(f"{slider.description}: {value:g} is shown as {nearest:g}.")


def _first(portfolio: Portfolio, days: list[tuple[str, pd.Timestamp]]) -> pd.Timestamp:
    """Return a working day while the plan runs, a quarter of its starts away."""
    starts = portfolio.tasks["planned_start"].dropna()
    at = days[0][1]
    if not starts.empty:
        at = max(starts.sort_values().iloc[len(starts) // 4].normalize(), at)
    clock = portfolio.calendar
    at = pd.Timestamp(clock.when(clock.hours(at))).normalize()
    dates = [when for _, when in days]
    return min(dates, key=lambda when: abs(when - at))


def _days(portfolio: Portfolio) -> list[tuple[str, pd.Timestamp]]:
    """Return the days of the plan, from the status date on, with their labels."""
    settings = portfolio.settings
    begin = (settings.status_date or settings.start).normalize()
    last = portfolio.tasks["planned_start"].max()
    least = begin + pd.Timedelta(days=30)
    end = least if pd.isna(last) else max(pd.Timestamp(last), least)
    dates = list(pd.date_range(begin, end, freq="D"))[:MOST_DAYS]
    year = dates[0].year != dates[-1].year
    return [(day(when, brief=True, weekday=not year, year=year), when) for when in dates]
