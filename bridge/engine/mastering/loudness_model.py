"""Listening to a mix before it is mastered: what a limiter would do to it at any gain.

Usually this happens beside the analysis, in the same pass over the file. What a limiter does is only asked about near
the gain that the target will need; that gain follows from the loudness, which is not known before the pass, so it is
estimated from excerpts, with room. Shaping that changes the sound needs a pass of its own.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bridge.audio.reader import AudioReader, open_audio
from bridge.engine.threads import budget
from bridge.errors import JobCancelledError
from bridge.model import AudioFormat, Progress
from dsp.core import checks
from dsp.core.checks import Audio
from dsp.core.units import amplitude_db
from dsp.mastering.chain import Shaping, ShapingSettings
from dsp.mastering.limiter.gain_curve import LimiterSettings
from dsp.mastering.limiter.model import LimitedModel
from dsp.mastering.limiter.model_builder import LimitedLoudness
from dsp.mastering.limiter.solver import Caps, Solution
from dsp.meters.loudness import EXCERPT_S, LoudnessStage, estimated_lufs
from dsp.meters.true_peak import TruePeakStage

OnProgress = Callable[[Progress], None]
IsCancelled = Callable[[], bool]
SolverQuestion = tuple[ShapingSettings, LimiterSettings, float, Caps]  # the float: the loudness wanted, in LUFS
Wanted = Mapping[ShapingSettings, tuple[LimiterSettings, float]]  # the limiter and the highest gain asked about, in dB

_EXCERPTS = 40
ESTIMATE_LU = 1.0  # ours: how far the estimate from excerpts is usually off at most
ROOM_DB = 3.0  # how much more than the plain difference the limiter may make necessary, at first
LEAST_ROOM_DB = 1.0  # a model that reaches this far is tried before the mix is heard again
_MAKE_UP = 0.3  # ours: of what the peaks are over, seen on dense songs


@dataclass(frozen=True, slots=True)
class Estimate:
    """About how loud a file is and how high its peaks are; -inf for a silent or very short one."""

    lufs: float
    peak_dbfs: float

    def gain_db(self, target_lufs: float, ceiling_dbtp: float) -> float:
        """Return a gain that is probably enough for a target behind a limiter, and little more.

        The more peaks the limiter holds back, the more gain it takes to make up for it.
        """
        plain_db = target_lufs - self.lufs
        over_db = max(0.0, plain_db + self.peak_dbfs - ceiling_dbtp)
        return plain_db + ESTIMATE_LU + min(max(_MAKE_UP * over_db, LEAST_ROOM_DB), ROOM_DB)


def estimate(reader: AudioReader) -> Estimate:
    """Return an estimate for an open file from excerpts all over it."""
    rate_hz = reader.format.rate_hz
    found = reader.excerpts(_EXCERPTS, round(EXCERPT_S * rate_hz))
    excerpts = [checks.finite_block(excerpt)[0] for excerpt in found]
    peak = max((float(np.abs(excerpt).max(initial=0.0)) for excerpt in excerpts), default=0.0)
    return Estimate(estimated_lufs(excerpts, rate_hz), amplitude_db(peak))


def blocks_of(path: Path, report: OnProgress, stop: IsCancelled, stage: str) -> Iterator[NDArray[np.floating]]:
    """Yield a file in blocks of finite samples. Raises JobCancelledError when asked to stop."""
    done = 0
    with open_audio(path) as reader:
        for block in reader.blocks():
            if stop():
                raise JobCancelledError(f"the master of {path.name} was cancelled")
            done += block.shape[0]
            yield checks.finite_block(block)[0]
            report(Progress(stage=stage, fraction=done / reader.format.frames))


@dataclass(frozen=True, slots=True)
class Level:
    """Loudness, its range and true peak of the shaped mix where no limiter follows."""

    integrated_lufs: float
    true_peak_dbtp: float
    range_lu: float


class ModelBuilder:
    """Makes a model for each shaping wanted from one pass over the mix."""

    def __init__(self, mix: AudioFormat, wanted: Wanted) -> None:
        self._shapings = {s: Shaping(mix.rate_hz, mix.channels, s) for s in wanted}
        self._models = {s: LimitedLoudness(s.rate_hz, mix.channels, *limit) for s, limit in wanted.items()}

    def process(self, block: Audio) -> None:
        """Process the next block, finite samples."""
        for settings, shaping in self._shapings.items():
            self._models[settings].process(shaping.process(block))

    def finish(self) -> dict[ShapingSettings, LimitedModel]:
        """Return the models."""
        for settings, shaping in self._shapings.items():
            self._models[settings].process(shaping.finish())
        return {settings: model.finish() for settings, model in self._models.items()}


@dataclass(slots=True)
class LoudnessModel:
    """What has been heard of one mix so far; later questions are answered from it."""

    path: Path
    format: AudioFormat
    stop: IsCancelled
    models: dict[ShapingSettings, LimitedModel] = field(default_factory=dict)
    levels: dict[ShapingSettings, Level] = field(default_factory=dict)
    solutions: dict[SolverQuestion, Solution] = field(default_factory=dict)

    def reach_db(self, shaping: ShapingSettings, limiter: LimiterSettings) -> float:
        """Return up to which gain the shaping's model can answer, -inf when there is none."""
        known = self.models.get(shaping)
        return known.behind(limiter).most_gain_db if known is not None else -np.inf

    def model(
        self, shaping: ShapingSettings, limiter: LimiterSettings, most_db: float, report: OnProgress
    ) -> LimitedModel:
        """Return the model of a shaping, good for gains up to ``most_db``; listens again only when it must."""
        if self.reach_db(shaping, limiter) < most_db:
            self._listen(report, {shaping: (limiter, most_db)})
        return self.models[shaping].behind(limiter)

    def _listen(self, report: OnProgress, wanted: Wanted) -> None:
        """Pass over the mix once more."""
        listener = ModelBuilder(self.format, wanted)
        blocks = blocks_of(self.path, report, self.stop, "listening")
        with ThreadPoolExecutor(1, "listen") as pool:  # decodes ahead
            coming = pool.submit(budget.run, next, blocks, None)
            while (block := coming.result()) is not None:
                coming = pool.submit(budget.run, next, blocks, None)
                budget.run(listener.process, block)
        self.models |= listener.finish()

    def level(self, shaping: ShapingSettings, report: OnProgress) -> Level:
        """Return the level of the shaped mix at its delivered rate."""
        if shaping not in self.levels:
            run = Shaping(self.format.rate_hz, self.format.channels, shaping)
            peak = TruePeakStage(shaping.rate_hz, self.format.channels)
            loudness = LoudnessStage(shaping.rate_hz, self.format.channels)
            for block in blocks_of(self.path, report, self.stop, "listening"):
                shaped = run.process(block)
                peak.process(shaped)
                loudness.process(shaped)
            rest = run.finish()
            peak.process(rest)
            loudness.process(rest)
            heard = loudness.finish()
            self.levels[shaping] = Level(heard.integrated_lufs, peak.finish().true_peak_dbtp, heard.range_lu)
        return self.levels[shaping]
