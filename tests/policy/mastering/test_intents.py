import re
from pathlib import Path
from typing import get_args

import pytest
from msgspec.structs import fields

from bridge.errors import ConfigError, UsageError
from bridge.model import Intent
from bridge.policy.mastering.intents import INTENTS, NEUTRAL, CapName, IntentCaps, IntentWays, reason_for
from bridge.policy.mastering.presets import find_preset, load_presets
from dsp.mastering.limiter.solver import LEAST_CONTRAST_LOSS_DB

DOCUMENT = Path(__file__).parents[3] / "docs" / "mastering.md"


def test_every_intent_has_caps_and_every_cap_a_reason() -> None:
    assert set(INTENTS) == set(get_args(Intent))
    assert {field.name for field in fields(IntentCaps)} == set(get_args(CapName))
    for intent in INTENTS:
        for cap in get_args(CapName):
            assert reason_for(intent, cap)


def test_no_two_intents_have_the_same_ways_and_each_says_why() -> None:
    limiting = {(rule.ways.fast_s, rule.ways.sustain_s, rule.ways.release_s) for rule in INTENTS.values()}
    assert len(limiting) == len(INTENTS)  # whatever is limited, they can be told apart
    assert all(rule.ways.why for intent, rule in INTENTS.items() if intent != "neutral")


def test_what_differs_from_neutral_says_why() -> None:
    for rule in INTENTS.values():
        changed = {f.name for f in fields(IntentCaps) if getattr(rule.caps, f.name) != getattr(NEUTRAL, f.name)}
        assert changed <= set(rule.reasons)


def test_intimate_is_stricter_than_neutral_everywhere() -> None:
    intimate = INTENTS["intimate"].caps
    assert intimate.max_contrast_loss_db == LEAST_CONTRAST_LOSS_DB  # nothing that is heard
    assert all(
        getattr(intimate, f.name) <= getattr(NEUTRAL, f.name) for f in fields(IntentCaps) if f.name.startswith("max")
    )


@pytest.mark.parametrize(("record", "part"), [(IntentCaps, "caps"), (IntentWays, "ways")])
def test_the_document_shows_these_numbers(record: type[IntentCaps | IntentWays], part: str) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for field in fields(record):
        if field.name == "why":
            continue
        row = re.search(rf"^\| {field.name} \|(.*)\|$", text, re.MULTILINE)
        assert row is not None, field.name
        shown = [cell.strip() for cell in row.group(1).split("|")][: len(INTENTS)]
        assert shown == [f"{getattr(getattr(rule, part), field.name):g}" for rule in INTENTS.values()]


def test_presets_are_read_and_wrong_ones_refused(tmp_path: Path) -> None:
    assert find_preset("punch", load_presets()).intent == "energetic"
    with pytest.raises(UsageError, match="no preset"):
        find_preset("punchy", load_presets())
    own = tmp_path / "presets.toml"
    own.write_text('[mine]\ntitle = "Mine"\nloudness = 3\n')
    with pytest.raises(ConfigError, match=r"presets\.toml: preset mine.*loudness"):
        load_presets(own)
    own.write_text('[mine]\ntitle = "Mine"\noff = ["everything"]\n')
    with pytest.raises(ConfigError, match="mine"):
        load_presets(own)
