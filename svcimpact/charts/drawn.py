"""What a chart shows, kept as figures, for those who draw it again where it can be edited."""

from __future__ import annotations

from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D
from matplotlib.patches import Patch


@dataclass(frozen=True)
class Part:
    """The bars of one colour.

    Attributes
    ----------
    name : str
        What the key says; empty where there is only one.
    values : tuple of float or None
        One per row; None where a row has no such bar.
    colour : str
        As ``#rrggbb``.
    errors : tuple of float
        Half of the interval drawn around each value; none where empty.
    hatch : str
        A hatch of matplotlib over the colour, so that grey tells it apart; empty for none.
    """

    name: str
    values: tuple[float | None, ...]
    colour: str
    errors: tuple[float, ...] = ()
    hatch: str = ""


@dataclass(frozen=True)
class Bars:
    """Rows of bars.

    Attributes
    ----------
    rows : tuple of str
        What each row is of, from the top.
    parts : tuple of Part
        The bars of each row.
    labels : tuple of str
        What is printed beside each row; none where empty.
    joined : str
        How bars of a row stand: ``beside``, ``stacked``, or ``alone`` where each row has one.
    unit : str
        What the axis says.
    """

    rows: tuple[str, ...]
    parts: tuple[Part, ...]
    labels: tuple[str, ...] = ()
    joined: str = "beside"
    unit: str = ""


@dataclass(frozen=True)
class Line:
    """Points of one colour, joined by a line or not.

    Attributes
    ----------
    name : str
        What the key says.
    x, y : tuple of float
        Where the points are; dates as days since 1970.
    colour : str
        As ``#rrggbb``.
    style : str
        ``solid``, ``dashed`` or ``dotted``; empty for points that are not joined.
    mark : str
        A mark of matplotlib at each point; empty for none.
    errors : tuple of float
        Half of the interval drawn up and down from each point; none where empty.
    told : bool
        Whether the key tells of it.
    """

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    colour: str
    style: str = "solid"
    mark: str = ""
    errors: tuple[float, ...] = ()
    told: bool = True


@dataclass(frozen=True)
class Lines:
    """Lines and points over two axes.

    Attributes
    ----------
    lines : tuple of Line
        In the order of the key.
    x_kind : str
        ``number``, ``date``, or ``log`` for a logarithmic axis.
    y_share : bool
        Whether heights are shares of one, to be shown per cent.
    note : str
        How to read what the key does not tell.
    x_unit, y_unit : str
        What the axes say.
    """

    lines: tuple[Line, ...]
    x_kind: str = "number"
    y_share: bool = False
    note: str = ""
    x_unit: str = ""
    y_unit: str = ""


@dataclass(frozen=True)
class Cells:
    """A table of shaded cells.

    Attributes
    ----------
    rows, columns : tuple of str
        Their names.
    figures : tuple of tuple of str
        What stands in each cell.
    fills : tuple of tuple of str
        The shade of each cell, as ``#rrggbb``.
    key : tuple of (str, str)
        What shades mean: the shade, empty for a sign, and what the key says.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    figures: tuple[tuple[str, ...], ...]
    fills: tuple[tuple[str, ...], ...]
    key: tuple[tuple[str, str], ...] = ()


Drawn = Bars | Lines | Cells
_DRAWN: WeakKeyDictionary[Axes, Drawn] = WeakKeyDictionary()


def record(ax: Axes, what: Drawn) -> None:
    """Keep what was drawn on axes, as long as they are there.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes.
    what : Bars, Lines or Cells
        The figures that were drawn.
    """
    _DRAWN[ax] = what


def drawn(ax: Axes) -> Drawn | None:
    """Return the figures a chart shows, with its units and its key.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        A chart of ours.

    Returns
    -------
    Bars, Lines, Cells or None
        None where the chart is neither bars nor lines nor shaded cells.
    """
    what = _DRAWN.get(ax)
    if isinstance(what, Bars):
        # Steps that stand upright have their unit on the other axis.
        return replace(what, unit=_said(ax.get_xlabel() or ax.get_ylabel()))
    if isinstance(what, Lines):
        return replace(what, x_unit=_said(ax.get_xlabel()), y_unit=_said(ax.get_ylabel()))
    if isinstance(what, Cells):
        return replace(what, key=_key(ax))
    return None


def _said(text: str) -> str:
    return text.replace(r"\$", "$")


def _key(ax: Axes) -> tuple[tuple[str, str], ...]:
    """Return the shades in the key of axes, and what they mean."""
    legend = ax.get_legend()
    if legend is None:
        return ()
    key = []
    for handle, text in zip(legend.legend_handles, legend.get_texts(), strict=True):
        if isinstance(handle, Patch):
            key.append((to_hex(handle.get_facecolor()), _said(text.get_text())))
        elif isinstance(handle, Line2D) and handle.get_marker() == "s":
            key.append((to_hex(handle.get_markerfacecolor()), _said(text.get_text())))
        elif isinstance(handle, Line2D) and handle.get_marker() == "o":
            key.append(("", f"• {_said(text.get_text())}"))
    return tuple(key)
