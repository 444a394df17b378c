"""Every kernel has its micro-benchmark, in a file named as its source, and the benchmark calls it."""

import ast
from pathlib import Path
from types import ModuleType

import pytest

from bench.kernels import Signal, benches, measure, noted, signal_of

ROOT = Path(__file__).parents[2]


def kernels_of(path: Path) -> set[str]:
    return {
        node.name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        and any(isinstance(mark, ast.Name) and mark.id == "kernel" for mark in node.decorator_list)
    }


@pytest.mark.slow
def test_the_benchmarks_and_the_kernels_are_the_same() -> None:
    sources = {path.stem: kernels_of(path) for path in (ROOT / "dsp").rglob("*.py")}
    measured = {bench.__name__.rpartition(".")[2]: set(bench.KERNELS) for bench in benches()}
    assert measured == {name: found for name, found in sources.items() if found}
    assert all(bench.SOURCE.__name__.endswith(f".{bench.__name__.rpartition('.')[2]}") for bench in benches())


@pytest.fixture(scope="module")
def signal() -> Signal:
    return signal_of(2.0)


@pytest.mark.slow
@pytest.mark.parametrize("bench", benches(), ids=lambda bench: bench.__name__.rpartition(".")[2])
def test_every_kernel_is_called_and_timed(bench: ModuleType, signal: Signal) -> None:
    timed = measure(bench, signal, rounds=1)
    assert len(timed) == len(bench.KERNELS)
    assert all(one.call_s > 0.0 and one.values > 1 for one in timed)


@pytest.mark.slow
def test_work_that_does_not_lead_to_a_kernel_is_named(signal: Signal) -> None:
    bench = benches()[0]
    with pytest.raises(LookupError, match="is not called"):
        noted(bench.SOURCE, bench.KERNELS[0], lambda: None)
