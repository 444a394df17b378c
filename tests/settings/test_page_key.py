"""The key to the page: codes once and soon, passes for long, none of them from elsewhere."""

import os
import stat
import threading
from pathlib import Path

import pytest

from bridge.settings.page_key import CODE_S, PASS_S, CodeChecker, PageKey, PageKeyError, page_key

NOW = 1.79e9
KEY = PageKey(b"a" * 32)


def test_a_code_opens_once() -> None:
    desk = CodeChecker(KEY, NOW - 10)
    code = KEY.new_code(NOW)
    assert desk.take(code, NOW + 1)
    assert not desk.take(code, NOW + 2)
    assert desk.take(KEY.new_code(NOW), NOW + 2)  # another one of the same moment is another one


@pytest.mark.parametrize("late_s", [CODE_S + 1, -60.0])
def test_a_code_is_good_for_two_minutes_and_not_before_it_was_made(late_s: float) -> None:
    assert not CodeChecker(KEY, NOW - 1000).take(KEY.new_code(NOW), NOW + late_s)


def test_a_code_from_before_the_start_may_have_been_used_and_is_refused() -> None:
    assert not CodeChecker(KEY, NOW + 1).take(KEY.new_code(NOW), NOW + 2)


@pytest.mark.parametrize("text", ["", ".", "..", "x", "1.2.3", "1790000000000.abc.", "é" * 50, "9" * 5000, "\ud800"])
def test_made_up_texts_are_neither_code_nor_pass(text: str) -> None:
    assert not CodeChecker(KEY, 0).take(text, NOW)
    assert not KEY.is_pass(text, NOW)


def test_codes_are_no_passes_passes_no_codes_and_other_homes_have_neither() -> None:
    other = PageKey(b"b" * 32)
    assert KEY.is_pass(KEY.new_pass(NOW), NOW + PASS_S - 1)
    assert not KEY.is_pass(KEY.new_pass(NOW), NOW + PASS_S + 1)
    assert not KEY.is_pass(KEY.new_code(NOW), NOW)
    assert not CodeChecker(KEY, 0).take(KEY.new_pass(NOW), NOW)
    assert not KEY.is_pass(other.new_pass(NOW), NOW)
    assert not CodeChecker(KEY, 0).take(other.new_code(NOW), NOW)
    assert KEY.cookie_name != other.cookie_name


def test_the_secret_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "home" / "freshears.page-key"
    keys: list[PageKey] = []
    makers = [threading.Thread(target=lambda: keys.append(page_key(path))) for _ in range(4)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert len({key.cookie_name for key in keys}) == 1
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]
    assert page_key(path).is_pass(keys[0].new_pass(NOW), NOW)  # kept over restarts
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        path.chmod(0o644)
        page_key(path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_secret_cut_short_is_made_anew_and_a_planted_link_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "freshears.page-key"
    path.write_bytes(b"short")
    page_key(path)
    assert len(path.read_bytes()) == 32
    path.unlink()
    known = tmp_path / "known to somebody"
    known.write_bytes(b"x" * 32)
    path.symlink_to(known)
    with pytest.raises(PageKeyError, match="page-key"):
        page_key(path)
