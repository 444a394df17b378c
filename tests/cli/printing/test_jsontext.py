"""JSON and TOML that any terminal can show."""

import json
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.cli.printing.jsontext import as_json, shown_json, shown_toml
from bridge.text import json_text, without_surrogates


@pytest.mark.slow
@given(st.text(st.characters(codec=None)), st.booleans())
def test_nothing_is_lost(text: str, ascii_only: bool) -> None:
    shown = shown_json(as_json({"name": text}, indent=2), ascii_only=ascii_only)
    assert json.loads(shown) == {"name": without_surrogates(text)}
    assert not any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in shown.replace("\n", ""))
    assert shown.isascii() or not ascii_only


@pytest.mark.slow
@given(st.text(st.characters(codec="utf-8")), st.booleans())
def test_nothing_is_lost_in_settings(text: str, ascii_only: bool) -> None:
    shown = shown_toml(f"name = {json_text(text)}\n", ascii_only=ascii_only)
    assert tomllib.loads(shown) == {"name": text}
    assert shown.isascii() or not ascii_only


def test_bytes_of_a_name_that_are_no_text_are_written_as_everywhere() -> None:
    assert as_json([{"a\udce9": ("b\udcff", 1)}]) == '[{"a\\\\udce9":["b\\\\udcff",1]}]'
