"""Kernels: machine code is kept, found again without numba, and mistrusted when damaged."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from dsp.core import kernel_files, kernels
from dsp.core.kernels import kernel

needs_support = pytest.mark.skipif(not kernels.SUPPORTED, reason="our own loader is for Linux on x86-64")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    return tmp_path


def _sum_columns(table: np.ndarray, weight: float, out: np.ndarray) -> tuple[int, float, bool]:
    total = 0.0
    for i in range(table.shape[0]):
        for j in range(table.shape[1]):
            out[j] += weight * table[i, j]
            total += table[i, j]
    return table.shape[0], total, total > 0.0


def _allocates(values: np.ndarray) -> float:
    copy = np.zeros(values.size)
    for i in range(values.size):
        copy[i] = values[i]
    return copy.sum()


def _half(value: float) -> float:
    return 0.5 * value


@pytest.mark.slow
@needs_support
def test_machine_code_is_kept_and_found_again(folder: Path) -> None:
    table = np.arange(12.0).reshape(4, 3)
    for _ in range(2):  # a fresh kernel each time: the second finds the first's file
        out = np.zeros(3)
        assert kernel(_sum_columns)(table, 2.0, out) == (4, 66.0, True)
        np.testing.assert_array_equal(out, 2.0 * table.sum(axis=0))
        assert len(list(folder.glob("*.kernel"))) == 1


@pytest.mark.slow
def test_strides_and_types_are_respected() -> None:
    add = kernel(_sum_columns)
    base = np.arange(40.0).reshape(4, 10)
    for table in (base[:, ::3], base.T[:3].T, base[::2, 1:3].astype(np.float32), base[:0]):
        out = np.zeros(table.shape[1])
        rows, total, positive = add(table, 1.0, out)
        assert rows == table.shape[0]
        assert total == pytest.approx(table.sum())
        assert positive == (table.sum() > 0)
        np.testing.assert_allclose(out, table.sum(axis=0))


@pytest.mark.slow
@needs_support
def test_a_damaged_file_is_compiled_again(folder: Path) -> None:
    assert kernel(_half)(3.0) == 1.5
    (path,) = folder.glob("*.kernel")
    whole = path.read_bytes()
    for damage in (b"", whole[:100], whole[:-1] + bytes([whole[-1] ^ 255]), b"x" * len(whole)):
        path.write_bytes(damage)
        assert kernel(_half)(3.0) == 1.5
        assert kernel_files._read(path) is not None


@pytest.mark.slow
def test_what_needs_numba_is_left_to_it(folder: Path) -> None:
    assert kernel(_allocates)(np.arange(5.0)) == 10.0
    assert kernel(_half)(np.float16(3.0).item()) == 1.5
    assert kernel(_half)(True) == 0.5  # type: ignore[arg-type]
    assert not list(folder.glob("*_allocates*.kernel"))


@pytest.mark.slow
def test_a_folder_that_cannot_be_written_is_no_obstacle(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file"))
    assert kernel(_half)(5.0) == 2.5


# Both measure the same second; the first compiles every kernel there is for it, from eight threads at once.
SOUND = (
    "import sys, numpy as np\n"
    "x = np.random.default_rng(1).standard_normal((44100, 2)).astype(np.float32) * 0.1\n"
    "x[1000:1010] = 0.5\n"
)
FIRST = (
    "from concurrent.futures import ThreadPoolExecutor\n"
    "from dsp.meters.meter import Meter\n"
    "meter = Meter(44100, 2)\n"
    "with ThreadPoolExecutor(8) as pool:\n"
    "    [work.result() for work in [pool.submit(task) for task in meter.tasks(x)]]\n"
    "r = meter.finish()\n"
)
SECOND = "from dsp.meters.meter import measure\nr = measure([x], 44100, 2)\n"
SAY = (
    "print(r.loudness.integrated_lufs, r.true_peak.true_peak_dbtp)\n"
    "print('numba' in sys.modules, 'scipy.fft' in sys.modules)\n"
)


def said_by(program: str, folder: Path) -> list[str]:
    return subprocess.run(
        [sys.executable, "-c", SOUND + program + SAY],
        cwd=Path(__file__).parents[3],
        env=os.environ | {"NUMBA_CACHE_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The first process that measures, in a folder without machine code, and what it says."""
    folder = tmp_path_factory.mktemp("kernels")
    return folder, said_by(FIRST, folder)


@pytest.mark.slow
def test_first_calls_from_several_threads(first: tuple[Path, list[str]]) -> None:
    _, said = first
    assert -25.0 < float(said[0]) < -10.0
    assert said[2] == "True"


@pytest.mark.slow
@needs_support
def test_a_second_process_measures_without_numba_and_scipy(first: tuple[Path, list[str]]) -> None:
    folder, said = first
    again = said_by(SECOND, folder)
    assert again[:2] == said[:2]
    assert again[2:] == ["False", "False"]
