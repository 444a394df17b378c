"""The results of the second look as fields of a `Measurement`."""

from typing import TypedDict

from dsp.faults.second_look import SecondLook


class SecondLookNumbers(TypedDict, total=False):
    """What the second look gives; no field where nothing was found."""

    channel_delay_frames: int
    channel_delay_inverted: bool


def second_look_numbers(second_look: SecondLook | None) -> SecondLookNumbers:
    """Return the fields of the second look."""
    if second_look is None or second_look.delay is None:
        return {}
    delay = second_look.delay
    return {"channel_delay_frames": delay.frames, "channel_delay_inverted": delay.inverted}


class SourceNumbers(TypedDict, total=False):
    """What the second look says about where the samples come from; no field where there is nothing to say."""

    lattice_bits: float | None


def source_numbers(look: SecondLook | None) -> SourceNumbers:
    """Return the fields of what is looked for in a few places only."""
    if look is None or look.lattice is None:
        return {}
    return {"lattice_bits": round(look.lattice.bits, 3)}
