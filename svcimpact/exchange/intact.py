"""Whether a plan file is whole: what MPXJ would read half of without a word."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from svcimpact.exchange.records import PlanRecord

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FREE = 0xFFFFFFFF
_FIRST_SECTORS = 109


def cut_short(path: Path) -> str:
    """Say how a plan file was cut off, if its own bookkeeping shows that it was.

    A compound file (.mpp) lists the sectors it uses; a Primavera .xer file ends with ``%E``.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    str
        What was found, for the fault; blank where nothing is amiss.
    """
    with path.open("rb") as file:
        head = file.read(512)
        size = path.stat().st_size
        if head.startswith(_OLE):
            if len(head) < 512:
                return f"a file cut off after {size:,} bytes"
            sector = 1 << struct.unpack_from("<H", head, 0x1E)[0]
            tables = struct.unpack_from(f"<{_FIRST_SECTORS}I", head, 0x4C)
            used = 0
            for rank, place in enumerate(tables):
                if place == _FREE:
                    break
                file.seek((place + 1) * sector)
                table = file.read(sector)
                if len(table) < sector:
                    return f"a file cut off after {size:,} bytes"
                entries = struct.unpack(f"<{sector // 4}I", table)
                last = max((n for n, entry in enumerate(entries) if entry != _FREE), default=-1)
                used = rank * len(entries) + last + 1 if last >= 0 else used
            # The last sector may be stored short; anything less is a piece missing.
            if size <= used * sector:
                return f"a file cut off after {size:,} of {(used + 1) * sector:,} bytes"
        elif head.startswith(b"ERMHDR"):
            file.seek(max(0, size - 64))
            if not file.read().rstrip().endswith(b"%E"):
                return "a Primavera file cut off before its end (no %E line)"
    return ""


def lost_links(path: Path, plans: Sequence[PlanRecord]) -> list[PlanRecord]:
    """Note the links of a .xer file that lead out of it, which MPXJ leaves out.

    Parameters
    ----------
    path : path
        The file.
    plans : sequence of PlanRecord
        What was read from it.

    Returns
    -------
    list of PlanRecord
        The same plans, the first one with a trouble added where links are missing.
    """
    plans = list(plans)
    with path.open("rb") as file:
        if not file.read(6).startswith(b"ERMHDR"):
            return plans
        written, counting = 0, False
        for line in file:
            if line.startswith(b"%T"):
                counting = line.split(b"\t")[1].strip() == b"TASKPRED"
            written += counting and line.startswith(b"%R")
    missing = written - sum(len(plan.links) for plan in plans)
    if missing > 0 and plans:
        text = f"{missing} of {written} links that lead to tasks outside the file"
        plans[0] = replace(plans[0], troubles=(*plans[0].troubles, text))
    return plans
