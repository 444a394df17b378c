"""Listening to a mix before it is mastered: its tone, and what a limiter would do to it at any gain.

One pass over the file serves all targets of the same rate; shaping that changes the sound needs a pass of its own.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bridge.audiofile import open_audio
from bridge.errors import JobCancelledError
from bridge.model import AudioFormat, Progress
from dsp import checks
from dsp.chain import Shaping, ShapingSettings
from dsp.envelope import LimiterSettings
from dsp.limited_loudness import LimitedLoudness, LimitedModel
from dsp.loudness import LoudnessStage
from dsp.tone import Tone, ToneMeter
from dsp.true_peak import TruePeakStage

ProgressCall = Callable[[Progress], None]
CancelledCall = Callable[[], bool]


def blocks_of(path: Path, report: ProgressCall, stop: CancelledCall, stage: str) -> Iterator[NDArray[np.floating]]:
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
    """Loudness and true peak of the shaped mix where no limiter follows."""

    integrated_lufs: float
    true_peak_dbtp: float


@dataclass(slots=True)
class Hearing:
    """What has been heard of one mix so far; later questions are answered from it."""

    path: Path
    format: AudioFormat
    stop: CancelledCall
    tone: Tone | None = None
    models: dict[ShapingSettings, LimitedModel] = field(default_factory=dict)
    levels: dict[ShapingSettings, Level] = field(default_factory=dict)

    def listen(
        self, report: ProgressCall, wanted: dict[ShapingSettings, tuple[LimiterSettings, float]], *, tone: bool
    ) -> None:
        """Pass over the mix once: its tone, and a model for each shaping with its limiter and highest gain."""
        meter = ToneMeter(self.format.rate_hz, self.format.channels) if tone else None
        shapings = {s: Shaping(self.format.rate_hz, self.format.channels, s) for s in wanted}
        models = {s: LimitedLoudness(s.rate_hz, self.format.channels, *limit) for s, limit in wanted.items()}

        def model(block: NDArray[np.floating]) -> None:
            for settings, shaping in shapings.items():
                models[settings].process(shaping.process(block))

        done = 0
        blocks = blocks_of(self.path, lambda _: None, lambda: False, "listening")
        with ThreadPoolExecutor(2, "listen") as pool:  # one decodes ahead and hears the tone, one models
            coming = pool.submit(next, blocks, None)
            while (block := coming.result()) is not None:
                if self.stop():
                    raise JobCancelledError(f"the master of {self.path.name} was cancelled")
                modelled = pool.submit(model, block)
                coming = pool.submit(next, blocks, None)
                if meter is not None:
                    meter.process(block)
                modelled.result()
                done += block.shape[0]
                report(Progress(stage="listening", fraction=done / self.format.frames))
        for settings, shaping in shapings.items():
            models[settings].process(shaping.finish())
            self.models[settings] = models[settings].finish()
        if meter is not None:
            self.tone = meter.finish()

    def model(
        self, shaping: ShapingSettings, limiter: LimiterSettings, most_db: float, report: ProgressCall
    ) -> LimitedModel:
        """Return the model of a shaping, good for gains up to ``most_db``; listens again only when it must."""
        known = self.models.get(shaping)
        if known is None or known.behind(limiter).most_gain_db < most_db:
            self.listen(report, {shaping: (limiter, most_db)}, tone=False)
        return self.models[shaping].behind(limiter)

    def level(self, shaping: ShapingSettings, report: ProgressCall) -> Level:
        """Return loudness and true peak of the shaped mix at its delivered rate."""
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
            self.levels[shaping] = Level(loudness.finish().integrated_lufs, peak.finish().true_peak_dbtp)
        return self.levels[shaping]
