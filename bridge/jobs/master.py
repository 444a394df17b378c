"""The master job: examine the mix, plan, render, write, and examine what was written.

The file gets its name only after it was measured again from the disk and keeps every promise; a job that is
cancelled or fails leaves nothing behind.
"""

import hashlib
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from bridge.audiofile import open_audio
from bridge.audiowrite import AudioWriter, copy_file
from bridge.errors import JobCancelledError, JobError, UsageError
from bridge.jobs.analyse import examine, refuse_unmeasurable
from bridge.jobs.cross_check import cross_check
from bridge.jobs.drawn import drawn_of
from bridge.jobs.hearing import CancelledCall, Hearing, Listener, ProgressCall, estimate
from bridge.jobs.moves import codec_note, moves_of, notes_of
from bridge.jobs.naming import extension_of
from bridge.jobs.order import make_order, refuse
from bridge.jobs.plan import Plan, heard_beside, make_plans
from bridge.jobs.render import Rendered, render
from bridge.jobs.tags import Tags, read_tags, write_tags
from bridge.model import Analysis, Drawn, MasterPlan, MasterRequest, MasterResult, Progress, Series
from bridge.pathtext import to_path, to_text
from dsp.limiter import GainReduction

PROMISE_LU = 0.05
PROMISE_DB = 0.01  # the ceiling, at sixteen times the rate
_LOSSY_PROMISE_LU = 0.3  # an encoder changes the level a little; it is measured, not promised
_NEAR_LU = 0.03  # ours: further away the gain is corrected and the file rendered again
_MAX_RENDERS = 4
_CODEC_ROOM_DB = 0.05


def run_master(
    request: MasterRequest, *, progress: ProgressCall | None = None, cancelled: CancelledCall | None = None
) -> MasterResult:
    """Make one master; see `run_masters`."""
    return run_masters((request,), progress=progress, cancelled=cancelled)[0]


def run_masters(
    requests: Sequence[MasterRequest],
    *,
    progress: ProgressCall | None = None,
    cancelled: CancelledCall | None = None,
) -> tuple[MasterResult, ...]:
    """Make the masters of one mix for one or more targets, in order.

    Parameters
    ----------
    requests : all of the same ``input_path``; the mix is examined and listened to once.
    progress : called with the share of the whole work that is done.
    cancelled : asked about once per block.

    Raises JobError when the mix or the target makes a master impossible or a promise cannot be kept, AudioFileError
    when a file cannot be read or written, UsageError for a request that contradicts itself, JobCancelledError when
    cancelled.
    """
    report = _rising(progress or (lambda _: None))
    stop = cancelled or (lambda: False)
    share = 1.0 / (1.0 + len(requests))  # of the work: examining and planning against each rendering
    analysis, plans = _plans(requests, _part(report, 0.0, share), stop)
    tags = read_tags(plans[0].order.mix)
    jobs = [
        _Job(plan, analysis, tags, _part(report, share * (1 + number), share), stop)
        for number, plan in enumerate(plans)
    ]
    # several targets often want the same bytes (-14 LUFS, -1 dBTP): made once, then copied; others the same chain
    firsts = {job.same_bytes(): job for job in reversed(jobs)}
    made: dict[str, _Made] = {}
    results: list[MasterResult] = []
    for job in jobs:
        key = job.same_bytes()
        if key not in made:
            chain = job.plan.settings
            together = [other for other in firsts.values() if other.plan.settings == chain]
            made |= dict(zip([other.same_bytes() for other in together], _run_together(together), strict=True))
        elif firsts[key] is not job:
            made[key] = job.copy(made[key])
        results.append(job.result(made[key]))
    report(Progress(stage="done", fraction=1.0))
    return tuple(results)


def _run_together(jobs: "Sequence[_Job]") -> "list[_Made]":
    """Render jobs of one chain in one go; one that misses its promise goes on by itself."""
    with ExitStack() as open_files:
        writers = [open_files.enter_context(job.writer()) for job in jobs]
        outputs = [(job.plan, writer) for job, writer in zip(jobs, writers, strict=True)]
        rendered = render(jobs[0].analysis, outputs, _part(jobs[0].report, 0.0, 0.7), jobs[0].stop)
        first = [job.examined(writer, rendered, last=False) for job, writer in zip(jobs, writers, strict=True)]
    return [made or job.run() for job, made in zip(jobs, first, strict=True)]


def plan_masters(
    requests: Sequence[MasterRequest],
    *,
    progress: ProgressCall | None = None,
    cancelled: CancelledCall | None = None,
) -> tuple[MasterPlan, ...]:
    """Return what `run_masters` would do, without rendering or writing anything."""
    analysis, plans = _plans(requests, progress or (lambda _: None), cancelled or (lambda: False))
    return tuple(_described(plan, analysis) for plan in plans)


def _described(plan: Plan, analysis: Analysis) -> MasterPlan:
    order = plan.order
    expected = plan.expected_lufs
    return MasterPlan(
        input=order.request.input_path,
        output=to_text(order.output),
        target=order.request.target,
        intent=order.intent,
        integrated_lufs=order.integrated_lufs,
        expected_lufs=round(expected, 4) if expected is not None else None,
        ceiling_dbtp=order.ceiling_dbtp,
        expected_contrast_slope=round(plan.outcome.contrast_slope, 4) if plan.outcome is not None else None,
        moves=moves_of(plan, analysis.format, None, planned=True),
        notes=notes_of(plan, analysis, None),
        settings=plan.builtins(),
        settings_hash=plan.fingerprint(),
    )


def _plans(
    requests: Sequence[MasterRequest], report: ProgressCall, stop: CancelledCall
) -> tuple[Analysis, tuple[Plan, ...]]:
    if not requests or len({request.input_path for request in requests}) != 1:
        raise UsageError("Masters are made of one mix at a time.")
    mix = to_path(requests[0].input_path)
    with open_audio(mix) as reader:
        refuse_unmeasurable(reader)
        orders = [make_order(request, reader.format) for request in requests]
        hearing = Hearing(mix, reader.format, stop)
        listener = Listener(reader.format, heard_beside(orders, estimate(reader)))
    listened = _part(report, 0.0, 0.8)
    analysis, _ = examine(mix, progress=listened, cancelled=stop, with_series=False, beside=listener.process)
    for order in orders:
        refuse(order, analysis)
    hearing.models = listener.finish()
    return analysis, make_plans(orders, analysis, hearing, _rising(_part(report, 0.8, 0.2)), stop)


def _part(report: ProgressCall, start: float, size: float) -> ProgressCall:
    return lambda p: report(Progress(stage=p.stage, fraction=start + size * p.fraction))


def _rising(report: ProgressCall) -> ProgressCall:
    """Never go back: some plans need to listen more than once."""
    highest = 0.0

    def forward(progress: Progress) -> None:
        nonlocal highest
        highest = max(highest, progress.fraction)
        report(Progress(stage=progress.stage, fraction=highest))

    return forward


@dataclass(frozen=True, slots=True)
class _Made:
    """A published file: the plan that made it in the end, what it measures, what the stages did."""

    path: Path
    plan: Plan
    after: Analysis
    rendered: Rendered
    crossed: float | None
    drawn: Drawn | None


@dataclass(slots=True)
class _Job:
    """One plan on its way to a file."""

    plan: Plan
    analysis: Analysis
    tags: Tags
    report: ProgressCall
    stop: CancelledCall

    def copy(self, made: _Made) -> _Made:
        """Publish a file of the same bytes under this plan's name."""
        self.plan = replace(self.plan, settings=made.plan.settings)
        path = copy_file(made.path, self.plan.order.output)
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != made.after.sha256:
                raise JobError(f"{path.name} is not what was copied; it was changed while it was made.")
        return replace(made, path=path)

    def same_bytes(self) -> str:
        """Return what jobs of the same file have in common; encoders with loss may draw numbers of their own."""
        order = self.plan.order
        own = order.output if order.lossy else ""
        return f"{self.plan.fingerprint()} {extension_of(order.request)} {order.request.cross_check} {own}"

    def writer(self) -> AudioWriter:
        """Return an open file for this job's output, under a temporary name."""
        order, mix = self.plan.order, self.analysis.format
        return AudioWriter(
            order.output,
            rate_hz=order.rate_hz,
            channels=mix.channels,
            subtype=order.subtype,
            frames=-(-mix.frames * order.rate_hz // mix.rate_hz),
        )

    def run(self) -> _Made:
        """Render again until the promise is kept; a first attempt has been made."""
        report = _rising(self.report)
        for attempt in range(2, _MAX_RENDERS + 1):
            with self.writer() as writer:
                rendered = render(self.analysis, [(self.plan, writer)], _part(report, 0.0, 0.7), self.stop)
                made = self.examined(writer, rendered, last=attempt == _MAX_RENDERS)
                if made is not None:
                    return made
        raise AssertionError("unreachable: the last attempt returns or raises")

    def examined(self, writer: AudioWriter, rendered: Rendered, *, last: bool) -> _Made | None:
        """Measure what was written and publish it; None when a better plan (now this job's) is worth another go."""
        order = self.plan.order
        temporary = writer.close()
        write_tags(temporary, extension_of(order.request), self.tags, self.plan.builtins(), self.plan.fingerprint())
        after, measures = examine(temporary, progress=_part(self.report, 0.7, 0.3), cancelled=self.stop)
        better = None if last else self._corrected(after)
        if better is not None:
            self.plan = better
            return None
        self._keep_promise(after)
        crossed = cross_check(temporary, after) if order.request.cross_check else None
        if self.stop():
            raise JobCancelledError(f"the master of {order.mix.name} was cancelled")
        return _Made(writer.publish(), self.plan, after, rendered, crossed, drawn_of(after, measures))

    def _corrected(self, after: Analysis) -> Plan | None:
        """Return a better plan when the file missed, None when it is right or nothing would help."""
        plan = self.plan
        lufs, peak = after.measurement.integrated_lufs, after.measurement.true_peak_dbtp
        if plan.order.lossy:
            over = (peak or -99.0) - plan.order.ceiling_dbtp
            return _trimmed(plan, over + _CODEC_ROOM_DB) if plan.order.request.codec_safe and over > 0.0 else None
        if plan.solution is None or not plan.solution.reached or plan.expected_lufs is None or lufs is None:
            return None
        missed_lu = plan.expected_lufs - lufs
        if abs(missed_lu) <= _NEAR_LU:
            return None
        return replace(plan, settings=replace(plan.settings, gain_db=round(plan.settings.gain_db + missed_lu * 1.1, 4)))

    def _keep_promise(self, after: Analysis) -> None:
        """Raise JobError when the file on the disk is not what was promised."""
        plan, name = self.plan, self.plan.order.output.name
        lufs, peak = after.measurement.integrated_lufs, after.measurement.true_peak_dbtp
        reached = plan.solution is None or plan.solution.reached
        wanted = plan.expected_lufs if not (plan.order.lossy and plan.order.request.codec_safe) else None
        allowed = _LOSSY_PROMISE_LU if plan.order.lossy or not reached else PROMISE_LU
        if lufs is None or (wanted is not None and abs(lufs - wanted) > allowed):
            measured = "silence" if lufs is None else f"{lufs:.2f} LUFS"
            raise JobError(f"{name} measured {measured} on the disk instead of {wanted:.2f}; it was not kept.")
        held = plan.settings.limiter is not None or plan.order.request.like is None
        if held and not plan.order.lossy and (peak is None or peak > plan.order.ceiling_dbtp + PROMISE_DB):
            raise JobError(
                f"{name} measured {peak} dBTP on the disk, above {plan.order.ceiling_dbtp:g}; it was not kept."
            )

    def result(self, made: _Made) -> MasterResult:
        """Return the record of what was made."""
        plan, order, after, rendered = self.plan, self.plan.order, made.after, made.rendered
        notes = notes_of(plan, self.analysis, after.measurement)
        over: float | None = None
        if order.lossy and after.measurement.true_peak_dbtp is not None:
            over = round(after.measurement.true_peak_dbtp - order.ceiling_dbtp, 2)
            notes = (codec_note(order, over, plan.trimmed_db), *notes)
        return MasterResult(
            input=order.request.input_path,
            input_sha256=self.analysis.sha256,
            output=to_text(made.path),
            output_sha256=after.sha256,
            target=order.request.target,
            integrated_lufs=order.integrated_lufs,
            ceiling_dbtp=order.ceiling_dbtp,
            format=after.format,
            before=self.analysis.measurement,
            after=after.measurement,
            moves=moves_of(plan, self.analysis.format, rendered.reduction),
            notes=notes,
            gain_reduction_db=_series(rendered.reduction),
            settings_hash=plan.fingerprint(),
            intent=order.intent,
            contrast_slope=round(plan.outcome.contrast_slope, 4) if plan.outcome is not None else None,
            decoded_overshoot_db=over,
            cross_check_lufs=made.crossed,
            settings=plan.builtins(),
            drawn=made.drawn,
        )


def _trimmed(plan: Plan, by_db: float) -> Plan:
    """Return the plan with everything behind the limiter lower: gain and ceiling together, the limiting unchanged."""
    settings = plan.settings
    limiter = settings.limiter
    if limiter is not None:
        limiter = replace(limiter, ceiling_dbtp=limiter.ceiling_dbtp - by_db)
    settings = replace(settings, gain_db=round(settings.gain_db - by_db, 4), limiter=limiter)
    return replace(plan, settings=settings, trimmed_db=plan.trimmed_db + by_db)


def _series(reduction: GainReduction | None) -> Series:
    if reduction is None:
        return Series(start_s=0.0, step_s=1.0, values=())
    return Series(
        start_s=0.0,
        step_s=reduction.step_s,
        values=tuple(round(float(v), 2) for v in reduction.reduction_db),
    )
