"""The results of the second look as fields of a `Measurement`."""

from typing import TypedDict

from dsp.faults.second_look import SecondLook


class SecondLookNumbers(TypedDict, total=False):
    """What the second look gives; no field where nothing was found."""

    channel_delay_frames: int
    channel_delay_inverted: bool
    hum_dbfs: float | None
    hum_at_s: float | None
    mains_hz: int
    whine_hz: float | None
    whine_dbfs: float | None
    whine_at_s: float | None


def second_look_numbers(second_look: SecondLook | None, rate_hz: int) -> SecondLookNumbers:
    """Return the fields of the second look at a signal of this rate."""
    numbers: SecondLookNumbers = {}
    if second_look is None:
        return numbers
    if (delay := second_look.delay) is not None:
        numbers |= {"channel_delay_frames": delay.frames, "channel_delay_inverted": delay.inverted}
    if (hum := second_look.hum) is not None:
        numbers |= {"hum_dbfs": hum.level_dbfs, "hum_at_s": hum.start_frame / rate_hz, "mains_hz": hum.mains_hz}
    if (whine := second_look.whine) is not None:
        at_s = whine.start_frame / rate_hz
        numbers |= {"whine_hz": whine.hz, "whine_dbfs": whine.level_dbfs, "whine_at_s": at_s}
    return numbers


class SourceNumbers(TypedDict, total=False):
    """What the second look says about where the samples come from; no field where there is nothing to say."""

    lattice_bits: float | None
    codec: str
    codec_zeros: float | None
    codec_zeros_elsewhere: float | None


def source_numbers(look: SecondLook | None) -> SourceNumbers:
    """Return the fields that tell where the sound comes from."""
    found: SourceNumbers = {}
    if look is not None and look.lattice is not None:
        found["lattice_bits"] = round(look.lattice.bits, 3)
    if look is not None and look.codec is not None:
        found["codec"] = look.codec.codec
        found["codec_zeros"] = look.codec.share
        found["codec_zeros_elsewhere"] = look.codec.share_elsewhere
    return found
