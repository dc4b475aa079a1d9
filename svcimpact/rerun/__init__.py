"""Notebooks run again with other parameters, and a record that reproduces them."""

from svcimpact.rerun.manifest import differences, digest, inputs_of, write_index, write_manifest
from svcimpact.rerun.run import Ran, run_notebook
from svcimpact.rerun.settings import check_asked, chosen, home, parameters_of, typed

__all__ = [
    "Ran",
    "check_asked",
    "chosen",
    "differences",
    "digest",
    "home",
    "inputs_of",
    "parameters_of",
    "run_notebook",
    "typed",
    "write_index",
    "write_manifest",
]
