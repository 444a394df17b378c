"""The transform agrees with numpy's in double precision, however it was found."""

import numpy as np
import pytest

from dsp.core import fft


@pytest.mark.slow
@pytest.mark.parametrize("size", [64, 1024, 4096, 8192])
@pytest.mark.parametrize("direct", [True, False])
def test_rows_are_transformed(size: int, direct: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    fft._transform.cache_clear()
    if not direct:
        monkeypatch.setattr(fft, "_extension_transform", lambda: None)
    rng = np.random.default_rng(size)
    frames = (rng.standard_normal((5, size)) + 1j * rng.standard_normal((5, size))).astype(np.complex64)
    expected = np.fft.fft(frames.astype(np.complex128), axis=1)
    got = fft.fft_rows(frames.copy())
    assert got.dtype == np.complex64
    assert np.abs(got - expected).max() < 1e-5 * np.abs(expected).max()
    fft._transform.cache_clear()


def test_other_arrays_are_refused() -> None:
    with pytest.raises(ValueError, match="complex128"):
        fft.fft_rows(np.zeros((2, 8), np.complex128))  # type: ignore[arg-type]
