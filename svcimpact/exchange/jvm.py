"""The one Java machine of this process, in which MPXJ reads plan files."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from svcimpact.errors import MissingRequirementError

_NO_EXTRA = (
    "reading plan files needs the packages mpxj and JPype1, which are not installed: run "
    'pip install "svcimpact[plans]"'
)
_NO_JAVA = (
    "reading plan files needs Java 11 or later, which was not found: install it (Debian or "
    "Ubuntu: sudo apt install default-jre-headless; macOS: brew install --cask temurin; Windows: "
    "winget install EclipseAdoptium.Temurin.21.JRE), open a new terminal and try again"
)
_BAD_JAVA = (
    "Java was found but did not start ({reason}): install Java 11 or later of the same "
    "processor type as Python, and let JAVA_HOME point to it or be unset"
)
_TAKEN = (
    "another library has started Java in this Python process without the plan reader: "
    "read the plans in a fresh Python process"
)
# Java's own loggers stay silent: what goes wrong is told by us, in one sentence.
_OPTIONS = ("-Djava.awt.headless=true", "-Dlog4j2.statusLoggerLevel=OFF", "-Xrs")


def _jars() -> Path:
    if find_spec("jpype") is None or (spec := find_spec("mpxj")) is None:
        raise MissingRequirementError(_NO_EXTRA)
    places = spec.submodule_search_locations or []
    for place in places:
        if (jars := Path(place) / "lib").is_dir():
            return jars
    raise MissingRequirementError(_NO_EXTRA)


def start_java() -> Any:
    """Start Java with the plan reader, once in a process, and return the `jpype` module.

    Returns
    -------
    module
        The `jpype` module, its Java machine running.

    Raises
    ------
    MissingRequirementError
        If Java or the extra `plans` is missing, or Java does not start; the one sentence says
        what to install.
    """
    jars = _jars()
    jpype: Any = import_module("jpype")
    if not jpype.isJVMStarted():
        try:
            path = jpype.getDefaultJVMPath()
        except (jpype.JVMNotFoundException, jpype.JVMNotSupportedException) as error:
            raise MissingRequirementError(_NO_JAVA) from error
        try:
            jpype.startJVM(path, *_OPTIONS, classpath=[str(jars / "*")], interrupt=False)
        except (OSError, RuntimeError, jpype.JException) as error:
            reason = str(error).strip().splitlines() or [type(error).__name__]
            raise MissingRequirementError(_BAD_JAVA.format(reason=reason[0])) from error
    if not _has_reader(jpype):
        raise MissingRequirementError(_TAKEN)
    return jpype


@cache
def _has_reader(jpype: Any) -> bool:
    try:
        jpype.JClass("org.mpxj.reader.UniversalProjectReader")
    except TypeError:
        return False
    return True
