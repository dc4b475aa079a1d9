"""The pictures: those of what is shown, and those of the scenario held to compare with."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from matplotlib.axes import Axes

from svcimpact.dashboard.views import SHOWS, VIEWS, Picture, Span, picture
from svcimpact.incident.outcome import Outcome

Draw = Callable[[Callable[[], Axes], Span], Picture]


@dataclass
class Kept:
    """A scenario as it was, and its pictures.

    Two charts side by side have one scale; a picture is drawn again only where that changes it.

    Parameters
    ----------
    outcome : Outcome
        What was shown.
    long : dict of str to str
        Its pictures that took long, by view.
    """

    outcome: Outcome
    long: dict[str, str]
    _alone: dict[str, Picture] = field(default_factory=dict)
    _wide: dict[str, tuple[Span, Picture]] = field(default_factory=dict)

    def span(self, view: str, draw: Draw) -> Span:
        """Return how far its own axis reaches.

        Parameters
        ----------
        view : str
            Which view.
        draw : callable
            Draws a chart.

        Returns
        -------
        tuple of float or None
            None where there is no axis.
        """
        if view not in self._alone:
            self._alone[view] = draw(partial(VIEWS[view], self.outcome), None)
        return self._alone[view].span

    def beside(self, view: str, other: Span, draw: Draw) -> str:
        """Return its picture, on an axis that reaches as far as that of another.

        Parameters
        ----------
        view : str
            Which view.
        other : tuple of float or None
            How far the axis of the chart beside it reaches by itself.
        draw : callable
            Draws a chart.

        Returns
        -------
        str
            HTML.
        """
        own = self.span(view, draw)
        if own is None or other is None or (own[0] <= other[0] and other[1] <= own[1]):
            return self._alone[view].html
        if self._wide.get(view, (None,))[0] != other:
            self._wide[view] = other, draw(partial(VIEWS[view], self.outcome), other)
        return self._wide[view][1].html


class Pictures:
    """Draws what is chosen, one picture at a time, and none twice that shows the same.

    Attributes
    ----------
    kept : Kept or None
        What is compared with.
    lock : threading.RLock
        Charts share the state of one drawing library.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.kept: Kept | None = None
        self._drawn: dict[tuple[str, object], str] = {}
        self._spans: dict[str, Span] = {}

    def forget(self) -> None:
        """Let go of everything: another portfolio is shown."""
        self.kept, self._drawn, self._spans = None, {}, {}

    def draw(self, chart: Callable[[], Axes], beside: Span = None) -> Picture:
        """Draw a chart.

        Parameters
        ----------
        chart : callable
            Draws it, on a figure of its own.
        beside : tuple of float, optional
            How far the axis of the chart beside it reaches.

        Returns
        -------
        Picture
            As HTML.
        """
        with self.lock:
            return picture(chart, beside)

    def of(self, view: str, outcome: Outcome) -> str:
        """Return a view that is drawn at once.

        Parameters
        ----------
        view : str
            Which view.
        outcome : Outcome
            What is shown.

        Returns
        -------
        str
            HTML; on the scale of what is kept, where something is.
        """
        chart = partial(VIEWS[view], outcome)
        if view not in SHOWS:
            drawn = self.draw(chart, self.kept.span(view, self.draw) if self.kept else None)
            self._spans[view] = drawn.span
            return drawn.html
        key = view, SHOWS[view](outcome)
        if key not in self._drawn:
            self._drawn[key] = self.draw(chart).html
        return self._drawn[key]

    def of_kept(self, view: str) -> str:
        """Return the same view of what is kept, under its heading.

        Parameters
        ----------
        view : str
            Which view.

        Returns
        -------
        str
            HTML; the delays where that view was never worked out for it.
        """
        kept, head = self.kept, "A"
        assert kept is not None
        if view in kept.long:
            shown = kept.long[view]
        elif view in SHOWS:
            shown = self.of(view, kept.outcome)
        elif view in VIEWS:
            shown = kept.beside(view, self._spans.get(view), self.draw)
        else:
            head = f"A: its delays, as “{view}” was not open when it was kept"
            shown = kept.beside("Delays", None, self.draw)
        return f'<div class="svci"><h2>{head}</h2></div>{shown}'
