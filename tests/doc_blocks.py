"""Code blocks of the README and the documentation, and a folder in which their commands run."""

from __future__ import annotations

import doctest
import re
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from markdown_it import MarkdownIt
from plan_examples import MSPDI, XER

from svcimpact.io import write
from svcimpact.portfolio import Portfolio
from svcimpact.reading import read

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = {path.name: path for path in (*sorted(DOCS.glob("*.md")), ROOT / "README.md")}
OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
MERIDIAN = ROOT / "data" / "meridian"
_KEPT = ("CRD",)
_LOGGED = 40
_ENDINGS = (".pptx", ".xlsx", ".html", ".pdf")
# However the incident is told, a command does the same.
TELLING = {"--scenario", "--service", "--start", "--hours", "--median-hours", "--p90-hours",
           "--severity", "--runs", "--seed"}  # fmt: skip
_LOG = """"number","opened_at","priority","state","business_service","resolved_at"
"INC1","2025-03-03 10:00:00","1 - Critical","Closed","Payments","2025-03-03 13:30:00"
"INC2","2025-03-04 10:00:00","2 - High","Resolved","payments","2025-03-04 12:00:00"
"""


@dataclass(frozen=True)
class Block:
    """A block of code on a page."""

    page: str
    line: int
    language: str
    text: str

    @property
    def place(self) -> str:
        """Where it stands, for a message."""
        return f"{self.page}, line {self.line}"


def blocks(page: str) -> list[Block]:
    """Return every block of a page: fenced ones by their language, indented ones without."""
    tokens = MarkdownIt().parse(PAGES[page].read_text(encoding="utf-8"))
    return [
        Block(page, token.map[0] + 1, token.info.strip(), token.content)
        for token in tokens
        if token.type in ("fence", "code_block") and token.map
    ]


def phrases(page: str) -> list[str]:
    """Return the commands of svcimpact that stand within sentences and tables of a page."""
    text = PAGES[page].read_text(encoding="utf-8")
    tokens = MarkdownIt().enable("table").parse(text)
    inner = [child for token in tokens for child in token.children or ()]
    return [
        child.content
        for child in inner
        if child.type == "code_inline" and child.content.startswith("svcimpact ")
    ]


def commands(block: Block) -> list[list[str]]:
    """Return the words of each line of a shell block, comments left out."""
    lines = re.sub(r"\\\n\s*", " ", block.text).splitlines()
    found = [shlex.split(line, comments=True, posix="\\" not in line) for line in lines]
    return [words for words in found if words]


def shown_by(words: list[str], others: list[list[str]]) -> bool:
    """Return whether one of other commands does all that this one does, with other values."""

    def does(line: list[str]) -> set[str]:
        options = {word for word in line if word.startswith("--")} - TELLING
        return options | {suffix for word in line if (suffix := Path(word).suffix) in _ENDINGS}

    return any(words[1] == other[1] and does(words) <= does(other) for other in others)


def examples(page: str) -> doctest.DocTest:
    """Return every example of a page, in order."""
    text = PAGES[page].read_text(encoding="utf-8")
    return doctest.DocTestParser().get_doctest(text, {}, page, None, 0)


def small_meridian() -> Portfolio:
    """Return a project of the example with all services, on which commands are quick."""
    whole = read(MERIDIAN)
    tasks = whole.tasks[whole.tasks["project"].isin(_KEPT)]
    own = set(tasks["task"])
    tables: dict[str, pd.DataFrame] = {"tasks": tasks}
    for name, frame in whole.tables.items():
        if "project" in frame:
            other = frame["project"].notna() & ~frame["project"].isin(_KEPT)
            tables[name] = frame[~other]
        elif "task" in frame:
            tables[name] = frame[frame["task"].isin(own)]
    gone = set(whole.projects["project"]).difference(_KEPT)
    tables["interests"] = whole.interests[~whole.interests["item"].isin(gone)]
    links = whole.links
    tables["links"] = links[links["predecessor"].isin(own) & links["successor"].isin(own)]
    tables["incidents"] = whole.incidents.tail(_LOGGED)
    return whole.with_tables(**tables)


def fill(folder: Path, portfolio: Portfolio) -> None:
    """Put what commands of the documentation speak of into a folder."""
    example = folder / "data" / "meridian"
    example.parent.mkdir(exist_ok=True)
    for place in (example, folder / "my-portfolio"):
        if not place.exists():
            write(portfolio, place)
            shutil.copy(MERIDIAN / "payments-down.toml", place)
    if not (folder / "data" / "tiny").exists():
        shutil.copytree(ROOT / "data" / "tiny", folder / "data" / "tiny")
    shutil.copy(MERIDIAN / "payments-down.toml", folder)
    (folder / "export.csv").write_text(_LOG, encoding="utf-8")
    for name, text in (("a.mpp", MSPDI), ("plan.mpp", MSPDI), ("b.xer", XER)):
        (folder / name).write_text(text, encoding="utf-8")
