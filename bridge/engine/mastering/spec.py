"""From a request to an order: everything left open is decided, what cannot be mastered is refused."""

import math
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from bridge.audio.kinds import BY_MASTER_ENDING, is_lossy
from bridge.engine.mastering.naming import extension_of, master_path
from bridge.errors import JobError, UsageError
from bridge.model import Analysis, AudioFormat, Intent, MasterRequest, MonoAs
from bridge.pathtext import to_path
from bridge.policy.mastering.intents import INTENTS, CapName, IntentCaps, IntentWays
from bridge.policy.mastering.presets import NONE, STAGES, Preset, find_preset, load_presets
from bridge.policy.mastering.references import DEFAULT_AMOUNT_PERCENT, MAX_AMOUNT_PERCENT
from bridge.policy.mastering.targets import Target, find_target, load_targets
from dsp.core import checks
from dsp.core.units import amplitude_db, db_amplitude
from dsp.mastering.compressor import MAX_COMPRESSION_DB
from dsp.mastering.dither import peak_steps
from dsp.mastering.eq import MAX_GAIN_DB as MAX_EQ_GAIN_DB
from dsp.mastering.limiter.gain_curve import MAX_CEILING_DBTP, LimiterSettings
from dsp.mastering.noise_shaping import LOWEST_RATE_HZ
from dsp.mastering.stereo_width import MAX_SIDE_GAIN_DB

_STAGES_DO_DB: dict[CapName, float] = {
    "max_width_change_db": MAX_SIDE_GAIN_DB,
    "max_eq_cut_db": MAX_EQ_GAIN_DB,
    "max_eq_boost_db": MAX_EQ_GAIN_DB,
    "max_compression_db": MAX_COMPRESSION_DB,
}
_COARSEST_BITS = 16  # that a master is rounded to
MAX_LOWERED_DB = 40.0  # ours: a mix further above its target is a file gone wrong
# ITU-R BS.1770-5, Annex 1: the powers of channels add up; the same sound in two of them is 3.01 LU louder
DUAL_MONO_LU = 10.0 * math.log10(2.0)
_LOWEST_CEILING_DBTP = -24.0  # ours: no delivery asks for less
_INTERPOLATION_GAIN = 2.0  # what the rounding of neighbouring samples can add up to between them, with room


@dataclass(frozen=True, slots=True)
class MasterSpec:
    """A request with everything it left open decided."""

    request: MasterRequest
    mix: Path
    target: Target
    preset: Preset
    intent: Intent
    caps: IntentCaps
    strength: float  # 0..1
    match_share: float  # 0..1.5, of the way to the tone of the references
    integrated_lufs: float | None
    ceiling_dbtp: float
    rate_hz: int
    subtype: str
    channels: int
    mono_lu: float  # how much louder two speakers play the file than it measures, where that is reckoned with
    metadata: bool  # whether the file says more than its sound
    output: Path
    level_why: str  # whose level it is, in words

    @property
    def ways(self) -> IntentWays:
        """Return how the intent works where it has to."""
        return INTENTS[self.intent].ways

    @property
    def limiter(self) -> LimiterSettings | None:
        """Return the limiter's settings, None without one."""
        if not self.target.limiter or self.is_off("limiter"):
            return None
        return LimiterSettings(
            ceiling_dbtp=self.unrounded_ceiling_dbtp,
            fast_s=self.ways.fast_s,
            sustain_s=self.ways.sustain_s,
            release_s=self.ways.release_s,
            link=self.preset.link,
        )

    @property
    def unrounded_ceiling_dbtp(self) -> float:
        """Return the ceiling before the rounding: lower by what that can add.

        Every format gets the room that 16 bits need (0.001 dB at -1 dBTP): so they are one master, limited once.
        """
        return amplitude_db(db_amplitude(self.ceiling_dbtp) - self._rounding)

    def below(self, unrounded_ceiling_dbtp: float) -> "MasterSpec":
        """Return the order whose limiter has this ceiling: that of another master."""
        ceiling = amplitude_db(db_amplitude(unrounded_ceiling_dbtp) + self._rounding)
        return replace(self, ceiling_dbtp=round(ceiling, 2))

    def with_loudness(self, integrated_lufs: float) -> "MasterSpec":
        """Return the order for another loudness, the rest as it is."""
        return replace(self, integrated_lufs=integrated_lufs)

    @property
    def _rounding(self) -> float:
        """Return how much rounding can add to a peak, full scale 1.0."""
        return _INTERPOLATION_GAIN * peak_steps(self.rate_hz, shaped=self.shaped_dither) / (1 << (_COARSEST_BITS - 1))

    @property
    def shaped_dither(self) -> bool:
        """Return whether the noise of the rounding is moved to where the ear hears least: into 16 bits only."""
        asked = self.request.noise_shaping or self.preset.noise_shaping
        return asked and self.subtype == "PCM_16" and self.rate_hz >= LOWEST_RATE_HZ and not self.is_off("dither")

    @property
    def lossy(self) -> bool:
        """Return whether the file is encoded with loss."""
        return is_lossy(self.subtype)

    def is_off(self, stage: str) -> bool:
        """Return whether the person switched a stage off."""
        return stage in self.request.off or stage in self.preset.off


def make_spec(request: MasterRequest, mix_format: AudioFormat) -> MasterSpec:
    """Decide what a request leaves open. Raises JobError for the mix, UsageError for the request."""
    mix = to_path(request.input_path)
    if mix_format.channels > 2:
        raise JobError(
            f"{mix.name} has {mix_format.channels} channels. Masters are made of mono and stereo mixes: "
            "bounce a stereo mix."
        )
    target = find_target(request.target, load_targets(_optional(request.targets_file)))
    preset = find_preset(request.preset, load_presets(_optional(request.presets_file))) if request.preset else NONE
    unknown = set(request.off) - set(STAGES)
    if unknown:
        raise UsageError(f"There is no stage {', '.join(sorted(unknown))}. There are: {', '.join(STAGES)}.")
    intent = request.intent or preset.intent or "neutral"
    strength = request.strength_percent if request.strength_percent is not None else preset.strength_percent
    strength = 100.0 if strength is None else strength
    _check("strength", strength, 0.0, 100.0, "%")
    lufs, ceiling = _level(request, target)
    mono_lu = DUAL_MONO_LU if mix_format.channels == 1 and mono_as(request, target) == "dual" else 0.0
    rate_hz = _rate(request, target, mix_format)
    subtype = _subtype(request, target)
    caps = _caps(intent, preset)
    return MasterSpec(
        request=request,
        mix=mix,
        target=target,
        preset=preset,
        intent=intent,
        caps=caps,
        strength=strength / 100.0,
        match_share=_match_amount(request, preset) / 100.0,
        integrated_lufs=None if lufs is None else round(lufs - mono_lu, 2),
        ceiling_dbtp=ceiling,
        rate_hz=rate_hz,
        subtype=subtype,
        channels=mix_format.channels,
        mono_lu=mono_lu,
        metadata=target.metadata if request.metadata is None else request.metadata,
        output=master_path(request, rate_hz, subtype),
        level_why=target.title if request.integrated_lufs is None else "asked for",
    )


def _caps(intent: Intent, preset: Preset) -> IntentCaps:
    """Return the intent's caps but for those a preset sets; contrast that it caps as a slope is capped as such.

    What a preset allows beyond what a stage can do is what the stage can do.
    """
    asked = {name: min(cap, _STAGES_DO_DB.get(name, math.inf)) for name, cap in preset.caps.items()}
    caps = msgspec.structs.replace(INTENTS[intent].caps, **asked)
    if "min_contrast_slope" in preset.caps and "max_contrast_loss_db" not in preset.caps:
        caps = msgspec.structs.replace(caps, max_contrast_loss_db=math.inf)
    return caps


def _match_amount(request: MasterRequest, preset: Preset) -> float:
    asked = (request.match_amount_percent, preset.match_amount_percent, DEFAULT_AMOUNT_PERCENT)
    amount = next(value for value in asked if value is not None)
    _check("match amount", amount, 0.0, MAX_AMOUNT_PERCENT, " %")
    return amount


def mono_as(request: MasterRequest, target: Target) -> MonoAs:
    """Return what the loudness of a mono master means; one that the person names is what a meter reads."""
    return request.mono_as or ("single" if request.integrated_lufs is not None else target.mono_as)


def _optional(text: str | None) -> Path | None:
    return to_path(text) if text is not None else None


def _level(request: MasterRequest, target: Target) -> tuple[float | None, float]:
    lufs = request.integrated_lufs if request.integrated_lufs is not None else target.integrated_lufs
    ceiling = ceiling_at(lufs, request, target)
    _check("ceiling", ceiling, _LOWEST_CEILING_DBTP, MAX_CEILING_DBTP, " dBTP")
    if lufs is not None:
        _check("loudness", lufs, -40.0, -4.0, " LUFS")
    return lufs, ceiling


def ceiling_at(lufs: float | None, request: MasterRequest, target: Target) -> float:
    """Return the ceiling in dBTP of a master that is so loud; some targets ask louder ones for a lower one."""
    if request.ceiling_dbtp is not None:
        return request.ceiling_dbtp
    loud = lufs is not None and target.integrated_lufs is not None and lufs > target.integrated_lufs
    return target.loud_ceiling_dbtp if loud and target.loud_ceiling_dbtp is not None else target.ceiling_dbtp


def _rate(request: MasterRequest, target: Target, mix_format: AudioFormat) -> int:
    rate_hz = request.rate_hz or target.rate_hz or mix_format.rate_hz
    if not checks.MIN_RATE_HZ <= rate_hz <= checks.MAX_RATE_HZ:
        raise UsageError(f"A rate of {rate_hz} Hz is asked for; possible are 8000 to 384000 Hz.")
    extension = extension_of(request)
    kind = BY_MASTER_ENDING.get(extension)
    if kind is None or rate_hz in kind.rates_hz or (not kind.rates_hz and rate_hz <= (kind.most_hz or rate_hz)):
        return rate_hz
    possible = " or ".join(map(str, kind.rates_hz)) or f"up to {kind.most_hz}"
    if request.rate_hz is not None:
        raise UsageError(f"{extension} files have {possible} Hz, not {rate_hz}.")
    if kind.rates_hz:
        return 44_100 if rate_hz % 11_025 == 0 and 44_100 in kind.rates_hz else 48_000
    while kind.most_hz is not None and rate_hz > kind.most_hz:
        rate_hz //= 2
    return rate_hz


def _subtype(request: MasterRequest, target: Target) -> str:
    extension = extension_of(request)
    kind = BY_MASTER_ENDING.get(extension)
    if kind is not None and is_lossy(kind.masters[0]):
        if request.subtype is not None:
            raise UsageError(f"A word length ({request.subtype}) makes no sense for {extension}: it is a lossy format.")
        return kind.masters[0]
    subtype = request.subtype or target.subtype or "PCM_24"
    if kind is None or subtype not in kind.masters:
        possible = ", ".join(
            ending if is_lossy(known.masters[0]) else f"{ending} ({'/'.join(known.masters)})"
            for ending, known in BY_MASTER_ENDING.items()
        )
        raise UsageError(f"A master cannot be written as {subtype} into {extension}. Possible are {possible}.")
    return subtype


def _check(what: str, value: float, low: float, high: float, unit: str) -> None:
    if not (math.isfinite(value) and low <= value <= high):
        raise UsageError(f"A {what} of {value:g}{unit} is asked for; possible are {low:g} to {high:g}{unit}.")


def refuse(spec: MasterSpec, analysis: Analysis) -> None:
    """Raise JobError when what was measured of the mix stands in the way of a master."""
    name, request = spec.mix.name, spec.request
    measured = analysis.measurement
    if measured.sample_peak_dbfs is None:
        raise JobError(f"{name} is silent: there is nothing to master. Check what was bounced.")
    if measured.integrated_lufs is None:
        reason = measured.unavailable.get("integrated_lufs", "it cannot be measured")
        raise JobError(f"{name} has no loudness to bring to a target ({reason}). Bounce the whole song.")
    if spec.integrated_lufs is not None and measured.integrated_lufs - spec.integrated_lufs > MAX_LOWERED_DB:
        raise JobError(
            f"{name} measures {measured.integrated_lufs:.0f} LUFS, far above full scale: that is no sound a DAW plays. "
            "Turn the mix down and bounce it again."
        )
    if request.anyway:
        return
    faults = [finding for finding in analysis.findings if finding.kind == "fault"]
    reasons = [finding.message for finding in faults]
    if measured.nonfinite_samples and not any(finding.check == "not_finite" for finding in faults):
        reasons.append(f"{measured.nonfinite_samples} samples are not numbers.")
    if reasons:
        raise JobError(
            f"{name} is not ready to be mastered: {' '.join(reasons)} "
            "Mend the mix, or ask for it all the same: that is recorded."
        )


def refuse_silence(spec: MasterSpec, shaped_lufs: float) -> None:
    """Raise JobError where nothing is left once the mix was shaped: all of it was an offset, or lies below hearing."""
    if shaped_lufs == -math.inf:
        raise JobError(
            f"{spec.mix.name} is silent but for an offset or what lies below hearing: there is nothing to master. "
            "Check what was bounced."
        )
