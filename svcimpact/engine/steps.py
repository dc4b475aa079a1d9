"""How a step of the kernel is compiled: as far as it takes to be compiled with what calls it."""

from __future__ import annotations

from typing import Any

from numba import types
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler
from numba.core.datamodel.models import OpaqueModel
from numba.core.typing.templates import infer_global
from numba.extending import register_model


class StepLibrary(JITCodeLibrary):
    """A step, neither optimized nor made into machine code: what calls it is, with all its steps.

    Otherwise every step would be optimized with all that it calls, and again with whatever calls
    it, up to the top. Of the compiler's time more than half goes into that.
    """

    @property
    def codegen(self) -> StepLibrary:
        """Where numba keeps the place of a step's Python objects: a step has none.

        All that numba asks of it is `set_env`.
        """
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
        del name
        return 0

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


class StepType(types.Dispatcher):
    """The compiler's type of a step.

    It is compiled once for all numbers of a kind; numba itself would compile it anew for every
    number that stands in the text of a call.
    """

    def get_call_type(self, context: Any, args: Any, kws: Any) -> Any:
        """Return the signature of a call.

        Parameters
        ----------
        context : BaseContext
            Of the compiler.
        args, kws : sequence and dict of Type
            What it is called with.

        Returns
        -------
        Signature
            For numbers, not for this number.
        """
        return super().get_call_type(context, tuple(_plain(kind) for kind in args), kws)


def _plain(kind: Any) -> Any:
    """Return what a step is compiled for: any index is a whole number with a sign."""
    kind = types.unliteral(kind)
    return types.int64 if isinstance(kind, types.Integer) else kind


register_model(StepType)(OpaqueModel)
_KNOWN: list[Any] = []


def make_known(step: Any, dispatcher: Any) -> None:
    """Let compiled code that calls a Python function call what is compiled of it.

    Parameters
    ----------
    step : callable
        The function.
    dispatcher : numba.core.dispatcher.Dispatcher
        Compiles it, when it is first called.
    """
    _KNOWN.append(dispatcher)  # its type does not keep it
    infer_global(step, StepType(dispatcher))
