"""Numbers, times and foreign words on a page."""

import pytest

from bridge.report import text
from bridge.text import clock


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [(-18.42, 1, "−18.4"), (0.04, 1, "0.0"), (-0.04, 1, "0.0"), (None, 1, "–"), (1234567.0, 0, "1\u2009234\u2009567")],
)
def test_numbers(value: float | None, digits: int, expected: str) -> None:
    assert text.number(value, digits) == expected


def test_signed_numbers_carry_their_sign_except_zero() -> None:
    assert [text.number(v, 1, signed=True) for v in (1.25, -1.25, 0.01)] == ["+1.2", "−1.2", "0.0"]


@pytest.mark.parametrize(
    ("seconds", "digits", "expected"),
    [(0, 0, "0:00"), (59.96, 1, "1:00.0"), (65.25, 1, "1:05.2"), (3599.99, 0, "1:00:00"), (3725, 0, "1:02:05")],
)
def test_clock(seconds: float, digits: int, expected: str) -> None:
    assert clock(seconds, digits) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0.00002, "0.0 ms"), (0.4, "0.4 s"), (9.96, "10.0 s"), (205, "3 min 25 s"), (3600, "1 h 0 min"), (60, "1 min")],
)
def test_spoken_duration(seconds: float, expected: str) -> None:
    assert text.spoken_duration(seconds) == expected


def test_formats_are_named_as_people_do() -> None:
    assert [text.rate(r) for r in (44100, 48000, 88200, 11025)] == ["44.1 kHz", "48 kHz", "88.2 kHz", "11.025 kHz"]
    assert [text.channels(n) for n in (1, 2, 6)] == ["mono", "stereo", "6 channels"]


def test_foreign_words_become_harmless_and_stay_readable() -> None:
    assert text.visible("Björk – Jóga (テスト) 🎧") == "Björk – Jóga (テスト) 🎧"
    assert text.visible("a\nb\x1b[31m\x7f") == "a␊b␛[31m␡"
    assert text.visible("safe\u202egpj.exe\udcff") == "safe\ufffdgpj.exe\ufffd"
    assert text.visible_lines("a\tb\r\nc\x00") == "a    b\nc␀"
