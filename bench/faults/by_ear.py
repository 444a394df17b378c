"""How surely a limiter on the bus is heard, on real music: `python -m bench.faults.by_ear --set held-out`.

Each song stands for two bounces in a row: as it is, and with something done to it. What is done to the bus has to be
heard, and what a mix does must not be. Limiter, clipper and saturation are written here, apart from ours.
"""

import argparse
import random
from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np
from scipy import ndimage, signal

from bench.faults.music import SETS, load, tracks
from bridge.engine.measurement.numbers import measurement_of
from bridge.model import Measurement
from bridge.policy.bus.by_ear import FELL_DB, heard_bus
from dsp.core.arrays import F64
from dsp.meters.meter import StageName, measure

SECONDS = 40.0
DRIVES_DB = (6, 9, 12)
STAGES: tuple[StageName, ...] = ("loudness", "true_peak", "dynamics", "overview", "faults")
CEILING = 0.9

Change = Callable[[F64, int], F64]


def limiter(drive_db: float) -> Change:
    """Return a look-ahead limiter of 2 ms with a release of 80 ms."""

    def work(mix: F64, rate_hz: int) -> F64:
        driven = mix * 10 ** (drive_db / 20)
        ahead = int(0.002 * rate_hz)
        gain = ndimage.minimum_filter1d(
            np.minimum(1.0, CEILING / np.maximum(np.abs(driven).max(axis=1), 1e-9)), 2 * ahead + 1
        )
        step = 16
        held = gain[: len(gain) // step * step].reshape(-1, step).min(axis=1)
        back = np.exp(-step / (0.08 * rate_hz))
        held_gain = 1.0
        for n, wanted in enumerate(held):
            held_gain = min(wanted, 1 - (1 - held_gain) * back)
            held[n] = held_gain
        smooth = ndimage.uniform_filter1d(np.repeat(held, step), 2 * ahead + 1)
        smooth = np.pad(smooth, (0, len(mix) - len(smooth)), mode="edge")
        return np.clip(driven * smooth[:, None], -CEILING, CEILING)

    return work


def clipper(drive_db: float) -> Change:
    """Return a hard clipper."""
    return lambda mix, _: np.clip(mix * 10 ** (drive_db / 20), -CEILING, CEILING)


def saturation(drive_db: float) -> Change:
    """Return a soft clipper."""
    return lambda mix, _: CEILING * np.tanh(mix * 10 ** (drive_db / 20))


def equaliser(edge_hz: float, gain_db: float, kind: str) -> Change:
    """Return a change of everything below or above an edge, 6 dB an octave."""

    def work(mix: F64, rate_hz: int) -> F64:
        part = signal.sosfilt(signal.butter(1, edge_hz, kind, fs=rate_hz, output="sos"), mix, axis=0)
        changed: F64 = mix + (10 ** (gain_db / 20) - 1) * part
        return changed / np.abs(changed).max() * 0.5

    return work


def compressor(mix: F64, rate_hz: int) -> F64:
    """Return the mix through a bus compressor: 4 to 1, 30 ms, about 6 dB at the loudest."""
    pole = np.exp(-1 / (0.03 * rate_hz))
    level_db = 10 * np.log10(signal.lfilter([1 - pole], [1, -pole], (mix**2).mean(axis=1)) + 1e-12)
    over_db = np.maximum(0.0, level_db - np.percentile(level_db, 60))
    changed: F64 = mix * 10 ** (-over_db * 0.75 / 20)[:, None]
    return changed / np.abs(changed).max() * 0.7


ON_THE_BUS: dict[str, Change] = {
    f"{name} {drive_db} dB": make(drive_db)
    for name, make in (("limiter", limiter), ("clipper", clipper), ("saturation", saturation))
    for drive_db in DRIVES_DB
}
IN_THE_MIX: dict[str, Change] = {
    "6 dB quieter": lambda mix, _: mix * 0.5,
    "half as long": lambda mix, _: mix[len(mix) // 2 :],
    "bass +6 dB": equaliser(150, 6.0, "lowpass"),
    "bass -8 dB": equaliser(200, -8.0, "lowpass"),
    "treble +6 dB": equaliser(4000, 6.0, "highpass"),
    "treble -8 dB": equaliser(3000, -8.0, "highpass"),
    "bus compressor": compressor,
}


def measured(mix: F64, rate_hz: int) -> Measurement:
    """Return the numbers of a mix."""
    return measurement_of(measure([np.ascontiguousarray(mix, dtype=np.float32)], rate_hz, 2, STAGES))


def pairs(of: str, most: int) -> Iterator[tuple[str, bool, float]]:
    """Yield (what was done, whether it was heard, by how much peak to loudness fell) for songs of a set."""
    songs = tracks(of)
    random.Random(16).shuffle(songs)
    for song in songs[:most]:
        sound, rate_hz = load(song, SECONDS)
        mix = np.asarray(sound, dtype=np.float64)
        mix /= np.abs(mix).max()
        before = measured(mix, rate_hz)
        for name, change in (ON_THE_BUS | IN_THE_MIX).items():
            after = measured(change(mix, rate_hz), rate_hz)
            fell_db = (before.plr_db or 0.0) - (after.plr_db or 0.0)
            yield name, heard_bus(2, after, 1, before) is not None, fell_db


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.faults.by_ear", description=__doc__)
    parser.add_argument("--set", choices=tuple(SETS), default="development")
    parser.add_argument("--most", type=int, default=20, help="songs, drawn at random")
    asked = parser.parse_args()
    tried, due, heard = Counter[str](), Counter[str](), Counter[str]()
    for name, is_heard, fell_db in pairs(asked.set, asked.most):
        tried[name] += 1
        due[name] += fell_db >= FELL_DB
        heard[name] += is_heard
    print(f"{'done':18} songs  peak to loudness fell {FELL_DB:.0f} dB  heard")
    for name in (*ON_THE_BUS, *IN_THE_MIX):
        print(f"{name:18} {tried[name]:5}  {due[name]:26}  {heard[name]:5}")


if __name__ == "__main__":
    main()
