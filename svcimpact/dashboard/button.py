"""Buttons, all of one width."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as w

LAYOUT = w.Layout(width="124px")


def button(words: str, tip: str, does: Callable[[], None]) -> Any:
    """Return a button.

    Parameters
    ----------
    words : str
        What it says.
    tip : str
        What it says more to whoever stays on it.
    does : callable
        What pressing it does.

    Returns
    -------
    ipywidgets.Button
        To be placed.
    """
    made = w.Button(description=words, tooltip=tip, layout=LAYOUT)
    made.on_click(lambda _: does())
    return made
