"""How a step of the kernel is compiled: as far as it takes to be compiled with what calls it."""

from __future__ import annotations

from typing import Any

from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler


class StepLibrary(JITCodeLibrary):
    """A step, neither optimized nor made into machine code: what calls it is, with all its steps.

    Otherwise every step would be optimized with all that it calls, and again with whatever calls
    it, up to the top. Of the compiler's time more than half goes into that.
    """

    @property
    def codegen(self) -> StepLibrary:
        """Where the place of a step's Python objects is kept: it has none."""
        return self

    def set_env(self, name: str, env: object) -> None:
        """Keep nothing.

        Parameters
        ----------
        name : str
            Of the step.
        env : object
            Its Python objects.
        """

    def get_pointer_to_function(self, name: str) -> int:
        """Return no address.

        Parameters
        ----------
        name : str
            Of the step.

        Returns
        -------
        int
            0, as for what has no door for Python.
        """
        self._ensure_finalized()
        return 0 * len(name)

    def _optimize_final_module(self) -> None:
        pass

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._finalized = True


class StepCompiler(Compiler):
    """Numba's compiler, for steps."""

    def define_pipelines(self) -> Any:
        """Return what is done in which order.

        Returns
        -------
        list of PassManager
            What numba does to any function, but into a library of another kind.
        """
        name = self.state.func_id.func_qualname
        self.state.library = StepLibrary(self.state.targetctx.codegen(), name)
        return super().define_pipelines()
