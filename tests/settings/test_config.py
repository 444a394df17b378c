"""The configuration file: strict, and kind about it."""

import re
from pathlib import Path

import pytest

from bridge.errors import ConfigError
from bridge.settings.config import Config, load, parse, template

HERE = Path("config.toml")


def test_the_template_holds_the_folder_and_only_defaults() -> None:
    folder = Path('/music/odd "name"\\x')
    config = parse(template(folder), HERE)
    assert config.watch.folders == (str(folder),)
    assert config == Config(watch=type(config.watch)(folders=(str(folder),)))


def test_every_commented_default_in_the_template_is_the_default() -> None:
    lines = [re.sub(r"^# (?=[a-z_]+ = )", "", line) for line in template(Path("/b")).splitlines()]
    text = "\n".join(line for line in lines if not line.startswith(("#", "patterns")))
    assert parse(text, HERE) == parse(template(Path("/b")), HERE)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[watch]\nfoldres = []\n", 2, ["watch.foldres", "remove it"]),
        ("\n\n[wacth]\n", 3, ["wacth", "not a setting"]),
        ('[osc]\nport = "loud"\n', 2, ["osc.port", "int"]),
        ("[osc]\nenabled = true\nport = 99999\n", 3, ["osc.port", "between 0 and 65535"]),
        ("[watch]\nrecursive = true\nsettle_s = -1\n", 3, ["watch.settle_s", "between"]),
        ('[watch]\nfirst_start = "maybe"\n', 2, ["watch.first_start", "maybe"]),
        ("watch.folders = [1]\n", 1, ["watch.folders", "str"]),
        ("[watch\n", 1, ["TOML"]),
    ],
)
def test_what_is_wrong_is_named_with_line_and_remedy(text: str, line: int, words: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text, HERE)
    message = str(caught.value)
    assert message.startswith("config.toml")
    assert f"line {line}" in message
    assert "\n" not in message
    for word in words:
        assert word in message


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gone\.toml"):
        load(tmp_path / "gone.toml")
    (tmp_path / "bad.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match=r"bad\.toml"):
        load(tmp_path / "bad.toml")
