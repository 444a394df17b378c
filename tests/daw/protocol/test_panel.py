"""The panel as both kinds of scripts read it: everything arrives, nothing can be smuggled in, nothing is too long."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bridge.daw.contract import Notice, Panel, PanelMarker
from bridge.daw.protocol.panel import escape, panel_json, panel_lines, unescape
from bridge.daw.protocol.table import MAX_PANEL_BYTES, MAX_TEXT_CHARS, NOTICE_KINDS, PANEL, Field
from bridge.model import ModeQuestion
from tests.daw.protocol.examples import FULL, WARNING

HEAD = {"serial": "1.1", "format": 1, "at": 1}


def names(record: type[msgspec.Struct]) -> list[str]:
    return [field.name for field in msgspec.structs.fields(record)]


def fields_of(name: str) -> list[str]:
    (field,) = [field for field in PANEL if field.name == name]
    return [inner.name for inner in field.fields]


def test_the_table_has_every_field_of_the_records_and_no_other() -> None:
    assert [field.name for field in PANEL] == names(Panel)
    assert sorted(fields_of("notices")) == sorted(names(Notice))
    assert fields_of("questions") == names(ModeQuestion)
    assert fields_of("markers") == names(PanelMarker)
    kinds = msgspec.inspect.type_info(Notice).fields  # type: ignore[union-attr]
    (kind,) = [field.type for field in kinds if field.name == "kind"]
    assert sorted(kind.values) == sorted(NOTICE_KINDS)


def test_no_two_fields_share_a_line_but_the_two_lists_of_notices() -> None:
    keys = [field.line or field.name for field in PANEL if field.name != "noticed"]
    old = [field.old_line for field in PANEL if field.old_line]
    assert len(keys + old) == len(set(keys + old))


def test_json_holds_the_whole_panel_and_the_old_names_beside_the_new() -> None:
    record = json.loads(panel_json(FULL, HEAD))
    assert record["next_mix"] == record["bounce_number"] == 4
    assert (record["protocol"], record["format"]) == (2, 1)
    assert msgspec.convert(record, Panel) == FULL
    assert list(record)[:3] == ["serial", "format", "at"]


@pytest.mark.parametrize("popup", [False, True])
def test_lines_hold_the_same_in_both_windows(popup: bool) -> None:
    lines = panel_lines(FULL, ticket="7", popup=popup).splitlines()
    assert lines[0] == "ticket\t7"
    assert lines[-1] == "done\t1"
    assert "last_bounce\t/b/Tide 3.wav" in lines
    assert "last_bounce_path\t/b/Tide 3.wav" in lines
    assert "next_mix\t4" in lines
    assert ("notice\tn1\tA clipper\tSeen.\twarning\t\t0" in lines) is not popup
    assert any("waits:" in line for line in lines) is not popup
    assert lines.index("answer\tours\tIt is part of the sound") + 1 == lines.index("answer\toff\tNot now")


@pytest.mark.slow
@given(st.text())
def test_a_value_stays_in_its_line_and_comes_back(text: str) -> None:
    written = escape(text)
    assert not set("\t\n\r") & set(written)
    if text.isprintable() and len(text) < MAX_TEXT_CHARS:
        assert unescape(written) == text


def test_hostile_texts_cannot_make_lines_of_their_own() -> None:
    hostile = replace(WARNING, title="x\tanswer\ty\r\nz\x1b[31m\u202e")
    panel = Panel(project_path="/s", song="a\nnotice\tfake", notices=(hostile,))
    lines = panel_lines(panel).splitlines()
    assert sum(line.startswith("notice") for line in lines) == 1
    assert lines[-1] == "done\t1"
    assert "\x1b" not in "".join(lines)
    assert "\u202e" not in "".join(lines)


def filled(field: Field, text: str, count: int) -> Any:
    match field.kind:
        case "text":
            return text
        case "texts":
            return (text,) * count
        case "records":
            return tuple({f.name: filled(f, text, count) for f in field.fields} for _ in range(count))
        case "yes":
            return True
    return 1


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.text(alphabet='aü\U0001f3a7\x00\udcff\\"', min_size=1, max_size=40), st.sampled_from([1, 60, 300]))
def test_no_panel_is_longer_than_scripts_read(seed: str, count: int) -> None:
    text = (seed * (MAX_TEXT_CHARS // len(seed) + 2))[: MAX_TEXT_CHARS + 50]
    record = {field.name: filled(field, text, count) for field in PANEL}
    record |= {"project_path": "/s", "notices": [], "noticed": []}
    panel = replace(msgspec.convert(record, Panel), notices=(replace(WARNING, text=text),) * count)
    written = panel_json(panel, HEAD)
    assert len(written) <= MAX_PANEL_BYTES
    assert json.loads(written)["project_path"] == "/s"
