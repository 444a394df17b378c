"""What the words in a plug-in's name say, for products that nobody listed."""

from collections.abc import Sequence

from bridge.model import Purpose

# Word rules for products nobody listed. The order is the rule: a "limiter meter" measures, a "tape echo" is an echo.
_RULES: tuple[tuple[Purpose, str], ...] = (
    (
        "meter",
        (
            "meter meters metering analyzer analyser analyzers analysis analyze spectrogram spectrograph "
            "spectroscope scope oscilloscope vectorscope goniometer correlometer phasescope lufs lkfs r128 tuner "
            "histogram visualizer visualiser viz ppm vu inspector detector statistics"
        ),
    ),
    ("reference", "referencing reference metricab blindtest comparison abcomparison"),
    ("room-correction", "headphone headphones crossfeed binauralizer roomeq"),
    ("monitor", "monitoring monitor"),
    (
        "loudness",
        (
            "limiter limit limiting maximizer maximiser maximize maximise clipper clip softclip hardclip "
            "brickwall louder loudener ultramaximizer truepeak"
        ),
    ),
    ("suite", "mastering"),
    ("instrument", "synth synthesizer synthesiser sampler rompler drumkit drumkits soundfont"),
    (
        "space",
        (
            "reverb verb delay echo chorus flanger flange phaser hall chamber plate room shimmer tremolo vibrato "
            "rotary leslie convolver ambience doubler reflections modulation autopan vibe "
            "spring ringmod tremelo"
        ),
    ),
    (
        "utility",
        (
            "gate expander dither gain trim denoise denoiser noise pitch tune autotune align declick declicker "
            "dehum declipper declip polarity latency phase makeup harmonizer harmoniser octaver "
            "whammy routing volume fader vocoder dereverb normalizer rider leveler generator xover "
            " splitter detune pitchshift pitchshifter shifter xfade crossfade dcoffset"
        ),
    ),
    (
        "tone",
        (
            "eq equalizer equaliser deesser desser deess desibilator filter lowpass highpass hpf lpf tilt "
            "resonance wah wahwah filterbank parametric bandpass notch biquad"
        ),
    ),
    (
        "glue",
        (
            "compressor comp compression buss bus console tape vca opto fet varimu dynamics transient transients "
            "envelopeshaper channelstrip strip glue 1176 la2a reel cassette preamp"
        ),
    ),
    (
        "saturation",
        (
            "saturation saturator saturate distortion drive overdrive exciter enhancer tube fuzz amp amplifier "
            "bitcrusher bitcrush decimator crusher waveshaper harmonics warmth transformer cab cabinet valve "
            "muff stompbox pedal"
        ),
    ),
    ("stereo", "stereo width widener imager wider pan panner midside imaging spread stereoizer"),
    ("instrument", "drums drum piano organ orchestra drummer"),
)
# Words that say how or for what, not what: they decide only where no other word does. A "loudness makeup" is a gain, a
# "guitar pedal" no guitar, a "multiband saturation" no compressor.
_QUALIFIERS: dict[str, Purpose] = {
    "loudness": "loudness",
    "multiband": "glue",
    "crossover": "utility",
    "utility": "utility",
    "utilities": "utility",
    "spectrum": "meter",
    "convolution": "space",
    "ensemble": "space",
    "strings": "instrument",
    "guitar": "instrument",
}
# Endings of words written together: "MegaLimiter", "Springverb", "bluecomp".
_ENDINGS: tuple[tuple[Purpose, str], ...] = (
    ("meter", "analyzer analyser meter scope"),
    ("loudness", "limiter maximizer maximiser clipper clip"),
    ("space", "reverb verb delay chorus flanger phaser"),
    ("glue", "compressor comp tape console"),
    ("tone", "equalizer equaliser eq filter esser"),
    ("saturation", "saturator drive exciter enhancer"),
    ("utility", "gate expander"),
    ("instrument", "synth sampler"),
    ("stereo", "imager"),
)
_PURPOSE_OF: dict[str, tuple[int, Purpose]] = {
    word: (rank, purpose) for rank, (purpose, words) in enumerate(_RULES) for word in words.split()
}


def purpose_by_words(words: Sequence[str], neighbours: Sequence[str]) -> tuple[str, Purpose] | None:
    """Return the word that decides and its purpose, or None when no word says anything.

    Parameters
    ----------
    words
        The words of the name in lower case, in any order.
    neighbours
        Pairs of neighbouring words written together, so that "soft clip" counts as "softclip".
    """
    found = [(_PURPOSE_OF[word], word) for word in (*words, *neighbours) if word in _PURPOSE_OF]
    if found:
        (_, purpose), word = min(found, key=lambda item: item[0][0])
        return word, purpose
    return _by_ending(words) or next(((word, _QUALIFIERS[word]) for word in words if word in _QUALIFIERS), None)


def _by_ending(words: Sequence[str]) -> tuple[str, Purpose] | None:
    for purpose, endings in _ENDINGS:
        for word in words:
            for ending in endings.split():
                if word.endswith(ending) and len(word) > len(ending) + 1:
                    return ending, purpose
    return None
