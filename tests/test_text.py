"""Text that every layer writes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.text import LONGEST_LINE, clock, json_text, plain_text, printable, without_surrogates


@pytest.mark.slow
@given(st.text(), st.integers(1, 300))
def test_plain_text_is_one_short_printable_line_and_stays_so(text: str, longest: int) -> None:
    shown = plain_text(text, longest)
    assert len(shown) <= longest
    assert shown.isprintable()
    assert shown == shown.strip()


def test_a_name_is_cut_with_a_sign_that_it_was() -> None:
    assert plain_text("x" * 1000) == "x" * (LONGEST_LINE - 1) + "…"


def test_what_drives_a_terminal_becomes_visible() -> None:
    assert printable("a\x1b[2Jä\u202e\n") == "a\\x1b[2Jä\\u202e\\n"


@given(st.text(st.characters(codec=None)))
def test_what_utf_8_cannot_hold_becomes_visible(text: str) -> None:
    assert without_surrogates(text).encode("utf-8").decode("utf-8").count("\ufffd") == text.count("\ufffd")


def test_positions_in_a_song() -> None:
    said = [clock(65.0), clock(3725.0), clock(62.34, 1), clock(59.96, 1), clock(3599.96, 1), clock(-1.0)]
    assert said == ["1:05", "1:02:05", "1:02.3", "1:00.0", "1:00:00.0", "0:00"]


def test_json_is_text() -> None:
    assert json_text({"song": "Über"}) == '{"song":"Über"}'
