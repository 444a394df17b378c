from dataclasses import dataclass, field
from pathlib import Path

from tests.lanes import is_left_out, too_slow


@dataclass
class Report:
    nodeid: str
    user_properties: list[tuple[str, object]] = field(default_factory=list)


def test_the_dearest_unit_tests_are_named_once_and_first() -> None:
    reports = [
        Report("tests/a.py::test_a@a", [("processor_s", 0.4)]),
        Report("tests/a.py::test_a@a", [("processor_s", 0.4)]),
        Report("tests/b.py::test_b", [("processor_s", 2.0), ("other", "x")]),
        Report("tests/c.py::test_c"),
    ]
    assert too_slow([*reports, object()]) == [(2.0, "tests/b.py::test_b"), (0.4, "tests/a.py::test_a")]


def test_only_a_file_that_the_marks_leave_out_whole_is_not_imported(tmp_path: Path) -> None:
    path = tmp_path / "test_x.py"
    for text, left_out in (
        ("import pytest\n\npytestmark = pytest.mark.slow\n", True),
        ("pytestmark = [pytest.mark.slow, pytest.mark.timeout(3)]\n", True),
        ("@pytest.mark.slow\ndef test_a(): ...\n", False),
    ):
        path.write_text(text, encoding="utf-8")
        assert is_left_out(path, "not slow and not real_daw") == left_out
        assert not is_left_out(path, "slow")
