"""A song's life on a line: its bounces by verdict, its masters, and the modes it went through."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from bridge.model import ModeChange
from bridge.report import text

_MODE_PX, _BOUNCE_PX, _MASTER_PX, _AXIS_PX = 20, 46, 76, 106
_NEAR = 0.022  # numbers nearer than this share of the width would cover each other
_EDGE = 0.012
_DATES = 5
_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Dot:
    """Something that happened: ``style`` is a class of the style sheet, ``link`` where a click leads."""

    at: float
    label: str
    style: str
    words: str
    link: str = ""


def timeline(bounces: Sequence[Dot], masters: Sequence[Dot], modes: Sequence[ModeChange], *, linked: bool) -> Markup:
    """Return the picture; the tables beside it hold the same for who cannot see it. Empty without two moments."""
    moments = [dot.at for dot in (*bounces, *masters)]
    if len(moments) < 2:
        return Markup()
    first, last = min(moments), max(moments)
    span = max(last - first, 1.0)

    def place(at: float) -> float:
        return _EDGE + (1 - 2 * _EDGE) * min(1.0, max(0.0, (at - first) / span))

    parts = [
        _modes(modes, first, last, place(first), place(last)),
        f'<line class="zero" x1="0" x2="100%" y1="{_BOUNCE_PX}" y2="{_BOUNCE_PX}"/>',
        *_dates(first, span),
    ]
    taken: list[float] = []
    for dot in sorted(bounces, key=lambda dot: -dot.at):  # the newest ones keep their numbers
        x = place(dot.at)
        is_roomy = all(abs(x - other) >= _NEAR for other in taken)
        if is_roomy:
            taken.append(x)
        parts.append(_bounce(dot, x, numbered=is_roomy, linked=linked))
    parts.extend(_master(dot, place(dot.at), linked=linked) for dot in masters)
    return Markup(  # noqa: S704 - every part is made in this file, foreign words are escaped
        f'<svg class="chart timeline" width="100%" height="{_AXIS_PX}" aria-hidden="true">{"".join(parts)}</svg>'
    )


def _modes(modes: Sequence[ModeChange], first: float, last: float, left: float, right: float) -> str:
    """Return a stripe for each mode; before the first change a song is being mixed."""
    changes: list[tuple[float, str]] = [(first, "mixing")]
    for change in modes:
        if change.at <= first:
            changes = [(first, change.mode)]
        elif change.at < last:
            changes.append((change.at, change.mode))
    out = []
    span = max(last - first, 1.0)
    for (start, mode), (end, _) in zip(changes, [*changes[1:], (last, "")], strict=True):
        x = left + (right - left) * (start - first) / span
        width = (right - left) * (end - start) / span
        title = f"<title>{escape(mode.capitalize())} from {escape(text.day_and_time(start))}</title>"
        box = f'x="{100 * x:.2f}%" width="{100 * width:.2f}%" y="2" height="{_MODE_PX}"'
        out.append(f'<rect class="mode {escape(mode)}" {box}>{title}</rect>')
        if width > 0.1:
            out.append(f'<text x="{100 * x:.2f}%" dx="6" y="16">{escape(mode.capitalize())}</text>')
    return "".join(out)


def _dates(first: float, span: float) -> list[str]:
    words, steps = (text.day, _DATES - 1) if span > 2 * _DAY_S else (text.day_and_time, 1)
    out = []
    for i in range(steps + 1):
        x = _EDGE + (1 - 2 * _EDGE) * i / steps
        anchor = "start" if i == 0 else "end" if i == steps else "middle"
        style = "tick" if i in {0, steps} else "tick minor"
        label = escape(words(first + span * i / steps))
        out.append(f'<text class="{style}" x="{100 * x:.2f}%" y="{_AXIS_PX - 3}" text-anchor="{anchor}">{label}</text>')
    return out


def _bounce(dot: Dot, x: float, *, numbered: bool, linked: bool) -> str:
    radius = 10 if numbered else 4
    shape = (
        f"<title>{escape(text.visible(dot.words))}</title>"
        f'<circle class="bounce {escape(dot.style)}" cx="{100 * x:.2f}%" cy="{_BOUNCE_PX}" r="{radius}"/>'
    )
    if numbered:
        y = _BOUNCE_PX + 4
        shape += f'<text class="in-dot" x="{100 * x:.2f}%" y="{y}" text-anchor="middle">{escape(dot.label)}</text>'
    return _wrapped(shape, dot, linked=linked)


def _master(dot: Dot, x: float, *, linked: bool) -> str:
    diamond = '<path class="master" d="M0 0L8 8L0 16L-8 8Z"/>'
    shape = f'<svg x="{100 * x:.2f}%" y="{_MASTER_PX - 8}" overflow="visible">{diamond}</svg>'
    return _wrapped(f"<title>{escape(text.visible(dot.words))}</title>{shape}", dot, linked=linked)


def _wrapped(shape: str, dot: Dot, *, linked: bool) -> str:
    if not linked or not dot.link:
        return f"<g>{shape}</g>"
    return f'<a href="{escape(dot.link)}" tabindex="-1">{shape}</a>'
