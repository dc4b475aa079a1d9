"""The panel of levers: list them, find the best, pull some or none."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import ipywidgets as w

from svcimpact.dashboard import long
from svcimpact.dashboard.button import button
from svcimpact.dashboard.controls import Controls, is_among
from svcimpact.dashboard.fold import Fold
from svcimpact.dashboard.work import Work
from svcimpact.incident.outcome import Outcome
from svcimpact.incident.scenario import in_zone, scenario_faults
from svcimpact.portfolio import Portfolio
from svcimpact.response.contingency import ContingencyPlan
from svcimpact.response.judge import Levers
from svcimpact.wording import counted

LISTING = "Listing the levers"
BEST = "Looking for the best 3 levers"
_HEAD = "Levers: what could be done"


class LeverPanel:
    """What can be done, behind a button.

    Parameters
    ----------
    work : Work
        Does what takes long.
    say : callable
        Shows lines of text.
    """

    def __init__(self, work: Work, say: Callable[[list[str]], None]) -> None:
        self.work, self.say = work, say
        self.controls: Controls | None = None
        self.outcome: Outcome | None = None
        self.list_button = button("List the levers", "What the tables allow", self._list)
        self.best_button = button("Find the best 3", "By simulation", self._find)
        self.clear_button = button("Pull none", "No lever at all", self._clear)
        self.buttons = (self.list_button, self.best_button, self.clear_button)
        self.choice = w.VBox()
        self.fold = Fold(_HEAD, self.choice)

    def open(self, controls: Controls) -> None:
        """Show the levers of a portfolio.

        Parameters
        ----------
        controls : Controls
            Of the portfolio; what is pulled is theirs.
        """
        self.controls, self.outcome = controls, None
        self.choice.children = [w.HBox(self.buttons), controls.levers]
        self.fold.box.layout.display = ""

    def close(self) -> None:
        """Show nothing: there is no portfolio."""
        self.controls = self.outcome = None
        self.fold.box.layout.display = "none"

    def show(self, outcome: Outcome) -> None:
        """Look for levers in another outcome from now on, and tell how many are pulled.

        Parameters
        ----------
        outcome : Outcome
            What is shown.
        """
        self.outcome = outcome
        count = 0 if self.controls is None else len(self.controls.levers.value)
        self.fold.call(f"{_HEAD}; {count} pulled" if count else _HEAD)

    def let_go(self, portfolio: Portfolio) -> list[str]:
        """Let go of levers that do not fit what the controls say now.

        Parameters
        ----------
        portfolio : Portfolio
            What the controls are for.

        Returns
        -------
        list of str
            Which ones, in a sentence; empty when all fit.
        """
        controls = self.controls
        if controls is None or not controls.pulled:
            return []
        pulled = controls.pulled
        if not scenario_faults(
            in_zone(controls.scenario(), portfolio.settings.timezone), portfolio
        ):
            return []
        controls.pull_none()
        return [f"Not pulled any more, as it does not fit this incident: {pulled}."]

    def _list(self) -> None:
        """Offer every single lever that could matter."""
        if self.outcome is not None:
            self.work.start(LISTING, partial(long.levers, self.outcome), self._offer)

    def _offer(self, levers: list[Levers]) -> None:
        assert self.controls is not None
        self.controls.offer(levers)
        self.say([f"{counted(len(levers), 'lever')} could be pulled. Choose one or several."])

    def _find(self) -> None:
        """Look for the best three, offer all, and pull those."""
        if self.outcome is not None:
            self.work.start(BEST, partial(long.planned, self.outcome), self._pull)

    def _pull(self, plan: ContingencyPlan) -> None:
        assert self.controls is not None
        chosen = plan.levers.actions, plan.levers.order
        # Those that are pulled stand on top, to be seen.
        singles = [one.levers for one in plan.searched.singles]
        self._offer(sorted(singles, key=lambda one: not is_among(one, *chosen)))
        self.controls.pull(*chosen)
        self.say(plan.sentences()[:1])

    def _clear(self) -> None:
        if self.controls is not None:
            self.controls.levers.value = ()
