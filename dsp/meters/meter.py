"""All stages in one pass over the blocks of a signal.

`Meter` clears non-finite samples before the stages that filter (one NaN would stay in a filter for ever); stages that
look for faults see the samples as they are.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, Protocol, get_args

from dsp.core import checks
from dsp.core.checks import Audio
from dsp.faults.detector import FaultDetector, Faults
from dsp.faults.second_look import SecondLook, SecondLookStage
from dsp.meters.dynamics import Dynamics, DynamicsStage
from dsp.meters.levels import GranuleFilter
from dsp.meters.loudness import Loudness, LoudnessMeter
from dsp.meters.overview import Overview, OverviewStage
from dsp.meters.provenance import Provenance, ProvenanceStage
from dsp.meters.sections import Sections, find_sections
from dsp.meters.spectrum import Spectrum, SpectrumStage
from dsp.meters.stereo import Stereo, StereoStage, WeightedPowers
from dsp.meters.true_peak import TruePeak, TruePeakStage

StageName = Literal[
    "loudness", "true_peak", "dynamics", "overview", "spectrum", "stereo", "faults", "provenance", "second_look"
]
STAGES: tuple[StageName, ...] = get_args(StageName)


RunTogether = Callable[[Sequence[Callable[[], object]]], Sequence[object]]


def _one_after_another(tasks: Sequence[Callable[[], object]]) -> Sequence[object]:
    return [task() for task in tasks]


class Stage(Protocol):
    """What every stage offers; ``finish`` returns its frozen result."""

    def process(self, block: Audio) -> None:
        """Process the next block."""


@dataclass(frozen=True, slots=True)
class Measures:
    """The results of the stages, ``None`` where a stage was not asked for; ``sections`` come with ``dynamics``."""

    rate_hz: int
    channels: int
    frames: int
    nonfinite_samples: int
    loudness: Loudness | None = None
    true_peak: TruePeak | None = None
    dynamics: Dynamics | None = None
    overview: Overview | None = None
    sections: Sections | None = None
    spectrum: Spectrum | None = None
    stereo: Stereo | None = None  # also None when there are not two channels
    faults: Faults | None = None
    provenance: Provenance | None = None
    second_look: SecondLook | None = None


class _Levels:
    """Loudness, dynamics and overview: three readers of one pass."""

    def __init__(self, rate_hz: int, channels: int, names: Collection[StageName], speakers: Sequence[str]) -> None:
        self.filter = GranuleFilter(rate_hz, channels)
        self.loudness = LoudnessMeter(rate_hz, channels, speakers)
        self.dynamics = DynamicsStage(rate_hz, channels) if "dynamics" in names else None
        self.overview = OverviewStage(channels) if "overview" in names else None
        self.weighted = WeightedPowers() if "stereo" in names and channels == 2 else None

    def process(self, block: Audio) -> None:
        granules = self.filter.process(block)
        self.loudness.process(granules)
        if self.dynamics is not None:
            self.dynamics.process(granules)
        if self.overview is not None:
            self.overview.process(granules)
        if self.weighted is not None:
            self.weighted.process(granules)


class Meter:
    """Measures a signal given block by block.

    Raises ValueError for an unknown stage.

    Parameters
    ----------
    rate_hz : int
        Sample rate in Hz, 8,000 to 384,000.
    channels : int
        Number of channels.
    stages : collection of StageName
        Names of the stages wanted; ``dynamics`` brings ``true_peak`` with it.
    speakers : sequence of str
        Where each channel sounds, as `dsp.meters.loudness.channel_weights` takes them.
    """

    def __init__(
        self,
        rate_hz: int,
        channels: int,
        stages: Collection[StageName] = STAGES,
        speakers: Sequence[str] = (),
    ) -> None:
        unknown = set(stages) - set(STAGES)
        if unknown:
            raise ValueError(f"stages has {sorted(unknown)}, allowed are {', '.join(STAGES)}")
        self.rate_hz = checks.rate(rate_hz)
        self.channels = checks.channel_count(channels)
        self.frames = 0
        self._nonfinite = 0
        self._names = set(stages)
        wanted = {"loudness", "dynamics", "overview"} & self._names
        self._levels = _Levels(rate_hz, channels, self._names, speakers) if wanted else None
        self._true_peak = TruePeakStage(rate_hz, channels) if {"true_peak", "dynamics"} & self._names else None
        self._spectrum = SpectrumStage(rate_hz, channels) if "spectrum" in self._names else None
        self._stereo = StereoStage(rate_hz, channels) if "stereo" in self._names and channels == 2 else None
        self._faults = FaultDetector(rate_hz, channels) if "faults" in self._names else None
        self._provenance = ProvenanceStage(rate_hz, channels) if "provenance" in self._names else None
        self._second_look = SecondLookStage(rate_hz, channels) if "second_look" in self._names else None
        # Costly ones first, so that a caller with two threads ends with the small ones. Faults are looked for in the
        # samples as they are.
        costly_first: tuple[tuple[Stage | None, bool], ...] = (
            (self._spectrum, False),
            (self._faults, True),
            (self._levels, False),
            (self._true_peak, False),
            (self._stereo, False),
            (self._provenance, False),
            (self._second_look, False),
        )
        self._work = [(stage, as_is) for stage, as_is in costly_first if stage is not None]

    def tasks(self, block: Audio) -> list[Callable[[], None]]:
        """Return the work of this block as independent calls, which the caller may run in parallel.

        All of them must have returned before the next block's are run.
        """
        block = checks.audio_block(block, self.channels)
        clean, bad = checks.finite_block(block)
        self.frames += block.shape[0]
        self._nonfinite += bad
        return [partial(stage.process, block if as_is else clean) for stage, as_is in self._work]

    def process(self, block: Audio) -> None:
        """Process the next block, shape (frames, channels), float32 or float64; any length, also 0."""
        for task in self.tasks(block):
            task()

    def finish(self, together: RunTogether = _one_after_another) -> Measures:
        """Return the results for everything processed.

        ``together`` runs independent calls, in parallel if it likes, and returns what they return in their order.
        """
        faults, second_look = self._found(together)
        true_peak = self._true_peak.finish() if self._true_peak else None
        loudness = dynamics = overview = sections = None
        if self._levels is not None:
            rest = self._levels.filter.rest()
            loudness = self._levels.loudness.finish(self.frames)
            if self._levels.dynamics is not None:
                dynamics = self._levels.dynamics.finish(rest, loudness, true_peak)
                sections = find_sections(loudness)
            if self._levels.overview is not None:
                overview = self._levels.overview.finish(rest)
        stereo = self._stereo.finish() if self._stereo else None
        if stereo is not None and self._levels is not None and self._levels.weighted is not None:
            stereo = self._levels.weighted.put_into(stereo)
        return Measures(
            rate_hz=self.rate_hz,
            channels=self.channels,
            frames=self.frames,
            nonfinite_samples=self._nonfinite,
            loudness=loudness if "loudness" in self._names else None,
            true_peak=true_peak if "true_peak" in self._names else None,
            dynamics=dynamics,
            overview=overview,
            sections=sections,
            spectrum=self._spectrum.finish() if self._spectrum else None,
            stereo=stereo,
            faults=faults,
            provenance=self._provenance.finish() if self._provenance else None,
            second_look=second_look,
        )

    def _found(self, together: RunTogether) -> tuple[Faults | None, SecondLook | None]:
        """Return what the detectors found that look at everything, and those that look once more."""
        looks = self._second_look.tasks() if self._second_look else []
        tasks = [*looks[:1], *([self._faults.finish] if self._faults else []), *looks[1:]]
        results = together(tasks)
        faults = next((r for r in results if isinstance(r, Faults)), None)
        found = [r for r in results if not isinstance(r, Faults)]
        return faults, self._second_look.result(found) if self._second_look else None


def measure(blocks: Iterable[Audio], rate_hz: int, channels: int, stages: Collection[StageName] = STAGES) -> Measures:
    """Measure the blocks of a signal; see `Meter`.

    Parameters
    ----------
    blocks : iterable of arrays
        The signal in order, each of shape (frames, channels), full scale 1.0.
    rate_hz : int
        Sample rate in Hz, 8,000 to 384,000.
    channels : int
        Number of channels, 1 to 64.
    stages : collection of StageName
        Names of the stages wanted.

    Returns
    -------
    Measures
        What each of the stages found; None for those left out.
    """
    meter = Meter(rate_hz, channels, stages)
    for block in blocks:
        meter.process(block)
    return meter.finish()
