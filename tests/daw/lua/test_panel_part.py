"""What Ardour's scripts read of the panel, from the file that the bridge writes."""

from pathlib import Path

from msgspec.structs import replace

from bridge.daw.ardour.mailbox import ArdourMailbox
from bridge.daw.protocol.table import PANEL
from tests.daw.lua.parts import PARTS, as_python, lua_function
from tests.daw.protocol.examples import FULL


def test_every_field_of_the_panel_arrives_under_its_name(tmp_path: Path) -> None:
    ArdourMailbox(tmp_path).post(FULL, ticket="7")
    parts = [PARTS / "mailbox.lua", PARTS / "panel.lua"]
    panel = as_python(lua_function(parts, 'parsePanel (readLines ("board.txt"))', tmp_path))
    assert (panel["ticket"], panel["done"], panel["protocol"]) == ("7", "1", "2")
    assert {field.name for field in PANEL} - {"noticed"} <= set(panel)
    for field in PANEL:
        if field.kind == "text":
            assert panel[field.name] == getattr(FULL, field.name)
        elif field.kind == "texts":
            assert panel[field.name] == list(getattr(FULL, field.name))
    assert [float(panel[name]) for name in ("last_bounce_start_s", "bounce_tail_s", "bounce_number")] == [2.5, 8.0, 4.0]
    said = [*FULL.notices, *FULL.noticed]
    assert [(n["key"], n["kind"], n["about"], n["text"]) for n in panel["notices"]] == [
        (n.key, n.kind, n.about, n.text) for n in said
    ]
    assert [choice["label"] for choice in panel["notices"][0]["answers"]] == ["It is part of the sound", "Not now"]
    assert [(f["text"], f["kind"], len(f["places"])) for f in panel["findings"]] == [
        ("one", "fault", 2),
        ("two", "listen", 0),
    ]
    assert panel["findings"][0]["places"] == [{"at_s": 1.5}, {"at_s": 61.25}]
    assert panel["markers"] == [{"at_s": 1.5, "text": "click"}]
    assert panel["questions"] == [{"key": "needs", "text": "What does this song still need?", "answer": "a bridge"}]


def test_a_line_of_a_later_bridge_that_is_named_like_a_list_leaves_the_list(tmp_path: Path) -> None:
    mailbox = ArdourMailbox(tmp_path)
    mailbox.post(replace(FULL, notices=(), noticed=()))
    path = mailbox.folder / "board.txt"
    path.write_text("notices\t3\nsomething_new\tx\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    parts = [PARTS / "mailbox.lua", PARTS / "panel.lua"]
    panel = as_python(lua_function(parts, 'parsePanel (readLines ("board.txt"))', tmp_path))
    assert panel["notices"] == {}
    assert panel["something_new"] == "x"
