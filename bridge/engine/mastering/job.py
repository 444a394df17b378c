"""The master job: examine the mix, plan, render, write, and examine what was written.

The file gets its name only after it was measured again from the disk and keeps every promise; a job that is
cancelled or fails leaves nothing behind.
"""

from collections.abc import Sequence
from contextlib import ExitStack

from bridge.audio.kept.read import read_kept
from bridge.audio.reader import open_audio
from bridge.engine.analyse import examine, refuse_unmeasurable
from bridge.engine.mastering.deliver import Delivered, Delivery, part, rising
from bridge.engine.mastering.explain import moves_of, notes_of
from bridge.engine.mastering.loudness_model import IsCancelled, LoudnessModel, ModelBuilder, OnProgress, estimate
from bridge.engine.mastering.plan import MasteringPlan, make_plans, modelled_in_passing
from bridge.engine.mastering.render import render
from bridge.engine.mastering.spec import make_spec, refuse
from bridge.engine.mastering.told_once import told_once
from bridge.errors import UsageError
from bridge.model import Analysis, MasterPlan, MasterRequest, MasterResult, Progress
from bridge.pathtext import to_path, to_text


def run_master(
    request: MasterRequest, *, progress: OnProgress | None = None, cancelled: IsCancelled | None = None
) -> MasterResult:
    """Make one master; see `run_masters`."""
    return run_masters((request,), progress=progress, cancelled=cancelled)[0]


def run_masters(
    requests: Sequence[MasterRequest],
    *,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
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
    report = rising(progress or (lambda _: None))
    stop = cancelled or (lambda: False)
    share = 1.0 / (1.0 + len(requests))  # of the work: examining and planning against each rendering
    analysis, plans = _plans(requests, part(report, 0.0, share), stop)
    kept = read_kept(plans[0].spec.mix, analysis.format.rate_hz)
    jobs = [
        Delivery(plan, analysis, kept, part(report, share * (1 + number), share), stop)
        for number, plan in enumerate(plans)
    ]
    # several targets often want the same bytes (-14 LUFS, -1 dBTP): made once, then copied; others the same chain
    keys = [job.same_bytes() for job in jobs]  # asked once: a job that misses its promise gets another plan
    firsts: dict[str, Delivery] = {}
    for key, job in zip(keys, jobs, strict=True):
        firsts.setdefault(key, job)
    delivered: dict[str, Delivered] = {}
    results: list[MasterResult] = []
    told = set(requests[0].told)
    for key, job in zip(keys, jobs, strict=True):
        if key not in delivered:
            chain = job.plan.settings
            together = {k: other for k, other in firsts.items() if k not in delivered and other.plan.settings == chain}
            delivered |= dict(zip(together, _run_together(list(together.values())), strict=True))
        elif firsts[key] is not job:
            delivered[key] = job.copy(delivered[key])
        results.append(job.result(delivered[key], told))
        told.update(results[-1].told)
    report(Progress(stage="done", fraction=1.0))
    return tuple(results)


def _run_together(jobs: Sequence[Delivery]) -> list[Delivered]:
    """Render jobs of one chain in one go; one that misses its promise goes on by itself."""
    with ExitStack() as open_files:
        writers = [open_files.enter_context(job.writer()) for job in jobs]
        outputs = [(job.plan, writer) for job, writer in zip(jobs, writers, strict=True)]
        rendered = render(jobs[0].analysis, outputs, part(jobs[0].report, 0.0, 0.7), jobs[0].stop)
        first = [job.examined(writer, rendered, last=False) for job, writer in zip(jobs, writers, strict=True)]
    return [delivered or job.run() for job, delivered in zip(jobs, first, strict=True)]


def plan_masters(
    requests: Sequence[MasterRequest],
    *,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> tuple[MasterPlan, ...]:
    """Return what `run_masters` would do, without rendering or writing anything."""
    analysis, plans = planned(requests, progress, cancelled)
    return tuple(_described(plan, analysis) for plan in plans)


def planned(
    requests: Sequence[MasterRequest], progress: OnProgress | None = None, cancelled: IsCancelled | None = None
) -> tuple[Analysis, tuple[MasteringPlan, ...]]:
    """Return the mix as it was examined and the plans that `run_masters` would render."""
    return _plans(requests, progress or (lambda _: None), cancelled or (lambda: False))


def _described(plan: MasteringPlan, analysis: Analysis) -> MasterPlan:
    spec = plan.spec
    expected = plan.expected_lufs
    return MasterPlan(
        input=spec.request.input_path,
        output=to_text(spec.output),
        target=spec.request.target,
        intent=spec.intent,
        integrated_lufs=spec.integrated_lufs,
        expected_lufs=round(expected, 4) if expected is not None else None,
        ceiling_dbtp=spec.ceiling_dbtp,
        expected_contrast_slope=round(plan.outcome.contrast_slope, 4) if plan.outcome is not None else None,
        expected_contrast_loss_db=round(plan.outcome.contrast_loss_db, 4) if plan.outcome is not None else None,
        moves=moves_of(plan, analysis.format, None, planned=True),
        notes=(*told_once(spec, analysis.format).values(), *notes_of(plan, analysis, None)),
        settings=plan.builtins(),
        settings_hash=plan.fingerprint(),
    )


def _plans(
    requests: Sequence[MasterRequest], report: OnProgress, stop: IsCancelled
) -> tuple[Analysis, tuple[MasteringPlan, ...]]:
    if not requests or len({request.input_path for request in requests}) != 1:
        raise UsageError("Masters are made of one mix at a time.")
    mix = to_path(requests[0].input_path)
    with open_audio(mix) as reader:
        refuse_unmeasurable(reader)
        specs = [make_spec(request, reader.format) for request in requests]
        loudness_model = LoudnessModel(mix, reader.format, stop)
        listener = ModelBuilder(reader.format, modelled_in_passing(specs, estimate(reader)))
    listened = part(report, 0.0, 0.8)
    analysis, _ = examine(mix, progress=listened, cancelled=stop, with_series=False, beside=listener.process)
    for spec in specs:
        refuse(spec, analysis)
    loudness_model.models = listener.finish()
    return analysis, make_plans(specs, analysis, loudness_model, rising(part(report, 0.8, 0.2)), stop)
