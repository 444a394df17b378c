"""What was done and what it means, in the words of a musician."""

import math

from msgspec.structs import replace

from bridge.audio.kinds import integer_bits
from bridge.engine.mastering.plan import MasteringPlan
from bridge.engine.mastering.sides import note_on_sides
from bridge.engine.mastering.spec import MasterSpec
from bridge.model import Analysis, AudioFormat, MasterMove, Measurement
from bridge.policy.mastering.intents import CAP_TITLES, INTENTS, NEUTRAL_WAYS, CapName, reason_for
from bridge.policy.mastering.presets import LOUD, find_preset, load_presets
from bridge.policy.mastering.vinyl import advisories
from bridge.text import clock
from dsp.mastering.limiter.limiter import GainReduction
from dsp.mastering.limiter.model import LimitedOutcome
from dsp.mastering.limiter.solver import broken_caps

_HEARD_DB = 0.1  # less is not worth a word
_SAID_DB = 0.05  # less would be said as 0.0


def moves_of(
    plan: MasteringPlan, mix: AudioFormat, reduction: GainReduction | None, *, planned: bool = False
) -> tuple[MasterMove, ...]:
    """Return every move of a plan, the limiter's as it was or, ``planned``, as expected."""
    spec = plan.spec
    gain_db = plan.settings.gain_db
    what = f"{'Raised' if gain_db >= 0 else 'Lowered'} the whole song by {abs(gain_db):.1f} dB"
    if abs(gain_db) < _SAID_DB:
        what = "Left the level of the whole song as it is"
    gain = MasterMove(stage="gain", what=what, amount_db=round(gain_db, 3), why=_level_why(plan))
    return (*plan.moves, *_resampled(spec, mix), gain, *_limited(plan, reduction, planned=planned), *_rounded(spec))


def _level_why(plan: MasteringPlan) -> str:
    """Say where the level comes from: somebody's wish, references, the target, or the highest peak."""
    spec = plan.spec
    if spec.request.like is not None:
        return "as in the other master"
    if spec.integrated_lufs is None:
        return f"{spec.target.title}: {spec.ceiling_dbtp:g} dBTP"
    level = f"{spec.level_why}: {spec.integrated_lufs:g} LUFS"
    expected = plan.expected_lufs
    short = expected is not None and spec.integrated_lufs - expected > _HEARD_DB
    return f"{level}, as near as it goes" if short else level


def _resampled(spec: MasterSpec, mix: AudioFormat) -> list[MasterMove]:
    if spec.rate_hz == mix.rate_hz:
        return []
    what = f"Converted from {mix.rate_hz / 1000:g} to {spec.rate_hz / 1000:g} kHz"
    why = "asked for"
    if spec.request.rate_hz is None:
        by_target = spec.rate_hz == spec.target.rate_hz
        why = "the target is delivered at this rate" if by_target else "this kind of file cannot have the mix's rate"
    return [MasterMove(stage="resample", what=what, amount_db=0.0, why=why)]


def _limited(plan: MasteringPlan, reduction: GainReduction | None, *, planned: bool) -> list[MasterMove]:
    most_db, share, where = 0.0, "", ""
    if planned and plan.outcome is not None:
        most_db = plan.outcome.max_reduction_db
    elif reduction is not None:
        most_db = reduction.max_db
        busy = float((reduction.reduction_db > _HEARD_DB).mean()) * 100.0 if reduction.reduction_db.size else 0.0
        if most_db > 0.0:
            where = clock(int(reduction.reduction_db.argmax()) * reduction.step_s, 1)
            share = f" (at {where}), in {f'{busy:.1f}' if busy >= 0.05 else 'less than 0.1'} % of the time"
    if most_db < _SAID_DB:
        return []
    return [
        MasterMove(
            stage="limiter",
            what=f"Held peaks back by at most {most_db:.1f} dB{share}",
            amount_db=-round(most_db, 3),
            where=where,
            why=f"no peak above {plan.spec.ceiling_dbtp:g} dBTP, also between the samples",
        )
    ]


def _rounded(spec: MasterSpec) -> list[MasterMove]:
    bits = integer_bits(spec.subtype)
    if bits is None or spec.is_off("dither"):
        return []
    how, why = "triangular dither", "the rounding error becomes a steady hiss instead of distortion"
    if spec.shaped_dither:
        how, why = "shaped dither", f"{why}, and the hiss lies where the ear hears least"
    what = f"Rounded to {bits} bits with {how}"
    return [MasterMove(stage="dither", what=what, amount_db=0.0, why=why)]


def notes_of(plan: MasteringPlan, analysis: Analysis, after: Measurement | None) -> tuple[str, ...]:
    """Return what the person should know besides the moves; ``after`` is None before anything is rendered."""
    spec = plan.spec
    notes = list(plan.warnings)
    if spec.request.anyway:
        notes += [f"Made anyway: {f.message}" for f in analysis.findings if f.kind == "fault"]
    lufs = after.integrated_lufs if after is not None else plan.expected_lufs
    peak_dbtp = after.true_peak_dbtp if after is not None else spec.ceiling_dbtp
    notes += _ways(plan)
    sides = note_on_sides(spec, analysis) if spec.request.like is None else ""
    if sides:
        notes.append(sides)
    stopped = _stopped(plan, lufs)
    if stopped:
        notes.append(stopped)
    if lufs is not None and peak_dbtp is not None:
        notes += _playback(spec, lufs, peak_dbtp)
    if spec.target.note:
        notes.append(spec.target.note)
    if spec.target.vinyl:
        width = plan.settings.shaping.width
        moved = width is not None and width.mono_below_hz is not None
        notes += advisories(analysis.format, analysis.measurement, low_end_moved=moved)
    return tuple(notes)


def _ways(plan: MasteringPlan) -> list[str]:
    """Say what the intent does in its own way, with its numbers, and that nothing stands out in the tone."""
    spec, notes = plan.spec, []
    if spec.request.like is not None:
        return []
    ways, rule = spec.ways, INTENTS[spec.intent]
    limiter = plan.settings.limiter
    if spec.intent != "neutral" and limiter is not None and plan.outcome is not None:
        notes.append(
            f"{rule.title}: single hits held back for {1000.0 * limiter.fast_s:g} ms, what lasts longer than "
            f"{1000.0 * limiter.sustain_s:g} ms let go in {1000.0 * limiter.release_s:g} ms; {ways.why}."
        )
    by_hand = spec.preset.eq is not None or (bool(spec.request.references) and "tone" in spec.request.match)
    if not by_hand and not spec.is_off("eq") and not plan.settings.shaping.eq:
        highest = ways.highest_eq_hz
        below = f" below {highest / 1000.0:g} kHz" if highest < NEUTRAL_WAYS.highest_eq_hz else ""
        notes.append(f"Nothing{below} stands out in the tone: it stays." if highest else "The tone stays as it is.")
    return notes


def _stopped(plan: MasteringPlan, lufs: float | None) -> str:
    """Say why the master is quieter than asked, in what would have been lost."""
    spec, solution = plan.spec, plan.solution
    if lufs is None or spec.integrated_lufs is None:
        return ""
    asked = f"{lufs:.1f} instead of {spec.integrated_lufs:g} LUFS"
    if solution is None:
        quieter_db = spec.integrated_lufs - lufs
        if plan.settings.limiter is None and quieter_db > _HEARD_DB:
            return f"{asked}: without a limiter the highest peak sets the level."
        return ""
    if not solution.broken:
        return ""
    wanted = solution.wanted
    nearer = f"by {wanted.contrast_loss_db:.1f} dB: of 10 dB between them {10.0 * wanted.contrast_slope:.1f} would stay"
    lost = {
        "max_contrast_loss_db": nearer,
        "min_contrast_slope": nearer,
        "max_crest_loss_db": f"by {wanted.crest_loss_db:.1f} dB",
        "max_reduction_db": f"by {wanted.max_reduction_db:.1f} dB",
        "max_reduction_p95_db": f"with {wanted.reduction_p95_db:.1f} dB or more in a twentieth of the song",
    }
    names: list[CapName] = [name for name in CAP_TITLES if name in solution.broken]
    losses = " and ".join(f"{CAP_TITLES[name]} ({lost[name]})" for name in names[:2])  # the first says enough
    reason = reason_for(spec.intent, names[0])
    return f"{asked}: louder would have {losses}. {reason[0].upper()}{reason[1:]}. {_going_on(spec, wanted, lufs)}"


def _going_on(spec: MasterSpec, wanted: LimitedOutcome, lufs: float) -> str:
    """Say how the level that was asked for is had all the same, and how to ask for no more than this."""
    kept = f"--lufs {math.floor(lufs * 10.0) / 10.0:.1f} asks for no more than this."
    if spec.preset.caps:
        return f"The caps of the preset decide how far it goes; {kept}"
    assert spec.integrated_lufs is not None  # something was asked for
    loud = find_preset(LOUD, load_presets())
    still = broken_caps(replace(spec.caps, **loud.caps), wanted)
    goes_on = f"goes on to {spec.integrated_lufs:g} at that price"
    if wanted.integrated_lufs < spec.integrated_lufs - _HEARD_DB:  # further than was looked
        goes_on = "goes further, at that price and more"
    elif still:
        goes_on = f"stops before {spec.integrated_lufs:g}, too"
    return f"--preset {LOUD} {goes_on}; {kept}"


def _playback(spec: MasterSpec, lufs: float, peak_dbtp: float) -> list[str]:
    """Say what the service will do to the level, and how the song then stands beside others."""
    title = spec.target.title
    heard_lufs = lufs + spec.mono_lu
    gain_db = spec.target.playback_gain_db(heard_lufs, peak_dbtp)
    if gain_db is None or spec.target.playback_lufs is None:
        missing_lu = (spec.integrated_lufs or lufs) - lufs
        beside = (
            f", {missing_lu:.1f} dB quieter than a file at {spec.integrated_lufs:g} LUFS"
            if missing_lu > _HEARD_DB
            else ""
        )
        return [f"{title}: played as it is{beside}."]
    behind_db = spec.target.playback_lufs - (heard_lufs + gain_db)
    if abs(gain_db) < _HEARD_DB:
        words = f"{title} will leave its level as it is"
    else:
        words = f"{title} will play it {abs(gain_db):.1f} dB {'louder' if gain_db > 0 else 'quieter'} than it is"
    if behind_db > _HEARD_DB:
        words += f"; that is {behind_db:.1f} dB quieter than its neighbours"
    return [f"{words}."]


def codec_note(spec: MasterSpec, overshoot_db: float, trimmed_db: float) -> str:
    """Say what the encoder did to the peaks and what would avoid it."""
    kind = spec.output.suffix.lstrip(".").upper()
    if overshoot_db <= 0.0 and trimmed_db > 0.0:
        return f"Turned down by {trimmed_db:.1f} dB so that the {kind}, decoded again, keeps the ceiling."
    if overshoot_db <= 0.0:
        return f"Decoded again, the {kind} stays {-overshoot_db:.1f} dB below the ceiling."
    return (
        f"Decoded again, the {kind} peaks {overshoot_db:.1f} dB above the ceiling. "
        f"{overshoot_db + 0.1:.1f} dB less would avoid it (--codec-safe does that)."
    )
