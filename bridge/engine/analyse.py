"""The analysis of one sound file: read once, measure everything, judge.

One thread decodes the next block and hashes the file while two work on the stages of this one; all of them spend
their time outside Python's lock.
"""

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from msgspec.structs import replace

from bridge.audio.reader import AudioReader, open_audio
from bridge.audio.tags import read_tags
from bridge.engine.curves import curves_of
from bridge.engine.detectors import detector_versions
from bridge.engine.measurement.numbers import measurement_of
from bridge.engine.measurement.time_spans import detected_of
from bridge.engine.past import relation_to
from bridge.engine.threads import MOST, budget
from bridge.errors import AudioFileError, JobCancelledError
from bridge.model import Analysis, EarlierBounce, Finding, Progress
from bridge.pathtext import to_text
from bridge.policy.findings.checks_past import check_past
from bridge.policy.findings.judge import judge
from bridge.policy.findings.thresholds import Thresholds
from bridge.policy.findings.verdict import in_order
from dsp.core import checks
from dsp.core.checks import Audio
from dsp.meters.meter import STAGES, Measures, Meter, StageName


def run_analysis(
    path: Path,
    *,
    thresholds: Thresholds | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    with_series: bool = True,
) -> Analysis:
    """Measure and judge a sound file; see `examine`."""
    return examine(path, thresholds=thresholds, progress=progress, cancelled=cancelled, with_series=with_series)[0]


def examine(
    path: Path,
    *,
    thresholds: Thresholds | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    with_series: bool = True,
    beside: Callable[[Audio], None] | None = None,
    more: tuple[Finding, ...] = (),
    earlier: EarlierBounce | None = None,
) -> tuple[Analysis, Measures]:
    """Measure and judge a sound file; return what is known of it, and the measures it comes from.

    Parameters
    ----------
    path : the file.
    thresholds : when a measurement becomes a finding; the defaults without it.
    progress : called with the share done, a few times a second of work at most.
    cancelled : asked once per block.
    with_series : also return the curves over time.
    beside : hears every block too, finite samples, in order, from another thread.
    more : findings known from elsewhere; they are put in order with the others.
    earlier : the bounce before, to hold this one against; that needs its curves.

    Raises AudioFileError for a file that cannot be read or holds no sound, JobCancelledError when cancelled.
    """
    with open_audio(path) as reader:
        measures, sha256 = measure_reader(reader, progress=progress, cancelled=cancelled, beside=beside)
        measurement = measurement_of(measures)
        limits = thresholds or Thresholds()
        places = detected_of(measures, limits.correlation_listen)
        analysis = Analysis(
            file=to_text(path),
            sha256=sha256,
            format=reader.format,
            measurement=measurement,
            findings=judge(reader.format, measurement, places, limits, more),
            places=places,
            tags=read_tags(path),
            curves=curves_of(measures) if with_series else None,
            detectors=detector_versions(),
        )
    if earlier is not None and (relation := relation_to(analysis, earlier)) is not None:
        past = tuple(check_past(analysis.format, relation, earlier))
        analysis = replace(analysis, findings=in_order((*analysis.findings, *past)))
    if progress is not None:
        progress(Progress(stage="done", fraction=1.0))
    return analysis, measures


def refuse_unmeasurable(reader: AudioReader) -> None:
    """Raise AudioFileError for what opens but cannot be measured."""
    wanted = reader.format
    if wanted.frames == 0:
        raise AudioFileError(f"{reader.path.name} holds no sound (0 frames). Bounce it again.")
    if not checks.MIN_RATE_HZ <= wanted.rate_hz <= checks.MAX_RATE_HZ:
        raise AudioFileError(
            f"{reader.path.name} has a sample rate of {wanted.rate_hz} Hz; "
            f"{checks.MIN_RATE_HZ} to {checks.MAX_RATE_HZ} Hz can be measured."
        )
    if wanted.channels > checks.MAX_CHANNELS:
        raise AudioFileError(
            f"{reader.path.name} has {wanted.channels} channels; up to {checks.MAX_CHANNELS} can be measured."
        )


def measure_reader(
    reader: AudioReader,
    *,
    stages: Collection[StageName] = STAGES,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    beside: Callable[[Audio], None] | None = None,
) -> tuple[Measures, str]:
    """Run the stages over an open sound file in one pass; return what they found and the file's SHA-256.

    Decoding, hashing and the stages share two threads. Raises as `run_analysis` does.
    """
    refuse_unmeasurable(reader)
    meter = Meter(reader.format.rate_hz, reader.format.channels, stages, reader.format.speakers)
    blocks = reader.blocks()
    with ThreadPoolExecutor(MOST, thread_name_prefix="analyse") as pool:
        sha256 = pool.submit(budget.run, reader.sha256)
        coming = pool.submit(budget.run, next, blocks, None)
        while (block := coming.result()) is not None:
            if cancelled is not None and cancelled():
                raise JobCancelledError(f"the analysis of {reader.path.name} was cancelled")
            # the longest first
            work = [] if beside is None else [pool.submit(budget.run, beside, checks.finite_block(block)[0])]
            work += [pool.submit(budget.run, task) for task in meter.tasks(block)]
            coming = pool.submit(budget.run, next, blocks, None)
            for task in work:
                task.result()
            if progress is not None:
                progress(Progress(stage="measuring", fraction=0.99 * meter.frames / reader.format.frames))

        def together(tasks: Sequence[Callable[[], object]]) -> list[object]:
            return [running.result() for running in [pool.submit(budget.run, task) for task in tasks]]

        return meter.finish(together), sha256.result()
