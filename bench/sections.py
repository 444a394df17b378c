"""The sections of docs/benchmarks.md, in order. A new one is a module with NAME, TITLE and run()."""

from types import ModuleType

from bench import masters, meters, page, reaper

SECTIONS: tuple[ModuleType, ...] = (meters, masters, reaper, page)
