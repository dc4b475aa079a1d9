"""The explorer: controls on the left, figures and pictures on the right."""

from __future__ import annotations

import gc
import re
import tempfile
import threading
from collections.abc import Callable
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets as w
from matplotlib.axes import Axes

from svcimpact.dashboard import long, views
from svcimpact.dashboard.controls import Controls
from svcimpact.dashboard.pack import pack
from svcimpact.dashboard.work import Work
from svcimpact.errors import InputError, InvalidScenarioError, SvcimpactError, fault_frame
from svcimpact.incident.comparison import compare
from svcimpact.incident.outcome import Outcome
from svcimpact.incident.scenario import Scenario, in_zone, scenario_faults
from svcimpact.incident.simulate import simulate
from svcimpact.portfolio import Portfolio
from svcimpact.reading import read
from svcimpact.response.contingency import ContingencyPlan
from svcimpact.response.judge import Levers
from svcimpact.wording import counted

KINDS = ".xlsx,.mpp,.xml,.xer,.toml"
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
        self._kept: tuple[Outcome, dict[str, str]] | None = None
        self._long: dict[str, Any] = {}
        # Charts share the state of one drawing library.
        self._drawing = threading.RLock()
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
        self.before, self.picture, self.compared, self.links = (w.HTML() for _ in range(4))
        names = [*views.VIEWS, *long.VIEWS]
        self.view = w.ToggleButtons(options=names, value="Delays", style={"button_width": "104px"})
        self.view.observe(lambda _: self._draw(), "value")
        self.upload = w.FileUpload(
            accept=KINDS, multiple=False, description="Open a file", layout=_BUTTON,
            tooltip="A portfolio (.xlsx, .mpp, .xml, .xer) or a scenario (.toml)",
        )  # fmt: skip
        self.upload.observe(self._uploaded, "value")
        self.title = w.Text(
            placeholder="Name of the scenario", description="Name", continuous_update=False,
            layout=w.Layout(width="98%"), style={"description_width": "104px"},
        )  # fmt: skip
        self.title.observe(self._named, "value")
        self.list_button = _button("List the levers", "What the tables allow", self._list_levers)
        self.best_button = _button("Find the best 3", "By simulation", self._best_levers)
        self.clear_button = _button("Pull none", "No lever at all", self._no_levers)
        self.keep_button = _button("Keep as A", "Hold this to compare with", self._keep)
        self.drop_button = _button("Drop A", "Compare no more", self._drop)
        self.save_button = _button("Save scenario", "Write it as .toml here", self._save)
        self.pack_button = _button("Make the pack", "Report, deck, tables, scenario", self._pack)
        self.left = w.VBox([], layout=w.Layout(width="360px", min_width="360px"))
        self.choice = w.VBox()
        self.levers = w.Accordion(
            [self.choice], titles=("Levers: what could be done",), selected_index=None
        )
        # Side by side on a projector, one above the other where that would be too small to read.
        pictures = w.HBox([self.before, self.picture], layout=w.Layout(flex_flow="row wrap"))
        for held in (self.before, self.picture):
            held.layout = w.Layout(flex="1 1 560px", min_width="0")
        buttons = [self.keep_button, self.drop_button, self.pack_button]
        if not self.served:
            buttons.insert(2, self.save_button)
        self.right = w.VBox(
            [self.levers, self.message, self.figures, self.view, self.work.box, pictures,
             self.compared, w.HBox(buttons, layout=w.Layout(flex_flow="row wrap")), self.links],
            layout=w.Layout(flex="1 1 0", min_width="0", padding="0 0 0 16px"),
        )  # fmt: skip
        style = w.HTML(views.STYLE)
        self.page = w.VBox([style, self.head, w.HBox([self.left, self.right])])

    def _repr_mimebundle_(self, **rest: Any) -> Any:
        # What is there now stays: to look through it for garbage would hold a slider up by 0.3 s.
        gc.freeze()
        return self.page._repr_mimebundle_(**rest)

    def _open(self, portfolio: Portfolio, scenario: Scenario | None = None) -> None:
        """Show another portfolio."""
        self.work.cancel()
        self.controls, self.title.value = None, "" if scenario is None else scenario.name
        self._kept, self.portfolio = None, portfolio
        self._drawn: dict[tuple[str, object], str] = {}
        name = escape(portfolio.settings.name)
        counts = (("projects", "project"), ("tasks", "task"), ("services", "service"))
        held = ", ".join(counted(len(getattr(portfolio, t)), one) for t, one in counts)
        self.head.value = (
            f'<div class="svci"><h1>{name}</h1><span class="muted">{held}. An incident strikes: '
            "restoring comes first, projects wait.</span></div>"
        )
        if not len(portfolio.services):
            self._only_a_file()
            self.message.value = views.note([f"The portfolio {_NO_SERVICES}"])
            self._blank()
            return
        if scenario is not None:
            self._fitting(scenario, portfolio)
        self.controls = Controls(portfolio, self.refresh)
        left = [] if scenario is None else self.controls.set_to(scenario)
        buttons = w.HBox([self.list_button, self.best_button, self.clear_button])
        self.choice.children = [buttons, self.controls.levers]
        self.left.children = [self.controls.box, self.title, self.upload]
        self.levers.layout.display = ""
        self.refresh()
        if left:
            self.message.value = views.note(left)

    def _fitting(self, scenario: Scenario, portfolio: Portfolio) -> Scenario:
        """Return a scenario, or raise where it does not fit the portfolio."""
        found = scenario_faults(in_zone(scenario, portfolio.settings.timezone), portfolio)
        if found:
            raise InvalidScenarioError("The scenario does not fit.", fault_frame(found))
        return scenario

    def refresh(self) -> None:
        """Simulate what the controls say, and show it."""
        if self.controls is None:
            return
        scenario, portfolio = self.controls.scenario(), self.portfolio
        self._asked, self.title.value = scenario, self.controls.name
        if self.work.doing == _MANY:
            self.work.cancel()
        if not long.is_quick(portfolio, scenario.runs):
            self.work.start(_MANY, partial(long.simulated, portfolio, scenario), self._come)
            return
        try:
            self._show(simulate(portfolio, scenario))
        except InputError as error:
            self._fail(error)

    def _come(self, outcome: Outcome) -> None:
        """Show what long work simulated, unless the controls say something else by now."""
        with self._drawing:
            if outcome.scenario == in_zone(self._asked, self.portfolio.settings.timezone):
                self._show(outcome)

    def _show(self, outcome: Outcome) -> None:
        """Show another outcome."""
        self.outcome = outcome
        self.message.value = ""
        self._long = {}
        self.figures.value = views.figures(self.outcome)
        self._draw()
        self._link()

    def _draw(self) -> None:
        """Draw the view that is chosen, beside A where there is one."""
        outcome, name = self.outcome, self.view.value
        if outcome is None:
            return
        if self.work.doing in long.TITLES:
            # What was worked out for the view before this one is of no use any more.
            self.work.cancel()
        if name in views.VIEWS:
            shown = self._quick(name, outcome)
        elif name in self._long:
            shown = self._long[name]
        else:
            title, work, chart = long.VIEWS[name]
            shown = views.note([f"{title} …"])
            held = self._long

            def done(found: Any) -> None:
                with self._drawing:
                    # What is held is another's as soon as another outcome is shown.
                    held[name] = self._pictured(lambda: chart(found))
                    if held is self._long and self.view.value == name:
                        self._put_up(held[name])

            self.work.start(title, lambda step: work(outcome, step), done)
        self._put_up(shown)
        self._compare()

    def _put_up(self, shown: str) -> None:
        """Show the picture, under a heading where another stands beside it."""
        head = "" if self._kept is None else "<div class='svci'><h2>B, now</h2></div>"
        self.picture.value = head + shown

    def _quick(self, name: str, outcome: Outcome) -> str:
        """Return a picture that is drawn at once; one that shows the same again is kept."""
        if name not in views.SHOWS:
            return self._pictured(lambda: views.VIEWS[name](outcome))
        key = name, views.SHOWS[name](outcome)
        if key not in self._drawn:
            self._drawn[key] = self._pictured(lambda: views.VIEWS[name](outcome))
        return self._drawn[key]

    def _pictured(self, chart: Callable[[], Axes]) -> str:
        with self._drawing:
            return f'<div class="svci">{views.picture(chart)}</div>'

    def _compare(self) -> None:
        if self._kept is None or self.outcome is None:
            self.before.value = self.compared.value = ""
            self.before.layout.display = "none"
            return
        first, name = self._kept[0], self.view.value
        self.before.layout.display = ""
        shown = name if name in views.VIEWS else "Delays"
        held = self._kept[1].get(name) or self._quick(shown, first)
        self.before.value = f"<div class='svci'><h2>A</h2></div>{held}"
        table = compare(first, self.outcome)
        names = first.scenario.name, self.outcome.scenario.name
        self.compared.value = views.difference(table, *names)

    def _keep(self) -> None:
        if self.outcome is not None:
            self._kept = (self.outcome, self._long)
            self._draw()

    def _drop(self) -> None:
        self._kept = None
        self._draw()

    def _blank(self) -> None:
        self.outcome = None
        for held in (self.figures, self.picture, self.before, self.compared, self.links):
            held.value = ""

    def _fail(self, error: SvcimpactError) -> None:
        """Show faults; the figures of what was before them are gone."""
        self._blank()
        self.message.value = views.faults(error)
        if self.controls is None:
            self._only_a_file()

    def _cancelled(self, doing: str) -> None:
        """Say what was stopped, and go back to what is there."""
        if doing == _MANY and self.outcome is not None and self.controls is not None:
            self.controls.back_to(self.outcome.scenario.runs)
        elif doing in long.TITLES and doing == long.VIEWS.get(self.view.value, ("",))[0]:
            self.view.value = "Delays"
        if doing:
            self.message.value = views.note([f"Stopped: {doing[0].lower()}{doing[1:]}."])

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
        self.left.children, self.levers.layout.display = [self.upload], "none"

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
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / Path(given["name"]).name
            path.write_bytes(bytes(given["content"]))
            try:
                if path.suffix.lower() == ".toml" and self.controls is not None:
                    told = self._fitting(Scenario.read(path), self.portfolio)
                    left = self.controls.set_to(told)
                    self.title.value = self.controls.name
                    self.refresh()
                    if self.outcome is not None:
                        self.message.value = views.note(left)
                else:
                    found = read(path)
                    if self.controls is not None and not len(found.services):
                        self.message.value = views.note([f"{given['name']}: {_NO_SERVICES}"])
                    else:
                        self._open(found)
            except SvcimpactError as error:
                # What is open stays open; where the page keeps a file meanwhile is not told.
                said = views.faults(error)
                self.message.value = said.replace(escape(str(Path(folder, "x"))[:-1]), "")

    def _list_levers(self) -> None:
        """Offer every single lever that could matter."""
        outcome = self.outcome
        if outcome is not None:
            self.work.start("Listing the levers", partial(long.levers, outcome), self._offer)

    def _offer(self, levers: list[Levers]) -> None:
        assert self.controls is not None
        self.controls.offer(levers)
        self.message.value = views.note(
            [f"{counted(len(levers), 'lever')} could be pulled. Choose one or several."]
        )

    def _best_levers(self) -> None:
        """Look for the best three, offer all, and pull those."""
        outcome = self.outcome
        if outcome is None:
            return

        def done(plan: ContingencyPlan) -> None:
            assert self.controls is not None
            self._offer([one.levers for one in plan.searched.singles])
            self.controls.pull(plan.levers.actions, plan.levers.order)
            self.message.value = views.note(plan.sentences()[:2])

        self.work.start("Looking for the best 3 levers", partial(long.planned, outcome), done)

    def _no_levers(self) -> None:
        if self.controls is not None:
            self.controls.levers.value = ()

    def _link(self) -> None:
        """Offer the scenario to download; JupyterLab lets no file through, and saves instead."""
        if self.served and self.controls is not None:
            scenario = self.controls.to_take_away()
            data, name = _toml(scenario), f"{_file_name(scenario.name)}.toml"
            link = views.download(name, data, "Download the scenario (.toml)", "application/toml")
            self.links.value = f'<div class="svci">{link}</div>'

    def _save(self) -> None:
        """Write the scenario beside the notebook."""
        if self.outcome is not None and self.controls is not None:
            scenario = self.controls.to_take_away()
            self._put(f"{_file_name(scenario.name)}.toml", _toml(scenario))

    def _put(self, name: str, data: bytes) -> None:
        """Write a file beside the notebook, and never over another."""
        try:
            with Path(name).open("xb") as file:
                file.write(data)
        except FileExistsError:
            said = f"{name} is there already: give the scenario another name. Nothing was written."
        except OSError as error:
            said = f"{name} cannot be written here: {error.strerror}. Nothing was written."
        else:
            said = f"Saved: {Path(name).resolve()}"
        self.message.value = views.note([said])

    def _pack(self) -> None:
        """Make the pack, and offer it to download."""
        if self.outcome is None or self.controls is None:
            return
        portfolio, scenario = self.portfolio, self.controls.to_take_away()

        def done(data: bytes) -> None:
            name = f"{_file_name(scenario.name)}.zip"
            if self.served:
                link = views.download(name, data, "Download the pack (.zip)", "application/zip")
                self.links.value = self.links.value.replace("</div>", f"{link}</div>")
            else:
                self._put(name, data)

        self.work.start(
            "Making report, deck and tables", lambda s: pack(portfolio, scenario, s), done
        )


_BUTTON = w.Layout(width="124px")


def _button(words: str, tip: str, does: Callable[[], None]) -> Any:
    button = w.Button(description=words, tooltip=tip, layout=_BUTTON)
    button.on_click(lambda _: does())
    return button


def _file_name(name: str) -> str:
    return re.sub(r"[^\w-]+", "-", name).strip("-")[:60].lower() or "scenario"


def _toml(scenario: Scenario) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return scenario.write(Path(folder) / "scenario.toml").read_bytes()
