"""Benchmarks: `python -m bench` measures us beside our peers and writes docs/benchmarks.md.

Each section is a module with ``NAME``, ``TITLE`` and ``run(options) -> str`` (Markdown), listed in `bench.sections`.
"""
