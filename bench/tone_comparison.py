"""How well ways of comparing the tone of a mix with references tell a known difference (docs/decisions/0015).

Synthesised music of several styles: one song, as it is or equalised, against other songs of its style. Takes minutes.
Run from the repository: ``python -m bench.tone_comparison``.
"""

from collections.abc import Callable, Sequence

import numpy as np

from bridge.engine.measurement.numbers import measurement_of
from bridge.model import Measurement
from dsp.compare.tone import BandProfile, profile_difference
from dsp.core.arrays import F64
from dsp.meters.meter import measure
from tests.dsp.fault_music import STYLES, clip_of

RATE_HZ, LENGTH_S = 44_100, 20.0
OCTAVE = np.array([0.5, 1.0, 1.0, 1.0, 0.5]) / 4.0
EQUALISATIONS: dict[str, Callable[[F64], F64]] = {
    "none": lambda f: np.zeros_like(f),
    "bright": lambda f: 4 / (1 + (4000 / f) ** 4),
    "dark": lambda f: -4 / (1 + (4000 / f) ** 4),
    "bass": lambda f: 4 / (1 + (f / 120) ** 4),
    "mud": lambda f: 3.5 * np.exp(-((np.log2(f / 250) / 0.6) ** 2) / 2),
    "presence": lambda f: 4 * np.exp(-((np.log2(f / 3000) / 0.6) ** 2) / 2),
}


def measured(audio: F64) -> BandProfile:
    """Return the tone of a signal."""
    found: Measurement = measurement_of(
        measure([np.ascontiguousarray(audio, np.float32)], RATE_HZ, 2, ("loudness", "spectrum"))
    )
    levels = [-np.inf if v is None else v for v in found.third_octave_db]
    spread = [0.0 if v is None else v for v in found.third_octave_spread_db]
    lufs = -np.inf if found.integrated_lufs is None else found.integrated_lufs
    return BandProfile(found.third_octave_hz, np.array(levels), np.array(spread), lufs)


def equalised(audio: F64, gain_db: Callable[[F64], F64]) -> F64:
    """Return a signal with a gain over frequency."""
    hertz = np.maximum(np.fft.rfftfreq(len(audio), 1 / RATE_HZ), 1.0)
    lines = np.fft.rfft(audio, axis=0) * 10 ** (gain_db(hertz) / 20)[:, None]
    return np.asarray(np.fft.irfft(lines, len(audio), axis=0))


def by_hand(mix: BandProfile, references: Sequence[BandProfile], match: str, *, octaves: bool) -> tuple[F64, F64, F64]:
    """Compare with a level and a smoothing of choice; return (centres, difference, beyond what is usual)."""
    centres, rows = np.array(mix.centres_hz), []
    use = (centres >= 100.0) & (centres <= 10_000.0)
    for reference in references:
        row = mix.levels_db - reference.levels_db
        if octaves:
            row = np.convolve(np.pad(row, 2, mode="edge"), OCTAVE, "valid")
        loudness = mix.loudness_lufs - reference.loudness_lufs
        level = {"loudness": loudness, "mean": row[use].mean(), "middle": np.median(row[use])}[match]
        rows.append(row - level)
    against = np.array(rows)
    over_time = np.mean([p.spread_db**2 for p in (mix, *references)], axis=0)
    between = against.var(axis=0, ddof=1) if len(references) > 1 else np.zeros(len(centres))
    usual = np.maximum(np.sqrt(over_time / 4 + between), 1.5)
    difference = against.mean(axis=0)
    out = (np.abs(difference) > usual) & ((against.min(axis=0) > 0) | (against.max(axis=0) < 0))
    return centres, difference, np.where(out, np.sign(difference) * (np.abs(difference) - usual), 0.0)


def as_shipped(mix: BandProfile, references: Sequence[BandProfile]) -> tuple[F64, F64, F64]:
    """Compare as page and master do."""
    found = profile_difference(mix, references)
    return np.array(found.centres_hz), found.difference_db, found.beyond_db


def compared(mix: BandProfile, references: Sequence[BandProfile]) -> dict[str, tuple[F64, F64, F64]]:
    """Return what each way says."""
    ways = {"as shipped": as_shipped(mix, references)}
    for match in ("loudness", "mean", "middle"):
        for octaves in (False, True):
            name = f"{match}, {'octaves' if octaves else 'third octaves'}"
            ways[name] = by_hand(mix, references, match, octaves=octaves)
    return ways


def main() -> None:
    """Print one line a way."""
    rows: dict[str, list[tuple[float, float, float]]] = {}
    for style in (s for s in STYLES if s not in ("square lead", "chip tune")):
        others = [measured(clip_of(style, seed, length_s=LENGTH_S)) for seed in (1, 2, 3)]
        song = clip_of(style, 4, length_s=LENGTH_S)
        for kind, gain_db in EQUALISATIONS.items():
            mix = measured(equalised(song, gain_db))
            for references in (others[:1], others):
                for name, (centres, difference, beyond) in compared(mix, references).items():
                    heard = (centres > 50.0) & (centres < 12_500.0)
                    truth, moved = gain_db(centres[heard]), beyond[heard]
                    if kind == "none":
                        rows.setdefault(name, []).append((np.nan, np.nan, float(np.mean(moved != 0.0))))
                    else:
                        error = float(np.sqrt(np.mean((difference[heard] - truth) ** 2)))
                        rows.setdefault(name, []).append((error, float(np.mean(moved * truth < 0.0)), np.nan))
    for name, found in rows.items():
        error, wrong, alarms = np.nanmean(found, axis=0)
        print(f"{name:26} error {error:.2f} dB, wrong way {100 * wrong:.1f} %, false {100 * alarms:.1f} %")


if __name__ == "__main__":
    main()
