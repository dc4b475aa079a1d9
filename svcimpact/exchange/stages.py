"""The stage of a task, guessed from the words its plan uses."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Searched in this order, so that "test design" is test. English words, with the endings they take
# in plans; a word that fits two stages stands in neither.
STAGE_WORDS: dict[str, tuple[str, ...]] = {
    "test": (
        "test", "tests", "testing", "tested", "uat", "sit", "qa", "acceptance", "verification",
        "verify", "validation", "inspection", "inspections", "pilot", "piloting", "debugging",
    ),
    "transition": (
        "transition", "transitioning", "deploy", "deploying", "deployment", "rollout", "roll-out",
        "go-live", "cutover", "cut-over", "handover", "hand-over", "hypercare", "early-life",
        "training", "train", "launch", "commercialization", "commercialize", "commissioning",
        "stabilizing", "stabilization", "release", "migration", "post-implementation", "closeout",
        "close-out", "closure", "occupancy",
    ),
    "design": (
        "design", "designing", "design/drawings", "architecture", "architectural", "specification",
        "specifications", "prototype", "prototyping", "drawings", "blueprint", "modelling",
        "analysis",
    ),
    "scope": (
        "scope", "scoping", "envisioning", "initiation", "initiating", "inception", "feasibility",
        "requirements", "concept", "ideation", "idea", "discovery", "planning", "business-case",
        "charter", "mobilisation", "mobilization", "proposal", "assessment",
    ),
    "delivery": (
        "delivery", "deliver", "build", "building", "develop", "developing", "development",
        "construction", "implementation", "implement", "implementing", "execution", "coding",
        "configuration", "configure", "install", "installation", "production", "procurement",
    ),
}  # fmt: skip

STAGES = ("scope", "design", "delivery", "test", "transition")

_STAGE_OF = {word: stage for stage, words in STAGE_WORDS.items() for word in words}
_RANK = {stage: rank for rank, stage in enumerate(STAGE_WORDS)}
_PHRASES = re.compile(
    r"\b(?:(?:go|cut|roll|hand|close|early|business) (?:live|over|out|life|case)"
    r"|post implementation)\b"
)


def stage_of(name: str) -> str | None:
    """Return the stage that a name speaks of.

    Parameters
    ----------
    name : str
        The name of a task or a summary task.

    Returns
    -------
    str or None
        A stage; None where the name holds none of the words.

    Examples
    --------
    >>> stage_of("Unit Testing"), stage_of("Design the tests"), stage_of("Electricity")
    ('test', 'test', None)
    """
    text = _PHRASES.sub(lambda found: found[0].replace(" ", "-"), name.casefold())
    found = {_STAGE_OF[word] for word in re.findall(r"[\w-]+", text) if word in _STAGE_OF}
    return min(found, key=_RANK.__getitem__) if found else None


def guess_stage(name: str, above: Iterable[str]) -> tuple[str | None, str]:
    """Guess a task's stage from the summaries above it, nearest first, then from its own name.

    Parameters
    ----------
    name : str
        The task's name.
    above : iterable of str
        The names of the summary tasks it stands under, the nearest first.

    Returns
    -------
    stage : str or None
        The stage; None where no name gives one.
    source : str
        The name that gave it.

    Examples
    --------
    >>> guess_stage("Modify code", ["Unit Testing", "Development"])
    ('test', 'Unit Testing')
    """
    for text in (*above, name):
        stage = stage_of(text)
        if stage:
            return stage, text
    return None, ""
