"""One master on its way to a file: written under a temporary name, measured from the disk, published when right."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from bridge.audio.kept.broadcast import write_loudness
from bridge.audio.kept.record import Kept, MasterFormat
from bridge.audio.kept.write import without_padding, write_kept
from bridge.audio.kinds import ENCODINGS
from bridge.audio.writer import AudioWriter, copy_file
from bridge.engine.analyse import examine
from bridge.engine.cross_check import cross_check
from bridge.engine.display import display_of
from bridge.engine.mastering.explain import codec_note, moves_of, notes_of
from bridge.engine.mastering.loudness_model import IsCancelled, OnProgress
from bridge.engine.mastering.naming import extension_of
from bridge.engine.mastering.plan import MasteringPlan
from bridge.engine.mastering.render import Rendered, render
from bridge.engine.mastering.told_once import told_once
from bridge.errors import JobCancelledError, JobError
from bridge.model import Analysis, Display, MasterResult, Progress, Series
from bridge.pathtext import to_text
from dsp.mastering.limiter.limiter import GainReduction

PROMISE_LU = 0.05
PROMISE_DB = 0.01  # the ceiling, at sixteen times the rate
_LOSSY_PROMISE_LU = 0.3  # an encoder changes the level a little; it is measured, not promised
_NEAR_LU = 0.03  # ours: further away the gain is corrected and the file rendered again
_LEAST_SLOPE = 0.5  # ours: a gain is corrected by twice what was missed at most
_MAX_RENDERS = 4
_CODEC_ROOM_DB = 0.05


def part(report: OnProgress, start: float, size: float) -> OnProgress:
    """Report a part of the work as that share of the whole."""
    return lambda p: report(Progress(stage=p.stage, fraction=start + size * p.fraction))


def rising(report: OnProgress) -> OnProgress:
    """Never go back: some plans need to listen more than once."""
    highest = 0.0

    def forward(progress: Progress) -> None:
        nonlocal highest
        highest = max(highest, progress.fraction)
        report(Progress(stage=progress.stage, fraction=highest))

    return forward


@dataclass(frozen=True, slots=True)
class Delivered:
    """A published file: the plan that made it in the end, what it measures, what the stages did."""

    path: Path
    plan: MasteringPlan
    after: Analysis
    rendered: Rendered
    crossed: float | None
    drawn: Display | None
    notes: tuple[str, ...] = ()  # what of the mix's metadata the file cannot hold


@dataclass(slots=True)
class Delivery:
    """One plan on its way to a file."""

    plan: MasteringPlan
    analysis: Analysis
    kept: Kept
    report: OnProgress
    stop: IsCancelled

    def copy(self, delivered: Delivered) -> Delivered:
        """Publish a file of the same bytes under this plan's name."""
        self.plan = replace(self.plan, settings=delivered.plan.settings)
        path = copy_file(delivered.path, self.plan.spec.output)
        if sha256_of(path) != delivered.after.sha256:
            raise JobError(f"{path.name} is not what was copied; it was changed while it was made.")
        return replace(delivered, path=path)

    def same_bytes(self) -> str:
        """Return what jobs of the same file have in common; encoders with loss may draw numbers of their own."""
        spec = self.plan.spec
        own = spec.output if spec.lossy else ""
        extension = extension_of(spec.request)
        return f"{self.plan.fingerprint()} {extension} {spec.metadata} {spec.request.cross_check} {own}"

    def writer(self) -> AudioWriter:
        """Return an open file for this job's output, under a temporary name."""
        spec = self.plan.spec
        return AudioWriter(
            spec.output,
            rate_hz=spec.rate_hz,
            channels=spec.channels,
            subtype=spec.subtype,
            frames=self._frames(),
        )

    def run(self) -> Delivered:
        """Render again until the promise is kept; a first attempt has been made."""
        report = rising(self.report)
        for attempt in range(2, _MAX_RENDERS + 1):
            with self.writer() as writer:
                rendered = render(self.analysis, [(self.plan, writer)], part(report, 0.0, 0.7), self.stop)
                delivered = self.examined(writer, rendered, last=attempt == _MAX_RENDERS)
                if delivered is not None:
                    return delivered
        raise AssertionError("unreachable: the last attempt returns or raises")

    def examined(self, writer: AudioWriter, rendered: Rendered, *, last: bool) -> Delivered | None:
        """Measure what was written and publish it; None when a better plan (now this job's) is worth another go."""
        spec = self.plan.spec
        temporary = writer.close()
        notes = self._write_metadata(temporary)
        after, measures = examine(temporary, progress=part(self.report, 0.7, 0.3), cancelled=self.stop)
        better = None if last else self._corrected(after)
        if better is not None:
            self.plan = better
            return None
        self._keep_promise(after)
        crossed = cross_check(temporary, after) if spec.request.cross_check else None
        if self.stop():
            raise JobCancelledError(f"the master of {spec.mix.name} was cancelled")
        if spec.metadata and self.kept.broadcast and write_loudness(temporary, after.measurement):
            after = msgspec.structs.replace(after, sha256=sha256_of(temporary))
        return Delivered(writer.publish(), self.plan, after, rendered, crossed, display_of(after, measures), notes)

    def _write_metadata(self, temporary: Path) -> tuple[str, ...]:
        """Write what the mix says about itself into the closed file, or nothing at all; return what it cannot hold."""
        spec, plan = self.plan.spec, self.plan
        if not spec.metadata:
            without_padding(temporary)
            return ()
        master = MasterFormat(spec.rate_hz, spec.channels, ENCODINGS[spec.subtype].bits or 0, self._frames())
        if spec.subtype == "FLOAT":
            master = master._replace(bits=32)
        return write_kept(temporary, extension_of(spec.request), self.kept, master, plan.builtins(), plan.fingerprint())

    def _frames(self) -> int:
        mix = self.analysis.format
        return -(-mix.frames * self.plan.spec.rate_hz // mix.rate_hz)

    def _corrected(self, after: Analysis) -> MasteringPlan | None:
        """Return a better plan when the file missed, None when it is right or nothing would help."""
        plan = self.plan
        lufs, peak = after.measurement.integrated_lufs, after.measurement.true_peak_dbtp
        if plan.spec.lossy:
            over = (peak or -99.0) - plan.spec.ceiling_dbtp
            return _trimmed(plan, over + _CODEC_ROOM_DB) if plan.spec.request.codec_safe and over > 0.0 else None
        if plan.solution is None or not plan.solution.reached or plan.expected_lufs is None or lufs is None:
            return None
        missed_lu = plan.expected_lufs - lufs
        if abs(missed_lu) <= _NEAR_LU:
            return None
        gain_db = round(plan.settings.gain_db + missed_lu / max(plan.solution.slope, _LEAST_SLOPE), 4)
        return replace(plan, settings=replace(plan.settings, gain_db=gain_db))

    def _keep_promise(self, after: Analysis) -> None:
        """Raise JobError when the file on the disk is not what was promised."""
        plan, name = self.plan, self.plan.spec.output.name
        lufs, peak = after.measurement.integrated_lufs, after.measurement.true_peak_dbtp
        reached = plan.solution is None or plan.solution.reached
        wanted = plan.expected_lufs if not (plan.spec.lossy and plan.spec.request.codec_safe) else None
        allowed = _LOSSY_PROMISE_LU if plan.spec.lossy or not reached else PROMISE_LU
        if lufs is None or (wanted is not None and abs(lufs - wanted) > allowed):
            measured = "silence" if lufs is None else f"{lufs:.2f} LUFS"
            instead = "" if wanted is None else f" instead of {wanted:.2f}"
            raise JobError(f"{name} measured {measured} on the disk{instead}; it was not kept.")
        held = plan.settings.limiter is not None or plan.spec.request.like is None
        if held and not plan.spec.lossy and (peak is None or peak > plan.spec.ceiling_dbtp + PROMISE_DB):
            measured = "no true peak" if peak is None else f"{peak:.2f} dBTP"
            raise JobError(
                f"{name} measured {measured} on the disk, above {plan.spec.ceiling_dbtp:g}; it was not kept."
            )

    def result(self, delivered: Delivered, told: Collection[str]) -> MasterResult:
        """Return the record of what was made; ``told`` has been said of this song before."""
        plan, spec, after, rendered = self.plan, self.plan.spec, delivered.after, delivered.rendered
        notes = (*notes_of(plan, self.analysis, after.measurement), *delivered.notes)
        over: float | None = None
        if spec.lossy and after.measurement.true_peak_dbtp is not None:
            over = round(after.measurement.true_peak_dbtp - spec.ceiling_dbtp, 2)
            notes = (codec_note(spec, over, plan.trimmed_db), *notes)
        once = {about: said for about, said in told_once(spec, self.analysis.format).items() if about not in told}
        notes = (*once.values(), *notes)
        return MasterResult(
            input=spec.request.input_path,
            input_sha256=self.analysis.sha256,
            output=to_text(delivered.path),
            output_sha256=after.sha256,
            target=spec.request.target,
            integrated_lufs=spec.integrated_lufs,
            ceiling_dbtp=spec.ceiling_dbtp,
            format=after.format,
            before=self.analysis.measurement,
            after=after.measurement,
            moves=moves_of(plan, self.analysis.format, rendered.reduction),
            notes=notes,
            told=tuple(once),
            gain_reduction_db=_series(rendered.reduction),
            settings_hash=plan.fingerprint(),
            intent=spec.intent,
            contrast_slope=round(plan.outcome.contrast_slope, 4) if plan.outcome is not None else None,
            contrast_loss_db=round(plan.outcome.contrast_loss_db, 4) if plan.outcome is not None else None,
            decoded_overshoot_db=over,
            cross_check_lufs=delivered.crossed,
            settings=plan.builtins(),
            drawn=delivered.drawn,
        )


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, as lower-case hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _trimmed(plan: MasteringPlan, by_db: float) -> MasteringPlan:
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
