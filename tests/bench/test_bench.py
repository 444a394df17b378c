"""The benchmark runs from end to end on a short file, and its document keeps the sections of others."""

from pathlib import Path

import pytest

from bench.__main__ import main
from bench.document import machine, replace_section, table
from bench.timing import Contender, FailedError, Sample, race, run_command

pytestmark = pytest.mark.slow


def test_a_quick_run_measures_us_and_names_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import bench.__main__ as command

    monkeypatch.setattr(command, "DOCUMENT", tmp_path / "benchmarks.md")
    assert main(["--quick", "--only", "meters", "--folder", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "Fresh Ears" in out
    assert "everything, warm" in out
    assert not (tmp_path / "benchmarks.md").exists()


def test_a_section_is_replaced_and_the_others_kept() -> None:
    text = replace_section("# Head\n", "a", "one")
    text = replace_section(text, "b", "two")
    text = replace_section(text, "a", "three")
    assert text.index("three") < text.index("two")
    assert "one" not in text
    assert text.startswith("# Head")


def test_a_contender_that_fails_is_named_and_left_out() -> None:
    runs: list[str] = []

    def good() -> Sample:
        runs.append("good")
        return Sample(float(len(runs)), 10.0)

    def bad() -> Sample:
        runs.append("bad")
        raise FailedError("not installed")

    contenders = [Contender("good", "x", good), Contender("bad", "x", bad)]
    race(contenders, 3, say=lambda _: None)
    assert runs == ["good", "bad", "good", "good"]
    assert contenders[0].wall_s == 3.0
    assert contenders[1].problem == "not installed"


def test_a_program_that_is_missing_is_said_to_be() -> None:
    with pytest.raises(FailedError, match="not installed"):
        run_command(["freshears-no-such-program"])


def test_the_machine_is_described_without_its_name() -> None:
    import socket

    assert socket.gethostname() not in machine()
    assert table(["a"], [["1"]]) == "| a |\n|---|\n| 1 |"
