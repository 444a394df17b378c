"""How Ardour's scripts learn where the bridge listens, and show it that it is they who talk."""

from pathlib import Path

import pytest

from bridge.daw.ardour.mailbox import ArdourMailbox
from tests.daw.lua.parts import PARTS, as_python, lua_function


@pytest.mark.parametrize(("key", "prefix"), [("ab12", "/freshears/ardour/ab12/"), ("", "/freshears/ardour/")])
def test_messages_begin_with_the_key_of_a_bridge_that_has_one(tmp_path: Path, key: str, prefix: str) -> None:
    ArdourMailbox(tmp_path).announce(4000, "1.0", key)
    assert as_python(lua_function([PARTS / "mailbox.lua"], "{ bridgePort () }", tmp_path)) == [4000, prefix]


@pytest.mark.parametrize("text", [None, "", "port\n", "port\tx\n", "rubbish\n"])
def test_without_a_bridge_there_is_no_port(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "freshears").mkdir()
        (tmp_path / "freshears" / "bridge.txt").write_text(text)
    assert lua_function([PARTS / "mailbox.lua"], "(bridgePort ())", tmp_path) is None
