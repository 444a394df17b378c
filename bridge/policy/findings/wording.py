"""Words for findings: times, channels and places as a musician reads them."""

from bridge.model import TimeSpans
from bridge.text import clock

SHOWN = 5  # places named in a message; the finding itself holds up to ten


def channel_names(channels: tuple[int, ...], of: int) -> str:
    """Return the names of channels: ``left``, ``both channels``, ``channels 3 and 5``."""
    if of == 1 or not channels:
        return ""
    if of == 2:
        return "both channels" if len(channels) == 2 else ("left", "right")[channels[0]]
    if len(channels) == of:
        return "all channels"
    numbers = [str(c + 1) for c in channels]
    if len(numbers) == 1:
        return f"channel {numbers[0]}"
    return f"channels {', '.join(numbers[:-1])} and {numbers[-1]}"


def where(places: TimeSpans, of_channels: int) -> str:
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
    names = channel_names(touched, of_channels)
    return f"{text} ({names})" if names else text


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: ``1 place``, ``1,200 places``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
