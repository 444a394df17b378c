"""A stand-in for REAPER that runs the real scripts in a real Lua, strictly.

An unknown function, a wrong number or type of arguments, a text key given to the numeric render function, a window that
waits, a change of the project outside an undo step: each is an error *and* is kept in ``violations``, because
scripts catch errors. Tests end by asserting that there were none.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import lupa.lua53
import lupa.lua54

from tests.daw.reaper.standin import signatures
from tests.daw.reaper.standin.calls import Calls
from tests.daw.reaper.standin.screen import Screen
from tests.daw.reaper.standin.world import Item, Project, Source, Take, Track

SCRIPTS = Path(__file__).parents[4] / "daw_scripts" / "reaper" / "Fresh Ears"
NAMED = {
    "_FRESHEARS_WATCH": "freshears_watch.lua",
    "_FRESHEARS_PANEL": "freshears_panel.lua",
    "_FRESHEARS_BOUNCE": "freshears_bounce.lua",
    "_FRESHEARS_DUAL_PRINT": "freshears_dual_print.lua",
    "_FRESHEARS_MASTER": "freshears_master.lua",
    "_FRESHEARS_HANDOFF": "freshears_handoff.lua",
    "_FRESHEARS_MARKERS": "freshears_markers.lua",
}
_SIGNATURES = signatures.load()
_GFX = ("init", "quit", "setfont", "measurestr", "set", "rect", "drawstr", "getchar", "update")


class StandInError(Exception):
    """A script did what REAPER would not forgive."""


class Script:
    """One running script with a Lua state of its own."""

    def __init__(self, host: "Host", path: Path, command: int, version: str) -> None:
        runtime = lupa.lua53.LuaRuntime if version == "5.3" else lupa.lua54.LuaRuntime
        self.path, self.command = path, command
        self.deferred: list[Any] = []
        self.at_exit: list[Any] = []
        self.screen = host.screens.setdefault(path.name, Screen())
        self.options = 0
        self.has_deferred = False
        self.lua = runtime(
            unpack_returned_tuples=True, register_eval=False, register_builtins=False, attribute_filter=_no_attributes
        )
        self._host = host
        self._install()

    def _install(self) -> None:
        host, lua = self._host, self.lua
        table = lua.table()
        for name, declared in host.signatures.items():
            table[name] = host.checked(declared)
        for name, function in host.extensions.items():
            table[name] = function
        table["defer"] = self._defer
        table["atexit"] = self.at_exit.append
        table["get_action_context"] = lambda: (False, str(self.path), 0, self.command, 0, 0, -1, "")
        table["set_action_options"] = self._set_options
        strict = lua.eval(
            "function(name, values, missing) return setmetatable(values, {"
            "__index = function(_, key) missing(name, key) end,"
            "__newindex = function(_, key) missing(name, key) end}) end"
        )
        lua.globals()["reaper"] = strict("reaper", table, host.missing)
        functions = lua.table()
        for name in _GFX:
            functions[name] = getattr(self.screen, name)
        functions["dock"] = self.screen.dock_state
        lua.globals()["gfx"] = lua.eval(
            "function(functions, get, put) return setmetatable({}, {"
            "__index = function(_, key) return functions[key] or get(key) end,"
            "__newindex = function(_, key, value) put(key, value) end}) end"
        )(functions, host.guarded(self.screen.get), host.guarded(self.screen.put))
        lua.execute(
            "local t = ... os.time = function(x) assert(x == nil) return math.tointeger(t() // 1) end", host.wall
        )
        for name in ("socket", "js", "imgui"):
            lua.execute(f"package.loaded['{name}'] = nil")
        lua.execute("package.cpath = '' os.exit = nil os.execute = nil io.popen = nil debug = nil")

    def _defer(self, function: Any) -> None:
        self.has_deferred = True
        self.deferred.append(function)

    def _set_options(self, flags: int) -> None:
        self.options |= flags

    def run(self) -> None:
        """Execute the file."""
        text = self.path.read_text(encoding="utf-8")
        self._host.protected(lambda: self.lua.execute(text))

    def turn(self) -> bool:
        """Run what was deferred; False when nothing is left and the script has ended."""
        waiting, self.deferred[:] = list(self.deferred), []
        for function in waiting:
            self._host.protected(function)
        return bool(self.deferred)

    def end(self) -> None:
        """Run the exit functions, as REAPER does when a script ends or is ended."""
        for function in self.at_exit:
            self._host.protected(function)
        self.at_exit.clear()


def _no_attributes(_object: Any, _name: Any, _setting: bool) -> Any:
    raise AttributeError("REAPER's objects have no fields in Lua")


class Host:
    """REAPER: projects, time, scripts, and what the person would see."""

    def __init__(self, resource: Path, *, version: str = "5.4", scripts: Path = SCRIPTS) -> None:
        self.resource = resource
        self.lua_version = version
        self.scripts_folder = scripts
        self.projects: list[Project] = [Project(path=str(resource / "projects" / "Tide.rpp"))]
        self.current = 0
        self.now_s = 1000.0  # reaper.time_precise
        self.epoch = 1_790_000_000.0  # os.time at now_s == 0
        self.violations: list[str] = []
        self.console: list[str] = []
        self.ext: dict[tuple[str, str], str] = {}
        self.persisted: dict[tuple[str, str], str] = {}
        self.toggles: dict[int, int] = {}
        self.executed: list[str] = []
        self.inputs: list[str | None] = []  # answers for GetUserInputs; None cancels
        self.theme: dict[str, int] = {"col_main_bg2": 0x333333, "col_main_text2": 0xDCDCDC}
        self.rendering: Project | None = None
        self.render_fails = False
        self.piece_s = 2.0  # how long REAPER takes for a piece of a render
        self.on_piece: Callable[[], None] = lambda: None
        self.fail_at: int | None = None  # raise at the call with this number, once
        self.broken: set[str] = set()  # functions that fail at every call
        self.scripts: dict[str, Script] = {}
        self.screens: dict[str, Screen] = {}
        self.calls: list[str] = []
        self.signatures = dict(_SIGNATURES)  # a REAPER without a function lacks it here
        self.extensions: dict[str, Callable[..., Any]] = {}  # functions that extensions bring, by name
        self.spoken: list[str] = []
        self.undo_depth = 0
        self.named_actions = True  # False: as after ReaPack, only scripts that were added have numbers
        self.added: dict[str, int] = {}
        self._calls = Calls(self)

    def install_osara(self) -> None:
        """Put OSARA beside REAPER: what it is given to say is kept."""

        def output(text: object) -> None:
            if not isinstance(text, str):
                self.violate(f"osara_outputMessage: {text!r} is no text")
            self.spoken.append(str(text))

        self.extensions["osara_outputMessage"] = output

    # -- what scripts reach -------------------------------------------------------------------------------------

    def checked(self, declared: signatures.Signature) -> Callable[..., Any]:
        """Return the Lua-callable function of a signature: checks, counts, may fail on purpose, then acts."""
        action = getattr(self._calls, declared.name, None)

        def call(*given: Any) -> Any:
            self.calls.append(declared.name)
            if declared.name in self.broken or len(self.calls) == self.fail_at:
                raise RuntimeError(f"{declared.name}: failed on purpose")
            self._check(declared, given)
            if action is None:
                self.violate(f"{declared.name}: the stand-in cannot do this yet")
            result = action(*given)
            self._check_result(declared, result)
            return result

        return call

    def _check(self, declared: signatures.Signature, given: tuple[Any, ...]) -> None:
        least = sum(not argument.optional for argument in declared.arguments)
        if not least <= len(given) <= len(declared.arguments):
            self.violate(f"{declared.name}: {len(given)} arguments, {least} to {len(declared.arguments)} are taken")
        for argument, value in zip(declared.arguments, given, strict=False):
            if not self._fits(argument.kind, value):
                self.violate(f"{declared.name}: {argument.name} takes {argument.kind}, not {value!r}")

    def _fits(self, kind: str, value: Any) -> bool:
        if kind == "int":
            return isinstance(value, int) and not isinstance(value, bool)
        if kind == "double":
            return isinstance(value, int | float) and not isinstance(value, bool)
        if kind == "bool":
            return isinstance(value, bool)
        if kind == "string":
            return isinstance(value, str)
        if kind == "ReaProject":
            return value is None or value == 0 or (isinstance(value, Project) and value in self.projects)
        if kind == "void":  # a pointer of any kind, also one whose object is gone: that is what is asked
            return isinstance(value, Project | Track | Item | Take | Source)
        if kind == "MediaTrack":
            return isinstance(value, Track) and any(value in (*p.tracks, p.master) for p in self.projects)
        items = [item for p in self.projects for item in p.items]
        if kind == "MediaItem":
            return isinstance(value, Item) and value in items
        if kind == "MediaItem_Take":
            return isinstance(value, Take) and value in [item.take for item in items]
        return kind == "PCM_source" and isinstance(value, Source)

    def _check_result(self, declared: signatures.Signature, result: Any) -> None:
        count = len(result) if isinstance(result, tuple) else int(result is not None)
        # A nil in first place (no such file, no such project) is an answer too.
        assert count == len(declared.returns) or result is None, f"stand-in: {declared.name} returned {result!r}"

    def missing(self, table: str, key: str) -> None:
        self.violate(f"{table}.{key} does not exist")

    def guarded(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any) -> Any:
            try:
                return function(*given)
            except (AttributeError, TypeError) as error:
                return self.violate(str(error))

        return call

    def violate(self, what: str) -> Any:
        """Keep and raise what REAPER would not forgive."""
        self.violations.append(what)
        raise StandInError(what)

    def protected(self, call: Callable[[], Any]) -> None:
        """Run script code; an error that reaches REAPER opens its error window, which is a violation."""
        try:
            call()
        except Exception as error:  # noqa: BLE001 - REAPER shows whatever reaches it
            self.violations.append(f"an error reached REAPER: {error}")

    # -- what a test does ---------------------------------------------------------------------------------------

    @property
    def project(self) -> Project:
        return self.projects[self.current]

    def wall(self) -> float:
        """Return the wall clock, which runs with the fake one."""
        return self.epoch + self.now_s

    def start(self, name: str) -> Script:
        """Run a script as an action; a running one of that name that asked for it is replaced."""
        running = self.scripts.pop(name, None)
        if running is not None:
            running.end()
        command = next((self.command(named) for named, file in NAMED.items() if file == name), 0)
        script = Script(self, self.scripts_folder / name, command, self.lua_version)
        self.scripts[name] = script
        script.run()
        if not script.has_deferred:  # "To prevent the automatic addition of an undo point, a script can call defer()"
            self.project.undo.append(f"ReaScript: {name}")
            self.touch()
        if not script.deferred:
            self._ended(name)
        return script

    def _ended(self, name: str) -> None:
        script = self.scripts.pop(name)
        script.end()

    def command(self, named: str) -> int:
        """Return the number of a named action, 0 when it is not known."""
        return 50_000 + list(NAMED).index(named) if named in NAMED and self.named_actions else 0

    def run_command(self, command: int) -> None:
        """Do what an action's number stands for; 0 is no action."""
        if command == 0:
            return
        for named, name in NAMED.items():
            if self.command(named) == command:
                self.start(name)
                return
        for name, number in self.added.items():
            if number == command:
                self.start(name)
                return
        if command == 42230:
            self._calls.render()
            return
        self.violate(f"action {command} is not known to the stand-in")

    def run(self, seconds: float, step_s: float = 1 / 30) -> None:
        """Let time pass; deferred functions run about thirty times a second, as in REAPER."""
        until = self.now_s + seconds
        while self.now_s < until - 1e-9:
            self.now_s += step_s
            self.turn()

    def turn(self) -> None:
        """Run every deferred function once."""
        for name, script in list(self.scripts.items()):
            if name in self.scripts and not script.turn():
                self._ended(name)

    def quit(self) -> None:
        """Quit REAPER: every script ends."""
        for name in list(self.scripts):
            self._ended(name)

    def touch(self) -> None:
        """Note a change of the project, as editing does."""
        self.project.changes += 1
        self.project.dirty = True
