from pathlib import Path

import pytest

from bridge.errors import ConfigError, UsageError
from bridge.policy.mastering.targets import find_target, load_targets


def test_every_shipped_target_is_dated_and_sourced() -> None:
    targets = load_targets()
    assert {"spotify", "apple-music", "youtube", "cd", "vinyl", "club-mono", "ebu-r128"} <= set(targets)
    for target in targets.values():
        assert target.source
        assert target.checked.year >= 2026


def test_the_users_file_changes_single_keys_and_adds_targets(tmp_path: Path) -> None:
    own = tmp_path / "targets.toml"
    own.write_text('[spotify]\nceiling_dbtp = -1.5\n[mine]\ntitle = "Mine"\nceiling_dbtp = -0.5\n')
    targets = load_targets(own)
    assert targets["spotify"].ceiling_dbtp == -1.5
    assert targets["spotify"].integrated_lufs == -14.0
    assert targets["mine"].confidence == "own"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[spotify]\nceiling = -1\n", "ceiling"),
        ("[spotify]\nceiling_dbtp = 1.0\n", "allowed is -24"),
        ("ceiling_dbtp = 1.0\n", "outside a target"),
        ("[spotify\n", "line 1"),
        ('[mine]\ntitle = "Mine"\n', "ceiling_dbtp"),
    ],
)
def test_a_wrong_file_is_refused_with_its_name(tmp_path: Path, text: str, words: str) -> None:
    own = tmp_path / "targets.toml"
    own.write_text(text)
    with pytest.raises(ConfigError, match=words) as caught:
        load_targets(own)
    assert "targets.toml" in str(caught.value)


def test_an_unknown_target_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"spotifi.*spotify"):
        find_target("spotifi", load_targets())


@pytest.mark.parametrize(
    ("name", "lufs", "peak_dbtp", "gain_db"),
    [
        ("spotify", -9.0, -1.0, -5.0),
        ("spotify", -20.0, -10.0, 6.0),
        ("spotify", -20.0, -3.0, 2.0),  # raised only as far as 1 dB below full scale
        ("spotify", -20.0, 0.0, 0.0),
        ("youtube", -20.0, -10.0, 0.0),
        ("youtube", -10.0, -1.0, -4.0),
        ("bandcamp", -10.0, -1.0, None),
    ],
)
def test_what_the_service_does_to_the_level(name: str, lufs: float, peak_dbtp: float, gain_db: float | None) -> None:
    assert load_targets()[name].playback_gain_db(lufs, peak_dbtp) == gain_db
