"""The explorer: controls on the left, figures and pictures on the right."""

from __future__ import annotations

import gc
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets as w

from svcimpact.dashboard import long, views
from svcimpact.dashboard.apart import apart
from svcimpact.dashboard.button import LAYOUT, button
from svcimpact.dashboard.controls import Controls
from svcimpact.dashboard.lever_panel import BEST, LISTING, LeverPanel
from svcimpact.dashboard.opening import KINDS, fitting, opened
from svcimpact.dashboard.pictures import Kept, Pictures
from svcimpact.dashboard.take_away import TakeAway
from svcimpact.dashboard.work import Work
from svcimpact.errors import InputError, SvcimpactError
from svcimpact.incident.comparison import compare
from svcimpact.incident.outcome import Outcome
from svcimpact.incident.scenario import Scenario, in_zone
from svcimpact.incident.simulate import simulate
from svcimpact.portfolio import Portfolio
from svcimpact.reading import read
from svcimpact.wording import counted

_NO_SERVICES = "names no services. Fill in the tables services and support first."
_MANY = "Simulating many futures"


def explore(portfolio: Portfolio | str | Path, scenario: Scenario | None = None) -> Explorer:
    """Explore what incidents do to a portfolio, without code.

    Parameters
    ----------
    portfolio : Portfolio, str or pathlib.Path
        Validated tables, or where they are; faults of a file are shown in the page.
    scenario : Scenario, optional
        What the controls are set to at first.

    Returns
    -------
    Explorer
        Shown by JupyterLab as the last line of a cell.

    Examples
    --------
    >>> explorer = explore("data/tiny")
    >>> explorer.outcome.projects["project"].tolist()
    ['pages', 'checkout']
    """
    return Explorer(portfolio, scenario)


class Explorer:
    """What `explore` shows.

    Parameters
    ----------
    portfolio : Portfolio, str or pathlib.Path
        As in `explore`.
    scenario : Scenario, optional
        As in `explore`.
    served : bool
        Whether it is a page for somebody elsewhere: files are then only offered to download.

    Attributes
    ----------
    outcome : Outcome or None
        What is shown now; None while the input has faults.
    """

    def __init__(
        self,
        portfolio: Portfolio | str | Path,
        scenario: Scenario | None = None,
        *,
        served: bool = False,
    ) -> None:
        self.served = served
        self.outcome: Outcome | None = None
        self._standing = ""
        self._long: dict[str, Any] = {}
        self.pictures = Pictures()
        self.work = Work(self.warn, self._cancelled)
        self.controls: Controls | None = None
        self._build()
        try:
            found = portfolio if isinstance(portfolio, Portfolio) else read(portfolio)
            self._open(found, scenario)
        except SvcimpactError as error:
            self._fail(error)

    def _build(self) -> None:
        """Make everything that does not depend on the portfolio."""
        self.head, self.message, self.figures = w.HTML(), w.HTML(), w.HTML()
        self.before, self.picture, self.compared = (w.HTML() for _ in range(3))
        self.away = TakeAway(self.work, self._say, served=self.served)
        names = [*views.VIEWS, *long.VIEWS]
        self.view = w.ToggleButtons(options=names, value="Delays", style={"button_width": "104px"})
        self.view.observe(lambda _: self._draw(), "value")
        self.upload = w.FileUpload(
            accept=KINDS, multiple=False, description="Open a file", layout=LAYOUT,
            tooltip="A portfolio (.xlsx, .mpp, .xml, .xer) or a scenario (.toml)",
        )  # fmt: skip
        self.upload.observe(self._uploaded, "value")
        self.title = w.Text(
            placeholder="Name of the scenario", description="Name", continuous_update=False,
            layout=w.Layout(width="98%"), style={"description_width": "104px"},
        )  # fmt: skip
        self.title.observe(self._named, "value")
        self.levers = LeverPanel(self.work, self._say)
        self.keep_button = button("Keep as A", "Hold this to compare with", self._keep)
        self.drop_button = button("Drop A", "Compare no more", self._drop)
        self.save_button = button("Save scenario", "Write it as .toml here", self._save)
        self.pack_button = button("Make the pack", "Report, deck, tables, scenario", self._pack)
        self.left = w.VBox([], layout=w.Layout(width="360px", min_width="360px"))
        # Side by side on a projector, one above the other where that would be too small to read.
        pictures = w.HBox([self.before, self.picture], layout=w.Layout(flex_flow="row wrap"))
        for held in (self.before, self.picture):
            held.layout = w.Layout(flex="1 1 560px", min_width="0")
        row = [self.keep_button, self.drop_button, self.pack_button]
        if not self.served:
            row.insert(2, self.save_button)
        buttons = w.HBox(row, layout=w.Layout(flex_flow="row wrap"))
        self.right = w.VBox(
            [self.levers.fold.box, self.message, self.figures, self.view, self.work.box, pictures,
             self.compared, buttons, self.away.links],
            layout=w.Layout(flex="1 1 0", min_width="0", padding="0 0 0 16px"),
        )  # fmt: skip
        style = w.HTML(views.STYLE)
        self.page = w.VBox([style, self.head, w.HBox([self.left, self.right])])
        self.page.add_class("svci-page")

    def _repr_mimebundle_(self, **rest: Any) -> Any:
        # What is there now stays: to look through it for garbage would hold a slider up by 0.3 s.
        gc.freeze()
        return self.page._repr_mimebundle_(**rest)

    def _open(self, portfolio: Portfolio, scenario: Scenario | None = None) -> None:
        """Show another portfolio."""
        self.work.cancel()
        self.controls, self.title.value = None, "" if scenario is None else scenario.name
        self.portfolio = portfolio
        self.pictures.forget()
        name = escape(portfolio.settings.name)
        counts = (("projects", "project"), ("tasks", "task"), ("services", "service"))
        held = ", ".join(counted(len(getattr(portfolio, t)), one) for t, one in counts)
        self.head.value = (
            f'<div class="svci"><h1>{name}</h1><span class="muted">{held}. An incident strikes: '
            "restoring comes first, projects wait.</span></div>"
        )
        if not len(portfolio.services):
            self._only_a_file()
            self._blank()
            self._say([f"The portfolio {_NO_SERVICES}"])
            return
        if scenario is not None:
            fitting(scenario, portfolio)
        self.controls = Controls(portfolio, self.refresh)
        left = [] if scenario is None else self.controls.set_to(scenario)
        self.levers.open(self.controls)
        self.left.children = [self.controls.box, self.title, self.upload]
        self.refresh()
        if left:
            self._say(left)

    def refresh(self) -> None:
        """Simulate what the controls say, and show it."""
        collects = gc.isenabled()
        # Garbage is looked for when the picture has left.
        gc.disable()
        try:
            self._refresh()
        finally:
            if collects:
                gc.enable()

    def _refresh(self) -> None:
        if self.controls is None:
            return
        said = self.levers.let_go(self.portfolio)
        scenario, portfolio = self.controls.scenario(), self.portfolio
        self._asked, self.title.value = scenario, self.controls.name
        if self.work.doing in (_MANY, LISTING, BEST):
            # What comes of it would be of the scenario before.
            stopped = self.work.cancel()
            said += _stopped(stopped) if stopped != _MANY else []
        if not long.is_quick(portfolio, scenario.runs):
            come = partial(self._come, said=said)
            self.work.start(_MANY, partial(long.simulated, portfolio, scenario), come)
        else:
            try:
                self._show(simulate(portfolio, scenario))
            except InputError as error:
                self._fail(error)
                return
        if said:
            self._say(said)

    def _come(self, outcome: Outcome, said: list[str]) -> None:
        """Show what long work simulated, unless the controls say something else by now."""
        with self.pictures.lock:
            if outcome.scenario == in_zone(self._asked, self.portfolio.settings.timezone):
                self._show(outcome)
                if said:
                    self._say(said)

    def _show(self, outcome: Outcome) -> None:
        """Show another outcome."""
        assert self.controls is not None
        self.outcome, self._state = outcome, self.controls.state
        self._long = {}
        self._standing = views.standing(outcome, self.controls.pulled)
        self._say([])
        self.levers.show(outcome)
        self._enable(on=True)
        self.figures.value = views.figures(self.outcome)
        self._draw()
        if self.served:
            self.away.offer(self.controls.to_take_away())

    def _say(self, lines: list[str]) -> None:
        """Say something beside what has to be known as long as the figures are shown."""
        self.message.value = self._standing + views.note(lines)

    def _enable(self, *, on: bool) -> None:
        """Let buttons be pressed only while there is something to press them for."""
        for one in (
            *self.levers.buttons, self.keep_button, self.drop_button, self.save_button,
            self.pack_button, self.view,
        ):  # fmt: skip
            one.disabled = not on

    def _draw(self) -> None:
        """Draw the view that is chosen, beside A where there is one."""
        outcome, name = self.outcome, self.view.value
        if outcome is None:
            return
        if self.work.doing in long.TITLES:
            # What was worked out for the view before this one is of no use any more.
            self.work.cancel()
        if name in views.VIEWS:
            shown = self.pictures.of(name, outcome)
        elif name in self._long:
            shown = self._long[name]
        else:
            title, work, chart = long.VIEWS[name]
            shown = views.note([f"{title} …"])
            held = self._long

            def done(found: Any) -> None:
                with self.pictures.lock:
                    # What is held is another's as soon as another outcome is shown.
                    held[name] = self.pictures.draw(lambda: chart(found)).html
                    if held is self._long and self.view.value == name:
                        self._put_up(held[name])

            self.work.start(title, lambda step: work(outcome, step), done)
        self._put_up(shown)
        self._compare()

    def _put_up(self, shown: str) -> None:
        """Show the picture, under a heading where another stands beside it."""
        head = "" if self.pictures.kept is None else "<div class='svci'><h2>B, now</h2></div>"
        self.picture.value = head + shown

    def _compare(self) -> None:
        kept, outcome = self.pictures.kept, self.outcome
        if kept is None or outcome is None:
            self.before.value = self.compared.value = ""
            self.before.layout.display = "none"
            return
        self.before.layout.display = ""
        self.before.value = self.pictures.of_kept(self.view.value)
        names = apart(self.portfolio, kept.outcome.scenario, outcome.scenario)
        self.compared.value = views.difference(compare(kept.outcome, outcome), *names)

    def _keep(self) -> None:
        if self.outcome is not None:
            self.pictures.kept = Kept(self.outcome, self._long)
            self._draw()

    def _drop(self) -> None:
        self.pictures.kept = None
        self._draw()

    def _blank(self) -> None:
        self.outcome = self.levers.outcome = None
        self._standing = ""
        for held in (self.figures, self.picture, self.before, self.compared, self.away.links):
            held.value = ""
        self._enable(on=False)

    def _fail(self, error: SvcimpactError) -> None:
        """Show faults; the figures of what was before them are gone."""
        self._blank()
        self.message.value = views.faults(error)
        if self.controls is None:
            self._only_a_file()

    def _cancelled(self, doing: str) -> None:
        """Say what was stopped, and go back to what is there."""
        if doing == _MANY and self.outcome is not None and self.controls is not None:
            # Controls and figures have to tell of the same scenario.
            self.controls.back_to(self._state)
            self.title.value = self.controls.name
        elif doing in long.TITLES and doing == long.VIEWS.get(self.view.value, ("",))[0]:
            self.view.value = "Delays"
        if doing:
            self._say(_stopped(doing))

    def warn(self, error: SvcimpactError) -> None:
        """Show faults beside what is there.

        Parameters
        ----------
        error : SvcimpactError
            What went wrong.
        """
        self.message.value = views.faults(error)

    def _only_a_file(self) -> None:
        """Leave nothing to do but to open another file."""
        self.left.children = [self.upload]
        self.levers.close()

    def _named(self, change: Any) -> None:
        if self.controls is not None:
            name = change["new"].strip()
            if name != self.controls.name:
                self.controls.name = name
                self.refresh()

    def _uploaded(self, change: Any) -> None:
        """Open what was handed in: a portfolio, or a scenario for the one that is open."""
        if not change["new"]:
            return
        given = change["new"][0]
        self.upload.value = ()
        try:
            found = opened(given["name"], bytes(given["content"]))
            if isinstance(found, Scenario):
                self._take(found)
            elif self.controls is not None and not len(found.services):
                self._say([f"{given['name']}: {_NO_SERVICES}"])
            else:
                self._open(found)
        except SvcimpactError as error:
            # What is open stays open.
            self.warn(error)

    def _take(self, scenario: Scenario) -> None:
        """Set the controls to a scenario."""
        if self.controls is None:
            self._say(["Open a portfolio first: a scenario is one for its services."])
            return
        left = self.controls.set_to(fitting(scenario, self.portfolio))
        self.title.value = self.controls.name
        self.refresh()
        if self.outcome is not None and left:
            self._say(left)

    def _save(self) -> None:
        """Write the scenario beside the notebook."""
        if self.outcome is not None and self.controls is not None:
            self.away.save(self.controls.to_take_away())

    def _pack(self) -> None:
        """Make the pack, and offer it to download."""
        if self.outcome is None or self.controls is None:
            return
        outcome = self.outcome
        self.away.pack(
            self.portfolio, self.controls.to_take_away(), lambda: self.outcome is outcome
        )


def _stopped(doing: str) -> list[str]:
    return [f"Stopped: {doing[0].lower()}{doing[1:]}."]
