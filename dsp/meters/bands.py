"""Third-octave bands of a measured spectrum."""

import numpy as np

from dsp.core.arrays import F64
from dsp.core.units import powers_db
from dsp.meters.spectrum import LOW_LIMIT_HZ, PowerSpectrum, Spectrum

# IEC 61260-1:2014, 5.2-5.5: octave ratio 10^(3/10), centres 1000 Hz * G^(n/3), edges half a band away.
HALF_BAND = 10**0.05
LOWEST_BAND, HIGHEST_BAND = -17, 13  # 20 Hz and 20 kHz
CELLS_AT_ONCE = 256  # ours: what is unfolded at a time, so that an hour takes no more memory than a minute


def third_octaves_hz(rate_hz: int) -> tuple[float, ...]:
    """Return the centres of the third octaves from 20 Hz to 20 kHz whose upper edge fits below half the rate."""
    centres = (1000.0 * 10 ** (n / 10) for n in range(LOWEST_BAND, HIGHEST_BAND + 1))
    return tuple(c for c in centres if c * HALF_BAND <= rate_hz / 2)


def third_octave_source(spectrum: Spectrum, centre_hz: float) -> tuple[PowerSpectrum, float, float]:
    """Return which of the two transforms resolves a band, and the band's edges in Hz.

    Parameters
    ----------
    spectrum : Spectrum
        What `SpectrumStage` found.
    centre_hz : float
        Centre of the band in Hz.

    Returns
    -------
    tuple[PowerSpectrum, float, float]
        The transform, and the lower and upper edge in Hz.
    """
    low_hz, high_hz = centre_hz / HALF_BAND, centre_hz * HALF_BAND
    return (spectrum.low if high_hz <= LOW_LIMIT_HZ else spectrum.fine), low_hz, high_hz


def third_octave_levels_db(spectrum: Spectrum) -> F64:
    """Return the level of each band of `third_octaves_hz`, mean square in dB; -inf where there is nothing."""
    levels = []
    for centre in third_octaves_hz(spectrum.rate_hz):
        source, low_hz, high_hz = third_octave_source(spectrum, centre)
        levels.append(source.band(source.total, low_hz, high_hz))
    return powers_db(levels)


def third_octave_cells_db(spectrum: Spectrum) -> F64:
    """Return the band levels per cell of time, shape ``(cells, bands)``; -inf where there is nothing."""
    count = min(len(spectrum.cells), len(spectrum.low_cells))
    slices = [
        _cells_db(spectrum, slice(start, min(start + CELLS_AT_ONCE, count))) for start in range(0, count, CELLS_AT_ONCE)
    ]
    return np.concatenate(slices) if slices else np.empty((0, len(third_octaves_hz(spectrum.rate_hz))))


def _cells_db(spectrum: Spectrum, part: slice) -> F64:
    centres = third_octaves_hz(spectrum.rate_hz)
    count = part.stop - part.start
    powers = np.empty((count, len(centres)))
    sums = {
        id(source): np.concatenate((np.zeros((count, 1)), np.cumsum(cells[part], axis=1, dtype=np.float64)), axis=1)
        for source, cells in ((spectrum.fine, spectrum.cells), (spectrum.low, spectrum.low_cells))
    }
    for band, centre in enumerate(centres):
        source, low_hz, high_hz = third_octave_source(spectrum, centre)
        total = sums[id(source)]
        powers[:, band] = _at(total, high_hz / source.bin_hz + 0.5) - _at(total, low_hz / source.bin_hz + 0.5)
    return powers_db(powers)


def _at(rows: F64, position: float) -> F64:
    """Read every row at a fractional column."""
    position = min(position, rows.shape[1] - 1.0)
    left = min(int(position), rows.shape[1] - 2)
    read: F64 = rows[:, left] + (position - left) * (rows[:, left + 1] - rows[:, left])
    return read
