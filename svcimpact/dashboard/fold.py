"""A heading that opens and closes what stands below it."""

from __future__ import annotations

from typing import Any

import ipywidgets as w


class Fold:
    """Something that is closed until it is asked for.

    A button, as the folding boxes of ipywidgets cannot be reached by keyboard.

    Parameters
    ----------
    words : str
        What is in it.
    held : widget
        What is shown while it is open.
    """

    def __init__(self, words: str, held: Any) -> None:
        self._words, self.held = words, held
        self.button = w.ToggleButton(tooltip="Open or close", layout=w.Layout(width="98%"))
        self.button.observe(lambda _: self._turn(), "value")
        self.box = w.VBox([self.button, held])
        self._turn()

    def call(self, words: str) -> None:
        """Give it another heading.

        Parameters
        ----------
        words : str
            What is in it now.
        """
        self._words = words
        self._turn()

    def _turn(self) -> None:
        opened = self.button.value
        self.held.layout.display = "" if opened else "none"
        self.button.description = f"{'▾' if opened else '▸'} {self._words}"
