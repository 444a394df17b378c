"""What is said once of a song, with its first master, and not again with each: how its file stands to what is usual."""

from bridge.engine.mastering.spec import DUAL_MONO_LU, MasterSpec
from bridge.model import AudioFormat

_USUAL_RATE_HZ = 44_100  # what every service takes; below it, the top of what is heard is missing


def told_once(spec: MasterSpec, mix: AudioFormat) -> dict[str, str]:
    """Return sentences about an order and its mix by what they are about."""
    found = {"mono": _mono(spec, mix), "rate": _rate(spec, mix)}
    return {about: sentence for about, sentence in found.items() if sentence}


def _mono(spec: MasterSpec, mix: AudioFormat) -> str:
    if mix.channels != 1 or spec.integrated_lufs is None:
        return ""
    lufs = spec.integrated_lufs
    if spec.mono_lu:
        return (
            f"The mix is mono and is mastered to be heard on two speakers: {lufs:.1f} LUFS in its one channel sound as "
            f"loud as {lufs + spec.mono_lu:.1f} in stereo. --mono-as single brings the one channel to "
            f"{lufs + spec.mono_lu:.1f}."
        )
    return (
        f"The mix is mono and is mastered as one channel: {lufs:.1f} LUFS in it sound as loud on two speakers as "
        f"{lufs + DUAL_MONO_LU:.1f} in stereo. --mono-as dual evens that out."
    )


def _rate(spec: MasterSpec, mix: AudioFormat) -> str:
    if not (spec.rate_hz == mix.rate_hz < _USUAL_RATE_HZ and spec.request.rate_hz is None):
        return ""
    rate, top = f"{mix.rate_hz / 1000:g} kHz", f"{mix.rate_hz / 2000:.3g} kHz"
    return (
        f"The mix has {rate} and so has the master: nothing above {top} is in it, and services ask for 44.1 kHz or "
        "more. Set the project to 44.1 or 48 kHz and bounce it again; --rate 44100 changes the file alone."
    )
