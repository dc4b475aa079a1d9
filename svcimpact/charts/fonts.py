"""Which fonts charts are drawn in, and what decks, workbooks and pages name."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from matplotlib.font_manager import fontManager

# What decks, workbooks and pages name: the design of DejaVu Sans, in which matplotlib draws
# everywhere, and on every Windows and Mac. Words and pictures of a report look alike.
FONT = "Verdana"

# The family of what a figure will stand in; see `svcimpact.charts.style.page`.
FACE: ContextVar[str] = ContextVar("face", default="")

_FALLBACKS = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Microsoft YaHei", "PingFang SC",
    "Hiragino Sans", "Yu Gothic", "Malgun Gothic", "WenQuanYi Micro Hei", "Arial Unicode MS",
    "Noto Sans Devanagari", "Nirmala UI", "Noto Sans Thai", "Leelawadee UI",
)  # fmt: skip


def fonts() -> tuple[str, ...]:
    """Return the font families to use: one for all, then installed ones for other scripts.

    Returns
    -------
    tuple of str
        Family names: the one that `page` asks for, where it is installed, then one that is always
        there because matplotlib brings it.
    """
    families, wanted = _families(), FACE.get()
    stack = ("DejaVu Sans", *(name for name in _FALLBACKS if name in families))
    return (wanted, *stack) if wanted in families else stack


@functools.cache
def _families() -> frozenset[str]:
    return frozenset(font.name for font in fontManager.ttflist)


@contextmanager
def missing_glyphs_silent() -> Iterator[None]:
    """Say nothing of letters that no installed font has, as names in any script may hold them.

    Yields
    ------
    None
        Nothing; only that warning is kept from the user while it runs.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph|Matplotlib currently")
        yield
