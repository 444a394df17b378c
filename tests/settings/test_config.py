"""The configuration file: strict, and kind about it."""

import re
from pathlib import Path

import pytest

from bridge.errors import ConfigError
from bridge.settings.config import Config, MasterConfig, ReportConfig, WatchConfig, load, parse, template

HERE = Path("config.toml")


@pytest.mark.parametrize("name", ['odd "name"\\x', "C:\\Users\\Anna's\\Music", "C:\\new", "tab\tand\x7f", "夜"])
def test_the_template_holds_the_folders_and_only_defaults(name: str) -> None:
    folder, library = f"/music/{name}", Path("/music/Fresh Ears")
    text = template(Path(folder), library)
    config = parse(text, HERE)
    assert config.watch.folders == (folder,)
    assert (config.report.folder, config.master.folder) == (f"{library}/Reports", f"{library}/Masters")
    config.report, config.master = ReportConfig(), MasterConfig()
    assert config == Config(watch=WatchConfig(folders=(folder,)))


def test_every_commented_default_in_the_template_is_the_default() -> None:
    written = template(Path("/b"), Path("/l"))
    lines = [re.sub(r"^# (?=[a-z_]+ = )", "", line) for line in written.splitlines()]
    text = "\n".join(line for line in lines if not line.startswith(("#", "patterns")))
    assert parse(text, HERE) == parse(written, HERE)


def test_settings_of_earlier_versions_keep_reports_and_masters_beside_the_bounce() -> None:
    config = parse('[watch]\nfolders = ["/b"]\n[report]\n# folder = ""\n[master]\n# folder = ""\n', HERE)
    assert (config.report.folder, config.master.folder) == ("", "")


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ('[watch]\nfolders = ["C:\\Users\\Anna"]\n', ('  folders = ["C:\\Users\\Anna"]', 16), "single quotes"),
        ("[watch]\nfolders = ~/Music\n", ("  folders = ~/Music", 13), "at the caret"),
        ("[watch]\nfolders = [\n  'a'\n  'b'\n]\n", ("    'b'", 5), "at the caret"),
        ("[watch", ("  [watch", 9), "at the caret"),
    ],
)
def test_a_toml_error_shows_its_line_and_a_caret(text: str, place: tuple[str, int], words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        parse(text, HERE)
    line, caret = caught.value.below
    assert line == place[0]
    assert caret.strip() == "^"
    assert abs(caret.index("^") - place[1]) <= 2


def test_a_long_line_is_shown_round_its_place() -> None:
    with pytest.raises(ConfigError) as caught:
        parse(f"[watch]\nfolders = ['{'x' * 500}', ~]\n", HERE)
    line, caret = caught.value.below
    assert len(line) < 200
    assert line[caret.index("^")] in "~,"


@pytest.mark.parametrize("text", ['[watch]\nfolders = ["C:\\new\\bounces"]\n', '[master]\nfolder = "D:\\takes"\n'])
def test_a_backslash_that_became_an_escape_is_seen(text: str) -> None:
    with pytest.raises(ConfigError, match="use 'single quotes' for Windows paths"):
        parse(text, HERE)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("[watch]\nfoldres = []\n", "watch.folders"),
        ("[wacth]\n", "watch"),
        ("[watch]\ntarget = 'cd'\n", "master.target"),
        ("hours = 3.0\n", "rest.hours"),
        ("[thresholds]\ncorelation_listen = 0.1\n", "thresholds.correlation_listen"),
    ],
)
def test_an_unknown_setting_gets_the_nearest_name(text: str, meant: str) -> None:
    with pytest.raises(ConfigError, match=f"did you mean `{meant}`"):
        parse(text, HERE)


def test_the_mark_that_notepad_puts_before_a_text_is_read_over(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xef\xbb\xbf[rest]\nhours = 3.0\n")
    assert load(path).rest.hours == 3.0


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
