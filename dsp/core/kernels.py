"""Kernels that are compiled by numba once, and afterwards run without it.

Importing numba and opening its registries costs 1.5 s of processor time, more than measuring a song. `kernel` is used
like ``numba.njit``: the first call with new argument types compiles the function and keeps its machine code; every
later process loads that code through llvmlite, which numba itself is made of, in a few milliseconds.

Machine code is kept (`dsp.core.kernel_files`) under a name that changes with the source file, the argument types, the
processor and the versions of numba and llvmlite. Whatever cannot be done this way (another platform, a kernel
that allocates, arguments that are neither arrays nor numbers) is left to numba, with the same result.

A kernel used with `kernel` takes arrays and numbers, returns numbers, a tuple of numbers or nothing, calls no other
kernel and allocates nothing.
"""

import ctypes
import functools
import hashlib
import os
import platform
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numpy as np

from dsp.core.kernel_files import KernelFiles

P = ParamSpec("P")
R = TypeVar("R")

# Where loading objects of our own is tested. numba handles other platforms' peculiarities itself.
SUPPORTED = sys.platform == "linux" and platform.machine() in {"x86_64", "AMD64"}

_SCALARS: dict[type, tuple[str, Any]] = {
    int: ("int64", ctypes.c_int64),
    float: ("float64", ctypes.c_double),
    np.int64: ("int64", ctypes.c_int64),
    np.float64: ("float64", ctypes.c_double),
    np.int32: ("int32", ctypes.c_int32),
    np.float32: ("float32", ctypes.c_float),
}
_RETURNS = {"int64": ctypes.c_int64, "float64": ctypes.c_double, "float32": ctypes.c_float, "bool": ctypes.c_uint8}
_ARRAY_TYPES = {"float32", "float64", "int32", "int64", "complex64"}
_NAMES = {np.dtype(name): name for name in _ARRAY_TYPES}  # native byte order: others are not found
_LIBRARY_CALLS = {"memcpy", "memset", "memmove", "sqrt", "exp", "log", "log10", "pow", "fabs", "floor", "ceil"}

# One kernel at a time is found, loaded or compiled: stages call their first kernels from several threads.
_FINDING = threading.RLock()

Entry = Callable[..., Any]
Signature = tuple[str, ...]


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function for arrays and numbers; it releases Python's lock while it runs."""
    compiled = _Kernel(function)

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        return compiled(*args, **kwargs)  # type: ignore[no-any-return]

    return call


def _type_of(argument: Any) -> str | None:
    """Return the type of an argument in words, None for what only numba can take."""
    if isinstance(argument, np.ndarray):
        flags = argument.flags
        name = _NAMES.get(argument.dtype)  # numpy makes a dtype's name anew each time, which costs 10 µs
        if name is None or not flags.aligned:
            return None
        return f"{name}-{argument.ndim}-{'C' if flags.c_contiguous else 'A'}"
    scalar = _SCALARS.get(type(argument))
    return scalar[0] if scalar else None


class _Kernel:
    """One function and its machine code for each set of argument types it was called with."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._entries: dict[Signature, Entry] = {}
        self._numba: Entry | None = None

    def __call__(self, *args: Any) -> Any:
        signature = tuple(map(_type_of, args))
        entry = self._entries.get(signature)  # type: ignore[arg-type]
        if entry is None:
            entry = self._find(signature)
        return entry(*args)

    def _find(self, signature: tuple[str | None, ...]) -> Entry:
        with _FINDING:
            known = tuple(t for t in signature if t is not None)
            if known in self._entries and len(known) == len(signature):
                return self._entries[known]
            entry = None
            if SUPPORTED and len(known) == len(signature) and not os.environ.get("NUMBA_DISABLE_JIT"):
                entry = _load_or_compile(self._function, known)
            if entry is None:
                entry = self._with_numba()
            if len(known) == len(signature):
                self._entries[known] = entry
            return entry

    def _with_numba(self) -> Entry:
        if self._numba is None:
            import numba

            self._numba = numba.njit(cache=True, nogil=True)(self._function)
        return self._numba


def _load_or_compile(function: Callable[..., Any], signature: Signature) -> Entry | None:
    """Return a callable for the function with these argument types, None when it has to be numba's."""
    files = KernelFiles(Path(function.__code__.co_filename), _file_name(function, signature))
    code = files.read()
    if code is None:
        with files.alone():  # who had to wait finds what the other process compiled
            code = files.read() or _compile(function, signature)
            if code is None:
                return None
            files.write(*code)
    try:
        return _link(*code, signature)
    except (RuntimeError, AttributeError, TypeError):  # an llvmlite that works differently
        return None


def _file_name(function: Callable[..., Any], signature: Signature) -> str:
    """Return a file name that changes with everything the machine code depends on."""
    from importlib.metadata import version

    import llvmlite.binding as llvm

    source = Path(function.__code__.co_filename)
    parts = [
        function.__qualname__,
        repr(signature),
        hashlib.sha256(source.read_bytes()).hexdigest(),
        version("numba"),
        version("llvmlite"),
        llvm.get_host_cpu_name(),
        llvm.get_host_cpu_features().flatten(),
        str(sys.maxsize),
    ]
    key = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]
    return f"{source.stem}.{function.__name__}-{key}.kernel"


def _compile(function: Callable[..., Any], signature: Signature) -> tuple[dict[str, Any], bytes] | None:
    """Compile with numba; None for functions that need numba's runtime (they allocate, or call other kernels)."""
    from numba import errors, types
    from numba.core import compiler
    from numba.core.compiler_lock import global_compiler_lock
    from numba.core.registry import cpu_target

    def numba_type(word: str) -> Any:
        if "-" not in word:
            return getattr(types, word)
        dtype, dimensions, layout = word.split("-")
        return types.Array(getattr(types, dtype), int(dimensions), layout, aligned=True)

    flags = compiler.Flags()
    flags.no_cpython_wrapper = True
    flags.no_cfunc_wrapper = True
    typing_context, target = cpu_target.typing_context, cpu_target.target_context
    try:
        with global_compiler_lock:  # numba's registries are not for two threads at once either
            typing_context.refresh()
            target.refresh()
            result = compiler.compile_extra(
                typing_context, target, function, tuple(map(numba_type, signature)), None, flags, {}
            )
            module = result.library._final_module  # noqa: SLF001  numba offers no public way to its object code
            machine_code = result.library.codegen._tm.emit_object(module)  # noqa: SLF001
    except (errors.NumbaError, AttributeError, TypeError):  # not for this function, or not with this numba
        return None
    needed = {f.name for f in module.functions if f.is_declaration and not f.name.startswith("llvm.")}
    returned = result.signature.return_type
    if returned == types.none:
        returns = []
    else:
        returns = [str(t) for t in (returned.types if isinstance(returned, types.BaseTuple) else (returned,))]
    if needed - _LIBRARY_CALLS or any(r not in _RETURNS for r in returns):
        return None
    description = {
        "symbol": result.fndesc.llvm_func_name,
        "returns": returns,
        "tuple": isinstance(returned, types.BaseTuple),
    }
    return description, machine_code


def _link(description: dict[str, Any], machine_code: bytes, signature: Signature) -> Entry:
    """Load machine code and return a callable with numba's calling convention behind it.

    The convention (numba, ``core/callconv.py``): a pointer for the result, a pointer for exception details, then the
    arguments, arrays as (owner, parent, items, item size, data, shape ..., strides ...). Status 0: all is well.
    """
    engine = _engine()
    engine.add_object_file(_object_file(machine_code))
    engine.finalize_object()
    address = engine.get_function_address(description["symbol"])
    argument_types: list[Any] = [ctypes.c_void_p, ctypes.c_void_p]
    for word in signature:
        if "-" in word:
            pointers = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_ssize_t, ctypes.c_void_p]
            argument_types += pointers + [ctypes.c_ssize_t] * (2 * int(word.split("-")[1]))
        else:
            argument_types.append(next(c for name, c in _SCALARS.values() if name == word))
    native = ctypes.CFUNCTYPE(ctypes.c_int32, *argument_types)(address)
    fields = [(f"f{i}", _RETURNS[word]) for i, word in enumerate(description["returns"])]
    result_type = type("Result", (ctypes.Structure,), {"_fields_": fields or [("f0", ctypes.c_void_p)]})
    finish = _unpacker(description["returns"], as_tuple=description["tuple"])

    def call(*args: Any) -> Any:
        result, details = result_type(), ctypes.c_void_p()
        flat: list[Any] = [ctypes.addressof(result), ctypes.addressof(details)]
        for argument in args:
            if isinstance(argument, np.ndarray):
                data = argument.__array_interface__["data"][0]
                flat += (None, None, argument.size, argument.itemsize, data, *argument.shape, *argument.strides)
            else:
                flat.append(argument.item() if isinstance(argument, np.generic) else argument)
        status = native(*flat)
        if status != 0:
            raise ArithmeticError(f"kernel {description['symbol']} failed with status {status}")
        return finish(result)

    call.engine = engine  # type: ignore[attr-defined]  # lives as long as the code it holds
    return call


def _unpacker(returns: list[str], *, as_tuple: bool) -> Callable[[Any], Any]:
    def unpack(result: Any) -> Any:
        values = tuple(bool(v) if w == "bool" else v for w, v in zip(returns, _values(result, returns), strict=True))
        return values if as_tuple else values[0] if values else None

    return unpack


def _values(result: Any, returns: list[str]) -> list[Any]:
    return [getattr(result, f"f{i}") for i in range(len(returns))]


def _engine() -> Any:
    """Return an engine of its own for one object: what it holds is unloaded with it."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine()
    return llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)


def _object_file(machine_code: bytes) -> Any:
    import llvmlite.binding as llvm

    return llvm.ObjectFileRef.from_data(machine_code)
