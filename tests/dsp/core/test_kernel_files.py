"""Machine code of kernels on the disk: one process compiles it, and nothing that is in the way stops anybody."""

import threading
from pathlib import Path

import pytest

from dsp.core import kernel_files
from dsp.core.kernel_files import KernelFiles


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "kernels"))
    return tmp_path / "kernels"


def kernel_file() -> KernelFiles:
    return KernelFiles(Path(__file__), "module.half-1234.kernel")


def test_who_waited_finds_what_the_other_compiled(folder: Path) -> None:
    inside, found = threading.Event(), []

    def other() -> None:
        inside.wait()
        with kernel_file().alone():
            found.append(kernel_file().read())

    waiting = threading.Thread(target=other)
    waiting.start()
    with kernel_file().alone():
        inside.set()
        waiting.join(0.1)
        assert waiting.is_alive()
        assert found == []
        kernel_file().write({"symbol": "half"}, b"code")
    waiting.join()
    assert found == [({"symbol": "half"}, b"code")]
    assert [path.name for path in folder.iterdir()] == ["module.half-1234.kernel"]


def test_one_that_hangs_holds_nobody_up_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_files, "_LOOKS", 2)
    with kernel_file().alone(), kernel_file().alone():
        kernel_file().write({}, b"code")
    assert kernel_file().read() == ({}, b"code")


def test_a_folder_that_is_a_file_holds_nobody_up(folder: Path) -> None:
    folder.touch()
    with kernel_file().alone():
        kernel_file().write({}, b"code")
    assert kernel_file().read() is None
