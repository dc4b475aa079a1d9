"""Long work beside the controls: it tells how far it is, and it can be cancelled."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

import ipywidgets as w

from svcimpact.errors import SvcimpactError
from svcimpact.progress import Step

Result = TypeVar("Result")


class CancelledError(Exception):
    """The user wants no more of it."""


class Work:
    """One piece of long work at a time; a new one cancels the one before.

    Parameters
    ----------
    failed : callable
        Is given what went wrong.
    cancelled : callable
        Is given what was going on when a user or other work stopped it.
    """

    def __init__(
        self, failed: Callable[[SvcimpactError], None], cancelled: Callable[[str], None]
    ) -> None:
        self._failed, self._cancelled = failed, cancelled
        self.doing = ""
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.title = w.Label()
        self.bar = w.FloatProgress(0.0, min=0.0, max=1.0, layout=w.Layout(width="220px"))
        self.cancel_button = w.Button(description="Cancel", tooltip="Stop this work")
        self.cancel_button.on_click(lambda _: self._cancelled(self.cancel()))
        self.box = w.HBox([self.title, self.bar, self.cancel_button])
        self.box.layout.display = "none"

    def start(
        self, title: str, work: Callable[[Step], Result], done: Callable[[Result], None]
    ) -> None:
        """Begin a piece of work in a thread of its own.

        Parameters
        ----------
        title : str
            What is going on.
        work : callable
            Is given whom to tell how far it is.
        done : callable
            Is given what comes out, unless it was cancelled.
        """
        before = self.cancel()
        if before and before != title:
            self._cancelled(before)
        stop = threading.Event()
        self.doing = title
        self._stop = stop
        self.title.value, self.bar.value = f"{title} …", 0.0
        self.box.layout.display = ""

        def step(part: float) -> None:
            if stop.is_set():
                raise CancelledError
            self.bar.value = part

        def run() -> None:
            try:
                result = work(step)
                if not stop.is_set():
                    done(result)
            except CancelledError:
                pass
            except SvcimpactError as error:
                if not stop.is_set():
                    self._failed(error)
            except Exception as error:
                # Nobody reads what a thread prints: the page has to say it, and the log has it.
                self._failed(SvcimpactError(f"A bug of ours: {type(error).__name__}: {error}."))
                raise
            finally:
                if self._stop is stop:
                    self.doing = ""
                    self.box.layout.display = "none"

        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()

    def cancel(self) -> str:
        """Stop what is going on, at its next step.

        Returns
        -------
        str
            What it was; nothing if there was none.
        """
        doing, self.doing = self.doing, ""
        self._stop.set()
        self.box.layout.display = "none"
        return doing

    def wait(self, seconds: float = 120.0) -> Any:
        """Wait until the work is over.

        Parameters
        ----------
        seconds : float
            How long at most.

        Returns
        -------
        bool
            Whether it is over.
        """
        if self._thread is not None:
            self._thread.join(seconds)
        return self._thread is None or not self._thread.is_alive()
