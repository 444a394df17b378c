"""What a mastering engineer reads from a spectrum: tilt, balance, rumble, sibilance, resonances, noise floor.

All functions are pure, take the result of `dsp.meters.spectrum.Spectrum` and return levels in dB; -inf for silence.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.core.arrays import F64
from dsp.core.units import powers_db, ratio_db
from dsp.meters.bands import CELLS_AT_ONCE, third_octave_levels_db, third_octaves_hz
from dsp.meters.spectrum import BANDS_HZ, Spectrum

TILT_RANGE_HZ = (100.0, 10000.0)  # ours: below, the room of the instruments decides; above, the codec may
RUMBLE_FROM_HZ = 4.0  # ours: below this it is DC offset, which has a check of its own
AUDIBLE_DB = -70.0  # ours: as the absolute gate of loudness: quieter cells say nothing about the balance
# ours: a resonance stands 10 dB above its half octave in three cells of four, for at least 12 s
RESONANCE_RANGE_HZ = (150.0, 12000.0)
RESONANCE_STEPS_PER_OCTAVE = 24
RESONANCE_DB = 10.0
RESONANCE_SHARE = 0.75
RESONANCE_CELLS = 4
QUIET_SHARE = 0.02  # ours: the quietest fiftieth of the sounding frames is where a noise floor shows
QUIET_BELOW_DB = -20.0  # ours: nearer to the mean it is quiet music, not floor


@dataclass(frozen=True, slots=True)
class Resonance:
    """A narrow line that stands above its surroundings for most of the file."""

    frequency_hz: float
    prominence_db: float  # median over the cells in which it stands out
    share: float  # of the sounding cells


def tilt_db_per_octave(spectrum: Spectrum) -> float:
    """Return the slope of the third-octave levels from 100 Hz to 10 kHz (pink noise: 0 dB); 0.0 for silence."""
    centres, levels = np.array(third_octaves_hz(spectrum.rate_hz)), third_octave_levels_db(spectrum)
    use = (centres >= TILT_RANGE_HZ[0] * 0.99) & (centres <= TILT_RANGE_HZ[1] * 1.01) & np.isfinite(levels)
    if use.sum() < 3:
        return 0.0
    octave = np.log2(centres[use])
    octave -= octave.mean()
    return float(octave @ levels[use] / (octave @ octave))


def rumble_share_db(spectrum: Spectrum, below_hz: float = 25.0) -> float:
    """Return the energy between 4 Hz and ``below_hz`` over all energy above 4 Hz; -inf when there is none.

    Parameters
    ----------
    spectrum : Spectrum
        What `SpectrumStage` found.
    below_hz : float
        Upper edge in Hz.

    Returns
    -------
    float
        Share in dB, at most 0.
    """
    if not RUMBLE_FROM_HZ < below_hz <= 300.0:
        raise ValueError(f"below_hz: {below_hz}, must be above {RUMBLE_FROM_HZ} and at most 300")
    low = spectrum.low
    rumble = low.band(low.total, RUMBLE_FROM_HZ, below_hz)
    bass = low.band(low.total, below_hz, 300.0)
    rest = spectrum.fine.band(spectrum.fine.total, 300.0, spectrum.rate_hz / 2)
    return ratio_db(rumble, rumble + bass + rest)


def balance_db(spectrum: Spectrum) -> dict[str, float]:
    """Return the share of low, mid, high and sibilance (see `BANDS_HZ`) in all energy, dB."""
    power = spectrum.bands.sum(axis=0, dtype=np.float64)
    total = float(power[:3].sum())
    return {name: ratio_db(float(p), total) for (name, _, _), p in zip(BANDS_HZ, power, strict=True)}


def balance_over_time_db(spectrum: Spectrum, step_s: float = 0.5) -> tuple[float, F64]:
    """Return the level of each band over time.

    Parameters
    ----------
    spectrum : Spectrum
        What `SpectrumStage` found.
    step_s : float
        Step wanted, in seconds.

    Returns
    -------
    step_s : float
        The step really used: a whole number of transforms.
    levels_db : array, shape (steps, bands)
        Mean power in dB, -inf for silence; columns as in `BANDS_HZ`.
    """
    if step_s <= 0.0:
        raise ValueError(f"step_s: {step_s}, must be above 0")
    frames = max(1, round(step_s / spectrum.frame_s))
    starts = np.arange(0, len(spectrum.bands), frames)
    if len(starts) == 0:
        return frames * spectrum.frame_s, np.zeros((0, len(BANDS_HZ)))
    counts = np.diff(np.append(starts, len(spectrum.bands)))
    mean = np.add.reduceat(spectrum.bands.astype(np.float64), starts, axis=0) / counts[:, None]
    return frames * spectrum.frame_s, powers_db(mean)


def resonances(spectrum: Spectrum) -> tuple[Resonance, ...]:
    """Return narrow lines that last, strongest first.

    Levels in 24ths of an octave are compared, cell by cell, with the median of the half octave on either side. A held
    note looks the same as a resonance: the list is for looking at, not a verdict.
    """
    centres, levels = _narrow_levels_db(spectrum)
    if len(levels) < RESONANCE_CELLS or len(centres) <= RESONANCE_STEPS_PER_OCTAVE:
        return ()
    above = np.concatenate([_above_neighbours_db(levels[i : i + CELLS_AT_ONCE]) for i in _starts(levels)])
    stands = above >= RESONANCE_DB
    share = stands.mean(axis=0)
    found = []
    for i in np.flatnonzero(share >= RESONANCE_SHARE):
        prominence = float(np.median(above[stands[:, i], i]))
        neighbours = above[:, max(i - 2, 0) : i + 3].mean(axis=0)
        if above[:, i].mean() >= neighbours.max() and stands[:, i].sum() >= RESONANCE_CELLS:
            found.append(Resonance(float(centres[i]), prominence, float(share[i])))
    return tuple(sorted(found, key=lambda r: -r.prominence_db))


def _narrow_levels_db(spectrum: Spectrum) -> tuple[F64, F64]:
    """Return centres and levels ``(sounding cells, centres)`` in 24ths of an octave."""
    low_hz, high_hz = RESONANCE_RANGE_HZ
    high_hz = min(high_hz, 0.45 * spectrum.rate_hz)
    steps = int(np.log2(high_hz / low_hz) * RESONANCE_STEPS_PER_OCTAVE)
    centres = low_hz * 2 ** (np.arange(steps) / RESONANCE_STEPS_PER_OCTAVE)
    cells = spectrum.cells[spectrum.cells.sum(axis=1) > 10 ** (AUDIBLE_DB / 10)]
    ratio = 2 ** (0.5 / RESONANCE_STEPS_PER_OCTAVE)
    edges = np.array([centres / ratio, centres * ratio]) / spectrum.fine.bin_hz + 0.5
    levels = [_levels_db(cells[i : i + CELLS_AT_ONCE], edges) for i in _starts(cells)]
    return centres, np.concatenate(levels) if levels else np.empty((0, steps))


def _starts(rows: NDArray[np.floating]) -> range:
    """Return where the slices begin in which many cells are worked on."""
    return range(0, len(rows), CELLS_AT_ONCE)


def _levels_db(cells: NDArray[np.float32], edges: F64) -> F64:
    # Bands narrower than a bin are read from the bin: density times width on both sides of that border.
    sums = np.concatenate((np.zeros((len(cells), 1)), np.cumsum(cells, axis=1, dtype=np.float64)), axis=1)
    left = np.minimum(edges.astype(np.int64), sums.shape[1] - 2)
    read = sums[:, left] + (edges - left) * (sums[:, left + 1] - sums[:, left])
    return powers_db(np.maximum(read[:, 1] - read[:, 0], 1e-20))


def _above_neighbours_db(levels: F64) -> F64:
    """Return how far each level stands above the median of the half octave on either side."""
    half = RESONANCE_STEPS_PER_OCTAVE // 2
    padded = np.pad(levels, ((0, 0), (half, half)), mode="edge")
    around = np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1, axis=1), axis=2)
    above: F64 = levels - around
    return above


def noise_floor_dbfs(spectrum: Spectrum) -> float:
    """Return the level of the quietest sounding frames when they lie well below the music; -inf for digital silence.

    Frames without any energy are not counted. ``inf`` when the file has no quiet parts to judge by.
    """
    power = spectrum.frame_power[1:-1] if len(spectrum.frame_power) > 2 else spectrum.frame_power
    sounding = np.sort(power[power > 1e-18])
    if len(sounding) == 0:
        return -np.inf
    quiet = float(sounding[: max(1, int(QUIET_SHARE * len(sounding)))].mean())
    below = 10 * np.log10(quiet / float(sounding.mean()))
    return float(10 * np.log10(quiet)) if below <= QUIET_BELOW_DB else np.inf
