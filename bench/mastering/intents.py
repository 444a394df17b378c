"""How much the intents differ: what each does to the same songs, and how far each pair of masters is apart.

``python -m bench.mastering.intents [--target club] [FILE ...]`` prints tables of the synthesised songs and of files.
"""

import argparse
import itertools
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np
import soundfile
from numpy.typing import NDArray

from bench.mastering.songs import RATE_HZ, songs
from bridge.engine.mastering.job import planned
from bridge.engine.mastering.plan import MasteringPlan
from bridge.model import Intent, MasterRequest
from dsp.mastering.chain import MasterChain

Audio = NDArray[np.float64]
FILE_S = 60.0  # of the middle of a file
_CELL_S = 0.005
_DRIVEN_DB = 0.05  # a limiter that takes less does nothing


@dataclass(frozen=True, slots=True)
class Made:
    """One master in memory and the plan that made it."""

    audio: Audio
    plan: MasteringPlan


def onset_loss_db(mix: Audio, made: Audio, rate_hz: int) -> float:
    """Return how far the first 15 ms of hits fall against what rings on from 30 to 250 ms, on average.

    A hit is a cell of 5 ms with four times the power of the tenth of a second before, above the song's mean. NaN where
    there is none.
    """
    cell = round(_CELL_S * rate_hz)
    powers = [
        (audio[: audio.shape[0] // cell * cell] ** 2).sum(axis=1).reshape(-1, cell).sum(axis=1) for audio in (mix, made)
    ]
    before = np.convolve(powers[0], np.ones(20) / 20)[: powers[0].size]
    rises = np.flatnonzero((powers[0][20:] > 4.0 * before[19:-1]) & (powers[0][20:] > powers[0].mean())) + 20
    hits = [
        at
        for at, last in zip(rises, np.r_[-99, rises][: rises.size], strict=True)
        if at - last > 16 and at + 50 < before.size
    ]
    if not hits.size:
        return float("nan")

    def stands_out(power: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.array([10 * np.log10(power[at : at + 3].mean() / power[at + 6 : at + 50].mean()) for at in hits])

    return float(np.mean(stands_out(powers[0]) - stands_out(powers[1])))


def masters(audio: Audio, rate_hz: int, target: str, folder: Path) -> dict[Intent, Made]:
    """Return the song's masters by intent, unrounded."""
    mix = folder / "mix.wav"
    soundfile.write(mix, audio, rate_hz, subtype="FLOAT")
    made: dict[Intent, Made] = {}
    for intent in get_args(Intent):
        asked = MasterRequest(input_path=str(mix), output_folder=str(folder), target=target, intent=intent, anyway=True)
        _, (plan,) = planned([asked])
        chain = MasterChain(rate_hz, audio.shape[1], plan.settings)
        made[intent] = Made(np.concatenate([chain.process(audio), chain.finish()]), plan)
    return made


def is_driven(made: Made) -> bool:
    """Tell whether anything but the gain happened."""
    outcome = made.plan.outcome
    limited = outcome is not None and outcome.max_reduction_db > _DRIVEN_DB
    return limited or made.plan.settings.shaping.shapes


def apart_db(one: Audio, other: Audio) -> float:
    """Return the power of what two masters differ in, at the gain that makes it least; -inf for none."""
    gain = float((one * other).sum() / max((other**2).sum(), 1e-30))
    left = float(((one - gain * other) ** 2).sum() / max((one**2).sum(), 1e-30))
    return 10.0 * float(np.log10(left)) if left > 1e-20 else float("-inf")


def _row(song: str, intent: Intent, made: Made, mix: Audio, rate_hz: int) -> str:
    outcome, shaping = made.plan.outcome, made.plan.settings.shaping
    assert outcome is not None
    eq_db = sum(abs(band.gain_db) for band in shaping.eq)
    clipped = next((-move.amount_db for move in made.plan.moves if move.stage == "clipper"), 0.0)
    onset = onset_loss_db(mix, made.audio, rate_hz)
    return (
        f"| {song} | {intent} | {made.plan.expected_lufs:.1f} | {outcome.contrast_loss_db:.2f} | "
        f"{outcome.crest_loss_db:.1f} | {outcome.max_reduction_db:.1f} | {onset:.2f} | {eq_db:.1f} | {clipped:.1f} |"
    )


def main(arguments: list[str] | None = None) -> int:
    """Print both tables; return 1 when two intents give the same master of a song that needs more than a gain."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", default="club")
    parser.add_argument("files", nargs="*", type=Path)
    asked = parser.parse_args(arguments)
    mixes: dict[str, tuple[Audio, int]] = {name: (song, RATE_HZ) for name, song in songs().items()}
    for file in asked.files:
        audio, rate_hz = soundfile.read(file, always_2d=True)
        start = max(0, audio.shape[0] - round(FILE_S * rate_hz)) // 2
        mixes[file.stem] = np.ascontiguousarray(audio[start : start + round(FILE_S * rate_hz), :2]), rate_hz
    print(
        "| song | intent | LUFS | contrast lost dB | crest lost dB | held back dB | onset lost dB | EQ dB | clip dB |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    pairs: list[str] = []
    same = 0
    with tempfile.TemporaryDirectory() as folder:
        for song, (mix, rate_hz) in mixes.items():
            made = masters(mix, rate_hz, asked.target, Path(folder))
            for intent, one in made.items():
                print(_row(song, intent, one, mix, rate_hz), flush=True)
            for one_intent, other in itertools.combinations(made, 2):
                apart = apart_db(made[one_intent].audio, made[other].audio)
                same += apart == float("-inf") and is_driven(made[one_intent])
                level_lu = (made[one_intent].plan.expected_lufs or 0.0) - (made[other].plan.expected_lufs or 0.0)
                pairs.append(f"| {song} | {one_intent} / {other} | {level_lu:+.1f} | {apart:.1f} |")
    print("\n| song | pair | level apart LU | differs by dB |\n|---|---|---|---|")
    print("\n".join(pairs))
    return 1 if same else 0


if __name__ == "__main__":
    sys.exit(main())
