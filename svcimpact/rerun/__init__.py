"""Notebooks run again with other parameters, and a record that reproduces them."""

from svcimpact.rerun.folder import folder_for
from svcimpact.rerun.hashes import code_digest, digest, inputs_of
from svcimpact.rerun.manifest import Ran, Record, differences
from svcimpact.rerun.run import run_notebook
from svcimpact.rerun.settings import check_asked, chosen, home, parameters_of, typed

__all__ = [
    "Ran",
    "Record",
    "check_asked",
    "chosen",
    "code_digest",
    "differences",
    "digest",
    "folder_for",
    "home",
    "inputs_of",
    "parameters_of",
    "run_notebook",
    "typed",
]
