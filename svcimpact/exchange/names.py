"""Names as plans write them: when two are the same, and the ids made of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any


def same_name(name: str) -> str:
    """Return the form of a name by which resources are matched.

    Parameters
    ----------
    name : str
        A name as a plan writes it.

    Returns
    -------
    str
        Without differences of case, width of letters or white space.

    Examples
    --------
    >>> same_name("Project  Manager ") == same_name("project manager")
    True
    """
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def slug(text: str) -> str:
    """Return an id made of a name: lower case, words joined by hyphens.

    Parameters
    ----------
    text : str
        A name.

    Returns
    -------
    str
        Letters and digits of any script and hyphens; blank if the name holds none.

    Examples
    --------
    >>> slug("G.C. General Management"), slug("***")
    ('g-c-general-management', '')
    """
    return re.sub(r"[\W_]+", "-", same_name(text)).strip("-")


def unique(wish: str, taken: Mapping[str, Any] | set[str]) -> str:
    """Return an id that is not taken yet.

    Parameters
    ----------
    wish : str
        The id wished for.
    taken : mapping or set of str
        The ids in use.

    Returns
    -------
    str
        The wish, or the wish and the first free number from 2.

    Examples
    --------
    >>> unique("ana", {"ana", "ana-2"})
    'ana-3'
    """
    number, given = 1, wish
    while given in taken:
        number += 1
        given = f"{wish}-{number}"
    return given
