"""Measure a drawn chart: which texts it has, whether they collide or leave the picture."""

from __future__ import annotations

from itertools import combinations

from matplotlib.axes import Axes
from matplotlib.text import Text
from matplotlib.transforms import Bbox


def texts_of(ax: Axes) -> list[tuple[str, Bbox, float]]:
    """Return every visible text with its extent in pixels and its font size."""
    figure = ax.get_figure(root=True)
    figure.canvas.draw()
    legend = ax.get_legend()
    artists: list[Text] = [*ax.texts, ax._left_title]
    artists += [] if legend is None else list(legend.get_texts())
    artists += _of_axis(ax) if ax.axison else []
    return [
        (t.get_text(), t.get_window_extent(), float(t.get_fontsize()))
        for t in artists
        if t.get_visible() and t.get_text().strip()
    ]


def _of_axis(ax: Axes) -> list[Text]:
    artists: list[Text] = [ax.xaxis.label, ax.yaxis.label]
    artists += [t for t in ax.get_xticklabels() if _inside(t.get_position()[0], ax.get_xlim())]
    artists += [t for t in ax.get_yticklabels() if _inside(t.get_position()[1], ax.get_ylim())]
    return artists


def _inside(value: float, limits: tuple[float, float]) -> bool:
    return min(limits) <= value <= max(limits)


def assert_readable(ax: Axes) -> None:
    """Assert that no text collides, leaves the figure, or is smaller than 8 points."""
    figure = ax.get_figure(root=True)
    found = texts_of(ax)
    whole = figure.bbox
    for text, box, size in found:
        assert size >= 8.0, text
        assert box.x0 >= whole.x0 - 2, f"{text!r} leaves the picture on the left"
        assert box.x1 <= whole.x1 + 2, f"{text!r} leaves the picture on the right"
        assert box.y0 >= whole.y0 - 2, f"{text!r} leaves the picture below"
        assert box.y1 <= whole.y1 + 2, f"{text!r} leaves the picture above"
    for (one, a, _), (other, b, _) in combinations(found, 2):
        wide = min(a.x1, b.x1) - max(a.x0, b.x0)
        high = min(a.y1, b.y1) - max(a.y0, b.y0)
        assert wide <= 1 or high <= 1.5, f"{one!r} collides with {other!r}"


def labels(ax: Axes) -> list[str]:
    """Return the row labels, top to bottom, each on one line."""
    return [" ".join(t.get_text().split()) for t in ax.get_yticklabels()]


def title(ax: Axes) -> str:
    """Return the finding on one line."""
    return " ".join(ax.get_title(loc="left").split())
