"""Words for findings: times, channels and places as a musician reads them."""

from bridge.model import AudioFormat, Speakers, TimeSpans
from bridge.text import clock

SHOWN = 5  # places named in a message; the finding itself holds up to ten


SPEAKERS = {
    "FL": "left",
    "FR": "right",
    "FC": "centre",
    "LFE": "LFE",
    "BL": "left surround",
    "BR": "right surround",
    "FLC": "left of centre",
    "FRC": "right of centre",
    "BC": "back centre",
    "SL": "left side",
    "SR": "right side",
    "TC": "top centre",
    "TFL": "top front left",
    "TFC": "top front centre",
    "TFR": "top front right",
    "TBL": "top back left",
    "TBC": "top back centre",
    "TBR": "top back right",
}


def speakers_of(audio_format: AudioFormat) -> Speakers:
    """Return the speaker of each channel; of a file that was read before they were known, those of two channels."""
    channels = audio_format.channels
    if len(audio_format.speakers) == channels:
        return audio_format.speakers
    return ("FL", "FR") if channels == 2 else ("",) * channels


def channel_names(channels: tuple[int, ...], of: Speakers) -> str:
    """Return the names of channels: ``left``, ``both channels``, ``centre and LFE``, ``channel 9``.

    ``of`` names the speaker of each channel of the file; those without one are numbered from 1.
    """
    if len(of) <= 1 or not channels:
        return ""
    if len(channels) == len(of):
        return "both channels" if len(of) == 2 else "all channels"
    names = [SPEAKERS.get(of[c], "") for c in channels if of[c] in SPEAKERS]
    numbers = [str(c + 1) for c in channels if of[c] not in SPEAKERS]
    if numbers:
        names.append(f"channel{'s' if len(numbers) > 1 else ''} {listed(numbers)}")
    return listed(names)


def listed(words: list[str]) -> str:
    """Return words as a sentence lists them: ``one, two and three``."""
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else ""


def where(places: TimeSpans, speakers: Speakers) -> str:
    """Return when and in which channels: ``at 0:12.3, 0:45.0 and 7 more places (left)``."""
    times = [
        clock(p.start_s, 1) if p.length_s < 1.0 else f"{clock(p.start_s, 1)}–{clock(p.start_s + p.length_s, 1)}"
        for p in places.worst[:SHOWN]
    ]
    more = places.places - len(times)
    text = f"at {', '.join(times)}" if times else ""
    if more > 0:
        text += f" and {counted(more, 'more place')}"
    touched = tuple(sorted({c for p in places.worst for c in p.channels}))
    names = channel_names(touched, speakers)
    return f"{text} ({names})" if names else text


def times(number: int) -> str:
    """Return how often: ``once``, ``12 times``."""
    return "once" if number == 1 else counted(number, "time")


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: ``1 place``, ``1,200 places``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
