"""The scenario that is held to compare with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from matplotlib.axes import Axes

from svcimpact.dashboard.views import VIEWS, Picture, Span
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
