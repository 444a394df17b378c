"""Edits of REAPER's files: ours in, ours out, everything else byte for byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.daw.reaper.ini import (
    with_actions,
    with_block,
    with_device,
    with_setting,
    without_actions,
    without_block,
    without_device,
    without_section,
)

OURS = b'OSC "Fresh Ears" 3 9126 "127.0.0.1" 9125 1024 10 "FreshEars"'
ACTIONS = {"FRESHEARS_WATCH": ("Fresh Ears: watch", "Fresh Ears/freshears_watch.lua")}
SCR = b'SCR 4 0 FRESHEARS_WATCH "Custom: Fresh Ears: watch" "Fresh Ears/freshears_watch.lua"'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", b"[REAPER]\ncsurf_cnt=1\ncsurf_0=" + OURS + b"\n"),
        (b"[REAPER]\r\nx=1\r\n", b"[REAPER]\r\ncsurf_cnt=1\r\ncsurf_0=" + OURS + b"\r\nx=1\r\n"),
        (b"[REAPER]\ncsurf_cnt=0\nz=2\n", b"[REAPER]\ncsurf_cnt=1\ncsurf_0=" + OURS + b"\nz=2\n"),
        (
            b'[a]\ncsurf_cnt=7\n[reaper]\ncsurf_0=OSC "x" 3\ncsurf_cnt=1\n\n[b]\n',
            b'[a]\ncsurf_cnt=7\n[reaper]\ncsurf_0=OSC "x" 3\ncsurf_1=' + OURS + b"\ncsurf_cnt=2\n\n[b]\n",
        ),
        (b"[REAPER]", b"[REAPER]\ncsurf_cnt=1\ncsurf_0=" + OURS),
        (b"[REAPER]\ncsurf_cnt=1\ncsurf_0=OSC \"Fresh Ears\" 3 1 \"127.0.0.1\" 2 1024 10 \"FreshEars\"\n",
         b"[REAPER]\ncsurf_cnt=1\ncsurf_0=" + OURS + b"\n"),
    ],
    ids=["empty", "crlf", "zero devices", "another device", "no line ending", "other ports"],
)  # fmt: skip
def test_the_device_is_added_once(before: bytes, after: bytes) -> None:
    assert with_device(before, 9125, 9126) == after
    assert with_device(after, 9125, 9126) == after


def test_taking_the_device_out_moves_later_ones_up() -> None:
    data = with_device(b"[REAPER]\ncsurf_cnt=1\ncsurf_0=MCU 1\n", 9125, 9126)
    data = data.replace(b"csurf_cnt=2\n", b"csurf_cnt=3\n") + b"csurf_2=FADERPORT 2\n"
    assert without_device(data) == b"[REAPER]\ncsurf_cnt=2\ncsurf_0=MCU 1\ncsurf_1=FADERPORT 2\n"
    assert without_device(b"[REAPER]\ncsurf_cnt=1\n") == b"[REAPER]\ncsurf_cnt=1\n"


LINES = st.lists(
    st.sampled_from([b"[REAPER]", b"[x]", b"csurf_cnt=0", b"a=\xff\xe9", b"; note", b"", b"  ", b"KEY 1 2 _RS1 0",
                     b'SCR 4 0 RSabc "Custom: y.lua" y.lua', b"-- mine", b"local x = 1 -- >>>"])
)  # fmt: skip


@pytest.mark.slow
@given(lines=LINES, newline=st.sampled_from([b"\n", b"\r\n"]), ended=st.booleans())
def test_in_and_out_again_gives_the_same_bytes(lines: list[bytes], newline: bytes, ended: bool) -> None:
    data = newline.join(lines) + (newline if ended and lines else b"")
    ends = not data or data.endswith(newline)
    changed = [
        without_actions(with_actions(data, ACTIONS)),
        without_block(with_block(data, "a()\nb()")),
    ]
    for result in changed:
        # A last line without an ending gets one: REAPER needs it, and the copy aside has the file as it was.
        assert result == data or (not ends and result in {data + newline, data + b"\n"})
    again = with_actions(data, ACTIONS)
    assert with_actions(again, ACTIONS) == again
    block = with_block(data, "a()\nb()")
    assert with_block(block, "a()\nb()") == block
    device = with_device(data, 1, 2)
    assert with_device(device, 1, 2) == device
    assert set(data.splitlines()) - {b"csurf_cnt=0", b""} <= set(device.splitlines())


def test_actions_stand_at_the_end_and_are_corrected_in_place() -> None:
    before = b'KEY 1 65 40025 0\r\nSCR 4 0 freshears_watch "Custom: old" "old.lua"\r\nKEY 5 66 _RS1 0\r\n'
    assert with_actions(before, ACTIONS) == b"KEY 1 65 40025 0\r\n" + SCR + b"\r\nKEY 5 66 _RS1 0\r\n"
    assert with_actions(b"KEY 1 65 40025 0", ACTIONS) == b"KEY 1 65 40025 0\n" + SCR + b"\n"
    shortcut = b"KEY 1 66 _FRESHEARS_WATCH 0\n"
    assert without_actions(SCR + b"\n" + shortcut + b"KEY 1 67 40025 0\n") == b"KEY 1 67 40025 0\n"


def test_the_startup_block_is_replaced_where_it_stands() -> None:
    data = with_block(b"first()\nsecond()", "old()")
    moved = data + b"third()\n"
    new = with_block(moved, "new()\nnewer()")
    assert b"old()" not in new
    assert new.index(b"newer()") < new.index(b"third()")
    assert without_block(new) == b"first()\nsecond()\nthird()\n"


def test_a_block_whose_end_was_deleted_is_left_alone() -> None:
    broken = b"-- >>> Fresh Ears: x\nmine()\n"
    assert without_block(broken) == broken


def test_settings_of_a_section() -> None:
    data = with_setting(b"[A]\r\nb=1\r\n", "FreshEars", "mailbox", "C:/Public/x")
    assert data == b"[A]\r\nb=1\r\n[FreshEars]\r\nmailbox=C:/Public/x\r\n"
    assert with_setting(data, "FreshEars", "mailbox", "D:/y") == data.replace(b"C:/Public/x", b"D:/y")
    assert without_section(data, "FreshEars") == b"[A]\r\nb=1\r\n"
    assert without_section(b"[FreshEars]\nmailbox=1\n[B]\nc=2\n", "FreshEars") == b"[B]\nc=2\n"
