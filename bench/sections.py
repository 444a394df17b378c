"""The sections of docs/benchmarks.md, in order. A new one is a module with NAME, TITLE and run()."""

from types import ModuleType

from bench import ardour_polling, masters, meters, page, reaper

SECTIONS: tuple[ModuleType, ...] = (meters, masters, reaper, page, ardour_polling)
