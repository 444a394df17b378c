"""Answers stand in one order at every start: Ardour shows a table as Lua walks it, another way each time."""

import subprocess
from collections.abc import Callable

import pytest

from tests.daw.lua.parts import PARTS

STARTS = 25
ANSWERS = (
    "Leave it for now",
    "It is part of the sound",
    "Remind me at the bounce",
    "Switch to mastering",
)
SEEN = r"""
local list = {}
for _, text in ipairs (arg) do list[#list + 1] = { text = text, value = text } end
local field = choiceField (kind, "key", "title", list, arg[2])
local texts = {}
for text, value in pairs (field.values) do texts[#texts + 1] = text end
if kind == "dropdown" then table.sort (texts) end -- as Ardour does
for _, text in ipairs (texts) do print (field.values[text] .. (text == field.default and " *" or "")) end
for _, text in ipairs (texts) do if text:gsub (noWidth, "") ~= field.values[text] then error (text) end end
"""
PLAIN = """
local values = {}
for _, text in ipairs (arg) do values[text] = 1 end
for text in pairs (values) do print (text) end
"""


@pytest.fixture(scope="module")
def lua(program: Callable[[str], str]) -> str:
    return program("lua5.3")


def once(lua: str, script: str, texts: tuple[str, ...]) -> tuple[str, ...]:
    """Run a script in a Lua of its own, as every start of Ardour has one; return the lines it prints."""
    done = subprocess.run([lua, "-", *texts], input=script, capture_output=True, text=True, check=True, timeout=20)
    return tuple(done.stdout.splitlines())


def choices(kind: str) -> str:
    return f'local kind = "{kind}"\n{(PARTS / "choices.lua").read_text(encoding="utf-8")}\n{SEEN}'


def test_lua_itself_walks_the_answers_in_another_order_at_another_start(lua: str) -> None:
    assert len({once(lua, PLAIN, ANSWERS) for _ in range(STARTS)}) > 1


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["radio", "dropdown"])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_the_answers_stand_in_the_order_of_the_list_at_every_start(lua: str, kind: str, count: int) -> None:
    wanted = tuple(f"{text} *" if number == min(1, count - 1) else text for number, text in enumerate(ANSWERS[:count]))
    assert {once(lua, choices(kind), ANSWERS[:count]) for _ in range(STARTS)} == {wanted}


@pytest.mark.slow
def test_the_most_answers_a_notice_may_have_come_in_order_too(lua: str) -> None:
    many = tuple(f"Answer {number}" for number in "3142756089")
    seen = {once(lua, choices("radio"), many) for _ in range(4 * STARTS)}
    assert {tuple(line.removesuffix(" *") for line in lines) for lines in seen} == {many}
