"""What each REAPER function does in the stand-in. Arguments are already checked against the signatures."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.daw.reaper.standin.world import (
    NUMERIC_RENDER,
    STRING_RENDER,
    Fx,
    Item,
    Marker,
    Project,
    Send,
    Source,
    Take,
    Track,
    write_render,
)

if TYPE_CHECKING:
    from tests.daw.reaper.standin.host import Host


class Calls:
    """The functions by their REAPER names."""

    def __init__(self, host: "Host") -> None:
        self._host = host

    def _project(self, given: Any) -> Project:
        return given if isinstance(given, Project) else self._host.project

    # -- projects -----------------------------------------------------------------------------------------------

    def EnumProjects(self, index: int) -> Any:
        host = self._host
        if index == 0x40000000:
            return None if host.rendering is None else (host.rendering, host.rendering.path)
        if index == -1:
            return host.project, host.project.path
        return (host.projects[index], host.projects[index].path) if 0 <= index < len(host.projects) else None

    def GetProjectStateChangeCount(self, project: Any) -> int:
        return self._project(project).changes

    def GetProjectLength(self, project: Any) -> float:
        return self._project(project).length_s

    def GetProjectPath(self) -> str:
        return str(Path(self._host.project.path).parent) if self._host.project.path else str(self._host.resource)

    def IsProjectDirty(self, project: Any) -> int:
        return int(self._project(project).dirty)

    def CountTracks(self, project: Any = None) -> int:
        return len(self._project(project).tracks)

    def GetPlayStateEx(self, project: Any) -> int:
        return self._project(project).play_state

    def GetPlayState(self) -> int:
        return self._host.project.play_state

    def Main_SaveProject(self, project: Any, save_as: bool = False) -> None:
        target = self._project(project)
        if save_as or not target.path:
            self._host.violate("Main_SaveProject: a Save As window opens")
        target.saved_count += 1
        target.dirty = False

    # -- items --------------------------------------------------------------------------------------------------

    def CountMediaItems(self, project: Any) -> int:
        return len(self._project(project).items)

    def GetMediaItem(self, project: Any, index: int) -> Item | None:
        items = self._project(project).items
        return items[index] if 0 <= index < len(items) else None

    def GetActiveTake(self, item: Item) -> Take | None:
        return item.take

    def GetMediaItemTake_Source(self, take: Take) -> Source | None:
        return take.source

    def GetMediaSourceParent(self, source: Source) -> Source | None:
        return source.parent

    def GetMediaSourceFileName(self, source: Source) -> str:
        return source.file

    def CountTrackMediaItems(self, track: Track) -> int:
        return len(track.items)

    def GetTrackMediaItem(self, track: Track, index: int) -> Item | None:
        return track.items[index] if 0 <= index < len(track.items) else None

    def GetMediaItemInfo_Value(self, item: Item, name: str) -> float:
        known = {"D_LENGTH": item.length_s, "D_POSITION": item.at_s}
        if name not in known:
            self._host.violate(f"GetMediaItemInfo_Value: {name} is not known to the stand-in")
        return known[name]

    # -- tracks and effects -------------------------------------------------------------------------------------

    def GetMasterTrack(self, project: Any) -> Track:
        return self._project(project).master

    def GetSet_LoopTimeRange2(
        self, project: Any, is_set: bool, is_loop: bool, _start: float, _end: float, _seeks: bool
    ) -> tuple[float, float]:
        if is_set or is_loop:
            self._host.violate("GetSet_LoopTimeRange2: the stand-in only tells the time selection")
        return self._project(project).selection_s

    def AnyTrackSolo(self, project: Any) -> bool:
        return self._project(project).soloed

    def GetMasterMuteSoloFlags(self) -> int:
        return int(self._host.project.master_muted)

    def Master_GetPlayRate(self, project: Any) -> float:
        return self._project(project).play_rate

    def GetToggleCommandStateEx(self, section: int, command: int) -> int:
        if (section, command) != (0, 40917):
            self._host.violate(f"GetToggleCommandStateEx: {command} is not known to the stand-in")
        return int(self._host.project.mono)

    def GetTrack(self, project: Any, index: int) -> Track | None:
        tracks = self._project(project).tracks
        return tracks[index] if 0 <= index < len(tracks) else None

    def GetTrackName(self, track: Track) -> tuple[bool, str]:
        return True, track.name

    def GetTrackGUID(self, track: Track) -> str:
        return track.guid

    def ValidatePtr2(self, project: Any, pointer: Any, kind: str) -> bool:
        if kind != "MediaTrack*":
            self._host.violate(f"ValidatePtr2: {kind} is not known to the stand-in")
        return pointer in self._project(project).tracks

    def GetTrackNumSends(self, track: Track, category: int) -> int:
        if category > 0:
            return track.hardware
        return len(track.sends) if category == 0 else len(self._receives(track))

    def _receives(self, track: Track) -> list[Send]:
        return [send for p in self._host.projects for t in p.tracks for send in t.sends if send.to is track]

    def GetTrackSendInfo_Value(self, track: Track, category: int, index: int, name: str) -> Any:
        if category != 0 or not 0 <= index < len(track.sends):
            self._host.violate("GetTrackSendInfo_Value: no such send")
        send = track.sends[index]
        known = {"P_DESTTRACK": send.to, "I_SRCCHAN": float(send.source_channel), "I_DSTCHAN": float(send.channel)}
        if name not in known:
            self._host.violate(f"GetTrackSendInfo_Value: {name} is not known to the stand-in")
        return known[name]

    def TrackFX_GetInstrument(self, track: Track) -> int:
        return 0 if track.instrument else -1

    def GetMediaTrackInfo_Value(self, track: Track, name: str) -> float:
        known = {
            "I_FXEN": float(track.chain_enabled),
            "I_FOLDERDEPTH": float(track.folder),
            "B_MAINSEND": float(track.main_send),
            "B_MUTE": float(track.muted),
        }
        if name not in known:
            self._host.violate(f"GetMediaTrackInfo_Value: {name} is not known to the stand-in")
        return known[name]

    def SetMediaTrackInfo_Value(self, track: Track, name: str, value: float) -> bool:
        if name != "I_FXEN":
            self._host.violate(f"SetMediaTrackInfo_Value: {name} is not known to the stand-in")
        track.chain_enabled = value != 0
        return True

    def TrackFX_GetCount(self, track: Track) -> int:
        return len(track.fx)

    def TrackFX_GetRecCount(self, track: Track) -> int:
        return len(track.monitor_fx)

    def TrackFX_GetFXName(self, track: Track, index: int) -> tuple[bool, str]:
        fx = track.find(index)
        return (False, "") if fx is None else (True, fx.renamed or fx.name)

    def TrackFX_GetEnabled(self, track: Track, index: int) -> bool:
        fx = track.find(index)
        return fx is not None and fx.enabled

    def TrackFX_GetOffline(self, track: Track, index: int) -> bool:
        fx = track.find(index)
        return fx is not None and fx.offline

    def TrackFX_GetFXGUID(self, track: Track, index: int) -> str | None:
        fx = track.find(index)
        return None if fx is None else fx.guid

    def TrackFX_GetNamedConfigParm(self, track: Track, index: int, name: str) -> tuple[bool, str]:
        fx = track.find(index)
        value = None if fx is None else _named(track, fx, name)
        return (False, "") if value is None else (True, value)

    def TrackFX_GetParamFromIdent(self, track: Track, index: int, ident: str) -> int:
        if ident != ":wet":
            self._host.violate(f"TrackFX_GetParamFromIdent: {ident} is not known to the stand-in")
        return -1 if track.find(index) is None else 1000

    def TrackFX_GetParamNormalized(self, track: Track, index: int, parameter: int) -> float:
        fx = track.find(index)
        if fx is None or parameter != 1000:
            self._host.violate("TrackFX_GetParamNormalized: no such parameter")
        return fx.wet if fx else 0.0

    # -- render -------------------------------------------------------------------------------------------------

    def GetSetProjectInfo(self, project: Any, name: str, value: float, is_set: bool) -> float:
        numbers = self._project(project).render_numbers
        if name not in NUMERIC_RENDER:
            self._host.violate(f"GetSetProjectInfo: {name} is not a number")
        if is_set:
            numbers[name] = float(value)
        return numbers[name]

    def GetSetProjectInfo_String(self, project: Any, name: str, value: str, is_set: bool) -> tuple[bool, str]:
        target = self._project(project)
        if name == "RENDER_TARGETS" and not is_set:
            return True, ";".join(target.targets())
        if name not in STRING_RENDER:
            self._host.violate(f"GetSetProjectInfo_String: {name} is not a text, or opens a window")
        if is_set:
            target.render_texts[name] = value
        return True, target.render_texts[name]

    def Main_OnCommand(self, command: int, _flag: int) -> None:
        self._host.run_command(command)

    def Main_OnCommandEx(self, command: int, _flag: int, _project: Any) -> None:
        self._host.run_command(command)

    def render(self) -> None:
        """Render with the last settings: scripts stand still, the file grows, existing files open a question."""
        host = self._host
        project = host.project
        paths = [Path(text) for text in project.targets()]
        if any(path.exists() for path in paths):
            host.violate("render: a window asks whether to overwrite")
        if project.play_state:
            project.play_state = 0
        if host.render_fails:
            return
        host.rendering = project
        numbers = project.render_numbers
        sound = project.sound()
        if not int(numbers["RENDER_NORMALIZE"]) & (1 << 18) and int(numbers["RENDER_NORMALIZE"]) & 1:
            sound = sound * 2  # normalised: the test hears that post-processing was left on
        for path in paths:
            write_render(path, sound, self._piece)
        host.rendering = None

    def _piece(self) -> None:
        self._host.now_s += self._host.piece_s
        self._host.on_piece()

    def SetEditCurPos2(self, project: Any, at_s: float, moves_view: bool, seeks: bool) -> None:
        target = self._project(project)
        target.cursor_s = at_s
        if moves_view:
            target.view_s = at_s
        if seeks and target.play_state:
            self._host.violate("SetEditCurPos2: what plays jumps")

    def format_timestr_pos(self, at_s: float, _text: str, mode: int) -> str:
        if mode != -1:
            self._host.violate(f"format_timestr_pos: {mode} is not known to the stand-in")
        return f"{int(at_s // 60)}:{at_s % 60:06.3f}"

    # -- markers and undo ---------------------------------------------------------------------------------------

    def Undo_BeginBlock2(self, _project: Any) -> None:
        self._host.undo_depth += 1

    def Undo_EndBlock2(self, project: Any, name: str, _flags: int) -> None:
        self._host.undo_depth -= 1
        if self._host.undo_depth < 0:
            self._host.violate("Undo_EndBlock2 without a beginning")
        self._project(project).undo.append(name)

    def _in_undo(self, what: str) -> None:
        if not self._host.undo_depth:
            self._host.violate(f"{what} outside an undo step")

    def AddProjectMarker2(
        self, project: Any, is_region: bool, at_s: float, _end: float, name: str, number: int, color: int
    ) -> int:
        self._in_undo("AddProjectMarker2")
        assert not is_region
        markers = self._project(project).markers
        number = number if number >= 0 else max((m.number for m in markers), default=0) + 1
        markers.append(Marker(number, at_s, name, color))
        self._project(project).changes += 1
        return number

    def DeleteProjectMarker(self, project: Any, number: int, _is_region: bool) -> bool:
        self._in_undo("DeleteProjectMarker")
        target = self._project(project)
        before = len(target.markers)
        target.markers = [m for m in target.markers if m.number != number]
        target.changes += 1
        return len(target.markers) < before

    def EnumProjectMarkers3(self, project: Any, index: int) -> tuple[int, bool, float, float, str, int, int]:
        markers = self._project(project).markers
        if index >= len(markers):
            return 0, False, 0.0, 0.0, "", 0, 0
        marker = markers[index]
        return index + 1, False, marker.at_s, 0.0, marker.name, marker.number, marker.color

    # -- the program around -------------------------------------------------------------------------------------

    def GetResourcePath(self) -> str:
        return str(self._host.resource)

    def GetAppVersion(self) -> str:
        return "7.78/stand-in"

    def APIExists(self, name: str) -> bool:
        return name in self._host.extensions or name in self._host.signatures

    def GetOS(self) -> str:
        return "Other"

    def time_precise(self) -> float:
        return self._host.now_s

    def RecursiveCreateDirectory(self, path: str, _ignored: int) -> int:
        Path(path).mkdir(parents=True, exist_ok=True)
        return 1

    def EnumerateFiles(self, path: str, index: int) -> str | None:
        folder = Path(path)
        names = sorted(p.name for p in folder.iterdir() if p.is_file()) if folder.is_dir() else []
        return names[index] if index < len(names) else None

    def file_exists(self, path: str) -> bool:
        return Path(path).is_file()

    def GetExtState(self, section: str, key: str) -> str:
        return self._host.ext.get((section, key), "")

    def SetExtState(self, section: str, key: str, value: str, persist: bool) -> None:
        if "\n" in value or "\n" in key:
            self._host.violate("SetExtState: a line break is lost in reaper-extstate.ini")
        self._host.ext[section, key] = value
        if persist:
            self._host.persisted[section, key] = value

    def DeleteExtState(self, section: str, key: str, persist: bool) -> None:
        self._host.ext.pop((section, key), None)
        if persist:
            self._host.persisted.pop((section, key), None)

    def NamedCommandLookup(self, name: str) -> int:
        return self._host.command(name)

    def AddRemoveReaScript(self, add: bool, section: int, path: str, commit: bool) -> int:
        name = Path(path).name
        if not (add and section == 0 and commit and Path(path).is_file()):
            return 0
        return self._host.added.setdefault(name, 60_000 + len(self._host.added))

    def SetToggleCommandState(self, _section: int, command: int, state: int) -> bool:
        self._host.toggles[command] = state
        return True

    def RefreshToolbar2(self, _section: int, _command: int) -> None:
        return None

    def ShowConsoleMsg(self, text: str) -> None:
        self._host.console.append(text)

    def ShowMessageBox(self, text: str, _title: str, _kind: int) -> int:
        self._host.violate(f"a window waits: {text}")
        return 0

    def GetUserInputs(self, title: str, count: int, captions: str, values: str) -> tuple[bool, str]:
        if not self._host.inputs:
            self._host.violate(f"a window waits: {title}")
        answer = self._host.inputs.pop(0)
        assert len([c for c in captions.split(",") if "=" not in c]) == count
        return (False, values) if answer is None else (True, answer)

    def ExecProcess(self, command: str, timeout_ms: int) -> str:
        if timeout_ms >= 0:
            self._host.violate("ExecProcess: REAPER stands still until the program ends")
        self._host.executed.append(command)
        return ""

    def GetThemeColor(self, name: str, _flags: int = 0) -> int:
        return self._host.theme.get(name, -1)

    def ColorFromNative(self, native: int) -> tuple[int, int, int]:
        return native >> 16 & 255, native >> 8 & 255, native & 255

    def ColorToNative(self, r: int, g: int, b: int) -> int:
        return r << 16 | g << 8 | b


def _named(track: Track, fx: Fx, name: str) -> str | None:
    if name == "fx_name":
        return fx.name
    if name == "renamed_name":
        return fx.renamed
    if name == "fx_type":
        return fx.kind
    if name == "parallel":
        return str(fx.parallel)
    if name == "container_count":
        return str(len(fx.children)) if fx.kind == "Container" else None
    if name.startswith("container_item.") and fx.kind == "Container":
        at = int(name.removeprefix("container_item."))
        return str(track.child_index(fx.children[at])) if at < len(fx.children) else None
    return None
