"""Complex transforms in single precision: scipy's, without waiting for scipy's import.

``import scipy.fft`` takes 0.4 s of processor time, nearly all of it for other array libraries; the transform itself is
one extension module (pocketfft; from scipy 1.18 on its successor, from ducc), which is opened here directly. When it is
not where it is expected, scipy.fft is imported as usual: the same code does the work either way. numpy's own transform
takes five times as long.
"""

from collections.abc import Callable
from functools import cache
from importlib import util
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

C64 = NDArray[np.complex64]

# The extension modules with the transform in them, by folder below scipy/fft; both are called in the same way.
_EXTENSIONS = (("_duccfft", "pyduccfft"), ("_pocketfft", "pypocketfft"))


def fft_rows(frames: C64) -> C64:
    """Return the discrete Fourier transform of every row; ``frames``, (rows, size) complex64, is overwritten."""
    if frames.ndim != 2 or frames.dtype != np.complex64:
        raise ValueError(f"frames: shape {frames.shape} of {frames.dtype}, must be (rows, size) of complex64")
    return _transform()(frames)


@cache
def _transform() -> Callable[[C64], C64]:
    c2c = _extension_transform()
    if c2c is not None:

        def direct(frames: C64) -> C64:
            result: C64 = c2c(frames, (1,), True, 0, frames, 1)
            return result

        probe = np.array([[1.0, 2.0, 0.0, 0.0]], np.complex64)
        try:
            if np.allclose(direct(probe), [[3.0, 1.0 - 2.0j, -1.0, 1.0 + 2.0j]]):
                return direct
        except TypeError:  # another version's arguments
            pass

    from scipy.fft import fft

    return lambda frames: fft(frames, overwrite_x=True)


def _extension_transform() -> Any:
    """Return the extension's complex transform, None when it cannot be opened on its own."""
    scipy = util.find_spec("scipy")
    folders = (scipy.submodule_search_locations if scipy else None) or []
    for folder, (below, name), suffix in product(folders, _EXTENSIONS, EXTENSION_SUFFIXES):
        place = f"{folder}/fft/{below}/{name}{suffix}"
        spec = util.spec_from_file_location(name, place, loader=ExtensionFileLoader(name, place))
        try:
            module = util.module_from_spec(spec)  # type: ignore[arg-type]
            spec.loader.exec_module(module)  # type: ignore[union-attr]
            transform = module.c2c
        except (ImportError, AttributeError):
            continue
        return transform
    return None
