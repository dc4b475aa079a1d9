"""Arrays that compiled code is handed by one address, not one by one.

A run's state is some fifty arrays. Handed to a compiled function as a tuple, each of them is
taken apart into seven numbers, at every call, by the compiler and by what it compiles. So the
arrays of one object are written down once, by place and shape, in a *book*; compiled code gets
the address of that, and looks up what it needs.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, get_args, get_origin, get_type_hints

import numpy as np
from llvmlite import ir
from numba import from_dtype, types
from numba.core import cgutils
from numba.core.datamodel.models import OpaqueModel
from numba.core.imputils import lower_getattr_generic
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.extending import NativeValue, register_model, typeof_impl, unbox
from numba.np.arrayobj import populate_array

_WORD = 8  # bytes


class Handed:
    """Arrays and numbers that compiled code reads as attributes; subclasses are dataclasses.

    Annotations say what the fields hold: ``NDArray`` of a kind of number, ``int`` or ``float``;
    ``Annotated[..., dtype]`` for records, ``Annotated[..., dimensions]`` for other than one.
    Arrays stay where they are as long as the object lives; what they hold may change, in Python
    and in compiled code.

    Raises
    ------
    TypeError
        When a field holds something else, or an array is not C-contiguous and writeable.
    """

    handed_as: ClassVar[HandedType]
    address: int

    def __init_subclass__(cls) -> None:
        """Settle what compiled code is compiled for."""
        if cls.__bases__ != (Handed,):
            raise TypeError(f"{cls.__name__} would lose the fields that it inherits")
        hints = get_type_hints(cls, include_extras=True)
        held = {name: hints[name] for name in cls.__annotations__}
        cls.handed_as = HandedType(f"{cls.__module__}.{cls.__qualname__}", held)

    def __post_init__(self) -> None:
        """Write the book."""
        book: list[Any] = []
        for name, kind in self.handed_as.types.items():
            value = getattr(self, name)
            if not isinstance(kind, types.Array):
                book.append(np.array(value, kind.name).view(np.int64))
                continue
            fits = value.dtype == self.handed_as.dtypes[name] and value.ndim == kind.ndim
            if not (fits and value.flags.carray):
                found = f"array({value.dtype}, {value.ndim}d)"
                found += "" if value.flags.carray else " that lies scattered or is locked"
                raise TypeError(f"{type(self).__name__}.{name} is no {kind} but {found}")
            book += [value.__array_interface__["data"][0], *value.shape]
        written = np.array(book, np.int64)
        object.__setattr__(self, "_book", written)
        object.__setattr__(self, "address", written.__array_interface__["data"][0])

    def __getstate__(self) -> dict[str, Any]:
        """Return the fields; elsewhere they have other addresses."""
        return {name: getattr(self, name) for name in self.handed_as.types}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the fields, and write a book of them."""
        for name, value in state.items():
            # From memory that is shared, arrays come locked.
            locked = isinstance(value, np.ndarray) and not value.flags.carray
            object.__setattr__(self, name, value.copy() if locked else value)
        Handed.__post_init__(self)


class HandedType(types.Type):
    """The compiler's type of a class of `Handed`.

    Parameters
    ----------
    name : str
        The class, and its module: to the compiler, types of one name are one type.
    hints : dict
        What each field holds, as annotated.
    """

    def __init__(self, name: str, hints: dict[str, Any]) -> None:
        self.types: dict[str, Any] = {}
        self.dtypes: dict[str, np.dtype[Any]] = {}
        self.slots: dict[str, int] = {}
        slot = 0
        for field, hint in hints.items():
            self.slots[field] = slot
            slot += 1
            if hint in (int, float):
                self.types[field] = types.int64 if hint is int else types.float64
                continue
            dtype, dimensions = _held(hint)
            self.dtypes[field] = dtype
            self.types[field] = types.Array(from_dtype(dtype), dimensions, "C")
            slot += dimensions
        super().__init__(name=name)


def _held(hint: Any) -> tuple[np.dtype[Any], int]:
    """Return what an array holds, and how many dimensions it has."""
    array, *said = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    if said and isinstance(said[0], np.dtype):
        return said[0], 1
    # NDArray[kind] is ndarray[shape, dtype[kind]].
    kind = get_args(get_args(array)[1])[0]
    return np.dtype(kind), said[0] if said else 1


register_model(HandedType)(OpaqueModel)


@typeof_impl.register(Handed)
def _type_of(value: Handed, context: Any) -> HandedType:  # noqa: ARG001
    return value.handed_as


@unbox(HandedType)
def _take_over(kind: HandedType, value: Any, c: Any) -> Any:  # noqa: ARG001
    """Take an object over from Python: its address is all."""
    number = c.pyapi.object_getattr_string(value, "address")
    address = c.builder.inttoptr(c.pyapi.long_as_ulonglong(number), cgutils.voidptr_t)
    c.pyapi.decref(number)
    failed = cgutils.is_not_null(c.builder, c.pyapi.err_occurred())
    return NativeValue(address, is_error=failed)


@infer_getattr
class _Attributes(AttributeTemplate):
    key = HandedType

    def generic_resolve(self, kind: HandedType, name: str) -> Any:  # type: ignore[override]
        """Return the type of a field."""
        return kind.types.get(name)


@lower_getattr_generic(HandedType)
def _look_up(context: Any, builder: Any, kind: HandedType, address: Any, name: str) -> Any:
    """Look a field up in the book."""
    field, slot = kind.types[name], kind.slots[name]
    if not isinstance(field, types.Array):
        return _word(builder, address, slot, context.get_value_type(field))
    data = context.get_data_type(field.dtype).as_pointer()
    shape = [_word(builder, address, slot + 1 + x, cgutils.intp_t) for x in range(field.ndim)]
    size = context.get_abi_sizeof(context.get_data_type(field.dtype))
    strides = [context.get_constant(types.intp, size)]
    for length in reversed(shape[1:]):
        strides.insert(0, builder.mul(strides[0], length))
    array = context.make_array(field)(context, builder)
    populate_array(
        array,
        data=_word(builder, address, slot, data),
        shape=cgutils.pack_array(builder, shape, ty=cgutils.intp_t),
        strides=cgutils.pack_array(builder, strides, ty=cgutils.intp_t),
        itemsize=context.get_constant(types.intp, size),
        meminfo=None,
    )
    return array._getvalue()


def _word(builder: Any, address: Any, slot: int, kind: Any) -> Any:
    """Read one word of the book."""
    place = builder.gep(address, [ir.Constant(ir.IntType(64), slot * _WORD)])
    word = builder.load(builder.bitcast(place, kind.as_pointer()))
    # The book stays as it is, which the optimizer cannot know.
    word.set_metadata("invariant.load", builder.module.add_metadata([]))
    return word
