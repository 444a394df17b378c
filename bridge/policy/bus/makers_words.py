"""What a maker's own word makes of a product: an LV2 class, or words of a description ("look-ahead limiter")."""

import re
from collections.abc import Iterable
from itertools import pairwise

from msgspec import Struct

from bridge.model import Purpose
from bridge.policy.bus.plugin_words import purpose_by_words
from bridge.policy.bus.plugins import LISTED, MEANING, classify, plain_name

# The classes of the LV2 specification (lv2core.ttl), without "Plugin"; one that says nothing of a purpose is left out.
_LV2_CLASSES: tuple[tuple[Purpose, str], ...] = (
    ("loudness", "Limiter"),
    ("glue", "Compressor Dynamics"),
    ("tone", "EQ MultiEQ ParaEQ Filter Lowpass Highpass Bandpass Comb Allpass"),
    ("saturation", "Distortion Waveshaper Simulator"),
    ("space", "Reverb Delay Modulator Chorus Flanger Phaser"),
    ("stereo", "Spatial"),
    ("meter", "Analyser"),
    ("utility", "Utility Expander Gate Pitch Mixer Generator Oscillator Converter Amplifier Constant"),
    ("instrument", "Instrument"),
)
# What descriptions say beyond names: whole words, one or two of them. They come before the rules for names.
_DESCRIPTIONS: tuple[tuple[Purpose, str], ...] = (
    ("instrument", "instrument;synths;oscillators;soundfont;gig files;slicer;string modeler;drum machine;drum"),
    (
        "saturation",
        "waveshaping;guitar amplifier;preamp;tape saturator;console saturation;bit reduction;wavefolder;inflator",
    ),
    (
        "space",
        "tape stop;wow and flutter;frequency shifter;granular;resonator;disperser;ringmod;all pass;echo delay",
    ),
    ("meter", "visualization;field visualizer"),
    ("tone", "resonance suppressor;crossover equalizer"),
    ("utility", "noise suppression;noise generator;signal generator;pitch shifter;pitch shifting;time adjustment"),
    ("utility", "restoration;splitter"),
    ("glue", "analog channel"),
    ("stereo", "widening;stereo width"),
    ("reference", "a b"),
)
_OF_LV2_CLASS = {one: purpose for purpose, several in _LV2_CLASSES for one in several.split()}
_OF_DESCRIPTION = {one: purpose for purpose, several in _DESCRIPTIONS for one in several.split(";")}
_LV2_CLASS = re.compile(r"^(?:lv2:)?([A-Za-z]+)Plugin$")
_WORD = re.compile(r"[^\W_]+")


class Told(Struct, frozen=True):
    """A product and what its maker calls it."""

    name: str  # as a DAW shows it
    called: str  # an LV2 class, or words of a description or a manual


class Lesson(Struct, frozen=True):
    """What a list gains by what makers say."""

    patterns: dict[Purpose, tuple[str, ...]]  # whole names for a `plugins.toml`, in the order of the alphabet
    known: int  # products the list and the rules name so already
    left_out: dict[str, str]  # by name: why it is not added


def purpose_of_makers_word(called: str) -> Purpose | None:
    """Return the purpose that follows from what a maker calls a product, None when it tells none."""
    if match := _LV2_CLASS.match(called.strip()):
        return _OF_LV2_CLASS.get(match.group(1))
    words = tuple(_WORD.findall(called.casefold()))
    for length in (3, 2, 1):
        for start in range(len(words) - length + 1):
            if purpose := _OF_DESCRIPTION.get(" ".join(words[start : start + length])):
                return purpose
    found = purpose_by_words(words, [a + b for a, b in pairwise(words)])
    return found[1] if found else None


def learn(told: Iterable[Told]) -> Lesson:
    """Turn what makers say into patterns for a list: only names that are not known to be that already.

    What a list names otherwise stays as it is: somebody chose it. Two makers who use one name for different things
    leave it out: a name alone could not tell them apart.
    """
    purposes: dict[str, set[Purpose]] = {}
    known, left_out = 0, {}
    for one in told:
        purpose = purpose_of_makers_word(one.called)
        words = plain_name(one.name).words
        found = classify(one.name)
        if purpose is None or not words:
            left_out[one.name] = f"{one.called!r} tells no purpose"
        elif found.purpose == purpose:
            known += 1
        elif LISTED in found.why:
            left_out[one.name] = f"its maker's {one.called!r} would be {purpose}, but it is listed as {found.purpose}"
        else:
            purposes.setdefault("=" + " ".join(words), set()).add(purpose)
    for pattern, several in purposes.items():
        if len(several) > 1:
            left_out[pattern.removeprefix("=")] = f"by several makers, {' and '.join(sorted(several))}"
    agreed = {pattern: several.pop() for pattern, several in purposes.items() if len(several) == 1}
    return Lesson({purpose: _of(agreed, purpose) for purpose in MEANING if purpose in agreed.values()}, known, left_out)


def _of(agreed: dict[str, Purpose], purpose: Purpose) -> tuple[str, ...]:
    return tuple(sorted(pattern for pattern, found in agreed.items() if found == purpose))
