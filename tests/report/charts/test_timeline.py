"""The time line: what happened lies in order, nothing covers anything, foreign words stay words."""

import itertools
import re
from xml.etree import ElementTree

from bridge.model import ModeChange
from bridge.report.charts.timeline import Dot, timeline

DAY_S = 86_400.0


def bounces(count: int, step_s: float = DAY_S) -> list[Dot]:
    return [Dot(1.79e9 + i * step_s, str(i + 1), "fine", f"Bounce {i + 1}", f"/bounces/{i + 1}") for i in range(count)]


def places(picture: str) -> list[float]:
    return [float(x) for x in re.findall(r'<circle[^>]*cx="([\d.]+)%"', picture)]


def test_bounces_lie_where_they_happened() -> None:
    picture = str(timeline(bounces(5), [], [], linked=True))
    ElementTree.fromstring(picture)  # well formed
    found = sorted(places(picture))
    steps = [b - a for a, b in itertools.pairwise(found)]
    assert max(steps) - min(steps) < 0.1
    assert found[0] > 0
    assert found[-1] < 100
    assert picture.count('href="/bounces/') == 5


def test_one_moment_is_no_line() -> None:
    assert str(timeline(bounces(1), [], [], linked=True)) == ""


def test_of_two_hundred_only_those_with_room_have_numbers() -> None:
    picture = str(timeline(bounces(200, 3600.0), [], [], linked=False))
    numbered = sorted(float(x) for x in re.findall(r'<text class="in-dot" x="([\d.]+)%"', picture))
    assert 20 < len(numbered) < 50
    assert min(b - a for a, b in itertools.pairwise(numbered)) >= 2.19
    assert len(places(picture)) == 200
    assert ">200</text>" in picture  # the newest keeps its number
    assert "href" not in picture


def test_modes_fill_the_line_from_change_to_change() -> None:
    at = 1.79e9
    modes = [
        ModeChange(mode="resting", source="bounce", why="", at=at + 2 * DAY_S),
        ModeChange(mode="mastering", source="person", why="", at=at + 3 * DAY_S),
        ModeChange(mode="released", source="person", why="", at=at + 30 * DAY_S),  # after all that is shown
    ]
    picture = str(timeline(bounces(5), [], modes, linked=True))
    stripes = re.findall(r'<rect class="mode (\w+)" x="([\d.]+)%" width="([\d.]+)%"', picture)
    assert [name for name, _, _ in stripes] == ["mixing", "resting", "mastering"]
    widths = [float(width) for _, _, width in stripes]
    assert abs(widths[0] - 2 * widths[1]) < 0.1
    assert abs(sum(widths) - 97.6) < 0.1


def test_words_cannot_become_markup() -> None:
    evil = Dot(1.79e9, "1", '"><script>', "</title><script>alert(1)</script>", '/x"><script>')
    picture = str(timeline([evil, *bounces(2)], [evil], [], linked=True))
    ElementTree.fromstring(picture)
    assert "<script>" not in picture
