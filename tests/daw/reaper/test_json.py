"""The scripts' JSON against Python's: what one writes the other reads, and nonsense is refused, never worse."""

import json
from collections.abc import Callable
from typing import Any

import lupa.lua53
import lupa.lua54
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.daw.reaper.standin.host import SCRIPTS

SOURCE = (SCRIPTS / "lib" / "json.lua").read_text(encoding="utf-8")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NUMBERS = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
PLAIN = st.one_of(TEXT, st.booleans(), NUMBERS)
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, min_size=1, max_size=4) | st.dictionaries(TEXT, inner, min_size=1, max_size=4),
    max_leaves=12,
)
ROUND_TRIP = "function(json) return function(text) local v, why = json.decode(text) if why then return nil, why end return json.encode(v) end end"  # noqa: E501


def lua(runtime: Any) -> Callable[[str], Any]:
    state = runtime(unpack_returned_tuples=True)
    return state.eval(ROUND_TRIP)(state.execute(SOURCE))  # type: ignore[no-any-return]


@pytest.mark.slow
@pytest.mark.parametrize("runtime", [lupa.lua54.LuaRuntime, lupa.lua53.LuaRuntime], ids=["5.4", "5.3"])
def test_what_python_writes_comes_back(runtime: Any) -> None:
    again = lua(runtime)

    @settings(max_examples=100)
    @given(value=VALUES, ascii_only=st.booleans())
    def check(value: Any, ascii_only: bool) -> None:
        assert json.loads(again(json.dumps(value, ensure_ascii=ascii_only))) == value

    check()


@pytest.mark.slow
@settings(max_examples=150)
@given(text=st.text(st.sampled_from('{}[]",:\\u0123456789eE+-. \ntruefalsn'), max_size=30))
def test_nonsense_is_refused(text: str) -> None:
    result = SHARED(text)
    if not isinstance(result, tuple):
        json.loads(result)
    else:
        assert result[0] is None


SHARED = lua(lupa.lua54.LuaRuntime)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[1,]",
        '{"a"}',
        '{"a":}',
        "[1 2]",
        "nul",
        "1 2",
        '"\\x"',
        '"\\u12"',
        '"never',
        '"\n"',
        "[" * 99 + "]" * 99,
    ],
)
def test_each_kind_of_damage_has_its_reason(text: str) -> None:
    value, why = SHARED(text)
    assert value is None
    assert "json" in why


def test_numbers_that_json_cannot_hold_become_null() -> None:
    state = lupa.lua54.LuaRuntime()
    encode = state.eval(
        "function(json) return json.encode({ a = 0/0, b = 1/0, c = 1.5, d = 3, e = json.array({}) }) end"
    )
    assert encode(state.execute(SOURCE)) == '{"a":null,"b":null,"c":1.5,"d":3,"e":[]}'
