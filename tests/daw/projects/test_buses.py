"""The strips everything passes through, in projects as REAPER and Ardour save them."""

from pathlib import Path

import pytest

from bridge.daw.projects.ardour_session import read_session
from bridge.daw.projects.rpp import read_rpp
from bridge.daw.projects.saved import SavedProject
from tests.daw.projects import projects

LIMITER = 'VST "VST3: Pro-L 2 (FabFilter)" "FabFilter Pro-L 2.vst3" 0 "" 0{00} ""'
SYNTH = 'VST "VSTi: ReaSynth (Cockos)" reasynth.dll 0 "" 1919251321 ""'
SEND = "AUXRECV {} 0 1 0 0 0 0 {} {} -1:U 0 -1 ''"


def item(file: str = "Media/take.wav", at_s: float = 0, length_s: float = 12.5, *lines: str) -> list[str]:
    source = ["<SOURCE MIDI", ">"] if not file else ["<SOURCE WAVE", f'  FILE "{file}"', ">"]
    return ["<ITEM", f"  POSITION {at_s}", f"  LENGTH {length_s}", *(f"  {s}" for s in (*lines, *source)), ">"]


def track(
    name: str, *lines: str, folder: str = "0 0", main: int = 1, chain: tuple[str, ...] = (), items: int = 1
) -> list[str]:
    held = item() * items
    effects = (
        ["<FXCHAIN", "  SHOW 0", *(f"  {s}" for opening in chain for s in projects.fx(opening)), ">"] if chain else []
    )
    inside = [f'NAME "{name}"', f"ISBUS {folder}", f"MAINSEND {main} 0", *lines, *effects, *held]
    return [f"  <TRACK {{{name}}}", *(f"    {line}" for line in inside), "  >"]


def read(tmp_path: Path, *tracks: list[str]) -> SavedProject:
    head = ['<REAPER_PROJECT 0.1 "7.22/linux-x86_64" 1730000000', "  MASTER_FX 1"]
    return read_rpp(projects.write(tmp_path / "x.rpp", [*head, *(line for t in tracks for line in t), ">"]))


def buses(project: SavedProject) -> list[tuple[str, list[str]]]:
    return [(bus.name, [slot.name for slot in bus.chain]) for bus in project.buses]


PRO_L = ["Pro-L 2 (FabFilter)"]


@pytest.mark.parametrize("items", [0, 1])
def test_a_folder_around_all_tracks(tmp_path: Path, items: int) -> None:
    project = read(
        tmp_path,
        track("MIX BUS", folder="1 1", chain=(LIMITER,), items=0),
        track("Drums", items=items),
        track("Bass", folder="2 -1", items=items),
    )
    assert buses(project) == [("MIX BUS", PRO_L)]
    assert project.buses[0].strip_id == "{MIX"


def test_folders_in_folders_come_from_the_inside_to_the_outside(tmp_path: Path) -> None:
    project = read(
        tmp_path,
        track("Outer", folder="1 1", chain=(LIMITER,), items=0),
        track("Inner", folder="1 1", items=0),
        track("Drums"),
        track("Bass", folder="2 -2"),
        track("Empty at the top", items=0),
    )
    assert buses(project) == [("Inner", []), ("Outer", PRO_L)]


@pytest.mark.parametrize("items", [0, 1])
def test_tracks_without_main_send_that_are_sent_to_a_bus(tmp_path: Path, items: int) -> None:
    bus = track("2BUS", SEND.format(0, 0, 0), SEND.format(1, 0, 0), chain=(LIMITER,), items=0)
    project = read(tmp_path, track("Drums", main=0, items=items), track("Bass", main=0, items=items), bus)
    assert buses(project) == [("2BUS", PRO_L)]
    reverb = track("Reverb", SEND.format(0, 0, 0), SEND.format(1, 0, 0), items=0)
    assert buses(read(tmp_path, track("Drums", main=0), track("Bass", main=0), bus, reverb)) == [("2BUS", PRO_L)]


def test_a_bus_that_leaves_by_the_hardware(tmp_path: Path) -> None:
    out = ("HWOUT 0 0 1 0 0 0 0 -1:U -1", SEND.format(0, 0, 0), SEND.format(1, 0, 0))
    bus = track("PRINT", *out, main=0, chain=(LIMITER,), items=0)
    assert buses(read(tmp_path, track("Drums", main=0), track("Bass", main=0), bus)) == [("PRINT", PRO_L)]


@pytest.mark.parametrize("items", [0, 1])
def test_a_midi_send_is_no_bus(tmp_path: Path, items: int) -> None:
    midi = SEND.format(0, -1, 0), SEND.format(1, -1, 0)
    synth = track("synth", *midi, chain=(LIMITER,), items=0)
    assert buses(read(tmp_path, track("a", main=0, items=items), track("b", main=0, items=items), synth)) == []


def test_a_side_chain_is_beside_the_way_of_the_sound(tmp_path: Path) -> None:
    bus = track("All", SEND.format(0, 0, 0), SEND.format(1, 0, 0), items=0)
    ducked = track("Pad", SEND.format(0, 0, 2), items=0)  # into its channels 3 and 4
    assert buses(read(tmp_path, track("Kick", main=0), track("Bass", main=0), bus, ducked)) == [("All", [])]


def test_one_imported_mix_with_a_chain_on_its_track(tmp_path: Path) -> None:
    long = item("mix 3.wav", 0, 201.5)
    project = read(tmp_path, track("Tide", *long, chain=(LIMITER,), items=0))
    assert (buses(project), project.layout) == ([("Tide", PRO_L)], "one-mix")
    cut = [*item("mix 3.wav", 0, 100), *item("mix 3.wav", 100, 90)]
    assert read(tmp_path, track("Tide", *cut, chain=(LIMITER,), items=0)).layout == "one-mix"


@pytest.mark.parametrize(
    "lines",
    [item("take.wav", 0, 12.5), item("", 0, 200), item("take.wav", 0, 200, "RECPASS 1"),
     [*item("a.wav", 0, 100), *item("b.wav", 100, 100)]],
    ids=["short", "midi", "recorded here", "two files"],
)  # fmt: skip
def test_what_is_no_imported_mix(tmp_path: Path, lines: list[str]) -> None:
    project = read(tmp_path, track("Guitar", *lines, chain=(LIMITER,), items=0))
    assert (buses(project), project.layout) == ([], "")


def test_an_instrument_is_a_source_without_items(tmp_path: Path) -> None:
    synths = [track(name, chain=(SYNTH,), items=0) for name in ("a", "b")]
    folder = track("All", folder="1 1", items=0)
    end = track("c", folder="2 -1", chain=(SYNTH,), items=0)
    assert buses(read(tmp_path, folder, *synths, end)) == [("All", [])]


def test_the_switch_of_a_track_s_chain_and_effects_in_its_containers(tmp_path: Path) -> None:
    inner = projects.container("loud", projects.fx(LIMITER), bypass="1 0 0")
    lines = ["FX 0", "<FXCHAIN", *(f"  {line}" for line in inner), ">"]
    project = read(tmp_path, track("Bus", *lines, folder="1 1", items=0), track("a"), track("b", folder="2 -1"))
    (bus,) = project.buses
    assert not bus.chain_enabled
    assert [(slot.name, slot.enabled, slot.container) for slot in bus.chain] == [
        ("loud", False, ()),
        ("Pro-L 2 (FabFilter)", False, ("loud",)),
    ]


def test_songs_one_behind_the_other_are_an_album(tmp_path: Path) -> None:
    songs = [track(f"{n}", *item(f"{n}.wav", 200 * n, 195), items=0) for n in range(10)]
    assert read(tmp_path, *songs).layout == "album"
    stems = [track(f"{n}", *item(f"{n}.wav", 0, 195), items=0) for n in range(10)]
    assert read(tmp_path, *stems).layout == ""


def test_hostile_routing_is_read_all_the_same(tmp_path: Path) -> None:
    wild = (SEND.format(10**20, 0, 0), SEND.format(-3, 0, 0), "AUXRECV", "AUXRECV x y", "ISBUS", "ISBUS 1 nan", "HWOUT")
    project = read(
        tmp_path, track("a", *wild, folder="1 -999999"), track("b", folder="9 99"), track("c", SEND.format(2, 0, 0))
    )
    assert project.track_count == 3


SESSION = """<?xml version="1.0"?><Session version="{version}" name="Tide" sample-rate="48000">
<Sources>{sources}</Sources><Routes>
<Route id="1" name="Master" default-type="audio" active="1"><PresentationInfo flags="MasterOut"/></Route>{routes}
</Routes><Playlists>{playlists}</Playlists></Session>"""


def route(name: str, *to: str, flags: str = "AudioTrack", inside: str = "", more: str = "") -> str:
    ports = "".join(f'<Port name="{name}/audio_out 1"><Connection other="{port}"/></Port>' for port in to)
    port = '<Port><Connection other="Master/audio_in 1"/></Port>'
    send_port = f'<Processor type="send"><IO direction="Output">{port}</IO></Processor>'
    return (
        f'<Route id="id {name}" name="{name}" active="1" {more}><PresentationInfo flags="{flags},OrderSet"/>'
        f'<IO name="{name}" direction="Input"><Port><Connection other="Master/audio_in 1"/></Port></IO>'
        f'<IO name="{name}" direction="Output">{ports}</IO>{send_port}{inside}</Route>'
    )


def session(
    tmp_path: Path, *routes: str, playlists: str = "", sources: str = "", version: str = "7003"
) -> SavedProject:
    path = tmp_path / "Tide.ardour"
    path.write_text(
        SESSION.format(routes="".join(routes), playlists=playlists, sources=sources, version=version), encoding="utf-8"
    )
    return read_session(path)


DPL = '<Processor id="22" name="x42 Digital Peak Limiter Stereo" active="1" type="lv2"/>'
MIX_BUS = route("Mix Bus", "Master/audio_in 1", flags="AudioBus", inside=DPL)


def test_an_ardour_bus_between_the_tracks_and_the_master(tmp_path: Path) -> None:
    tracks = [route(name, "Mix Bus/audio_in 1") for name in ("Drums", "Bass")]
    project = session(tmp_path, MIX_BUS, *tracks)
    assert buses(project) == [("Mix Bus", ["x42 Digital Peak Limiter Stereo"])]
    assert project.buses[0].strip_id == "id Mix Bus"
    around = route("Voice", "Master/audio_in 1")
    assert buses(session(tmp_path, MIX_BUS, *tracks, around)) == []
    resting = around.replace('active="1"', 'active="0"')
    assert buses(session(tmp_path, MIX_BUS, *tracks, resting)) == [("Mix Bus", ["x42 Digital Peak Limiter Stereo"])]


def test_a_return_of_ardour_s_own_sends_is_beside(tmp_path: Path) -> None:
    send = '<Processor type="intsend" name="Hall" target="id Hall" active="1"/>'
    tracks = [route(name, "Mix Bus/audio_in 1", inside=send) for name in ("Drums", "Bass")]
    hall = route("Hall", "Master/audio_in 1", flags="AudioBus")
    assert buses(session(tmp_path, MIX_BUS, *tracks, hall)) == [("Mix Bus", ["x42 Digital Peak Limiter Stereo"])]


@pytest.mark.parametrize(
    ("version", "length"), [("7003", "a56448000000@a0"), ("6000", "9600000")], ids=["superclocks", "samples"]
)
def test_one_imported_mix_in_ardour(tmp_path: Path, version: str, length: str) -> None:
    tide = route("Tide", "Master/audio_in 1", inside=DPL, more='audio-playlist="9"')
    sources = '<Source id="5" name="mix%L.wav" type="audio"/><Source id="6" name="mix%R.wav" type="audio"/>'
    start = "a0" if version == "7003" else "0"
    region = f'<Region name="mix" position="{start}" length="{length}" source-0="5" source-1="6"/>'
    playlists = f'<Playlist id="9" name="Tide">{region}</Playlist>'
    project = session(tmp_path, tide, sources=sources, playlists=playlists, version=version)
    assert (buses(project), project.layout) == ([("Tide", ["x42 Digital Peak Limiter Stereo"])], "one-mix")
    recorded = sources.replace('type="audio"', 'type="audio" captured-for="Tide"')
    assert session(tmp_path, tide, sources=recorded, playlists=playlists, version=version).layout == ""


@pytest.mark.parametrize("version", ["3.0.0", "3001", "3002"])
def test_tracks_of_ardour_3_and_4_are_counted(tmp_path: Path, version: str) -> None:
    disk = '<Diskstream playlist="Audio {0}.1"/>'
    old = '<Route id="{0}" name="Audio {0}" flags="" active="yes" mode="Normal">' + disk + "</Route>"
    bus = '<Route id="40" name="Reverb" default-type="audio" active="yes"/>'
    assert session(tmp_path, old.format(20), old.format(30), bus, version=version).track_count == 2


def test_a_session_of_ardour_2(tmp_path: Path) -> None:
    path = tmp_path / "old.ardour"
    limiter = (
        '<Insert type="ladspa" unique-id="1913"><Redirect active="{}" placement="PostFader">'
        '<IO name="Fast Lookahead limiter" id="11" outputs=""/></Redirect></Insert>'
    )
    both = "{ardour:master/in 1}{ardour:master/in 2}"
    bus = f'<Route flags=""><IO name="mix" id="15" inputs="" outputs="{both}"/>{limiter.format("no")}</Route>'
    tracks = "".join(
        f'<Route diskstream-id="3{n}" flags=""><IO name="Audio {n}" id="2{n}" outputs="{{ardour:mix/in 1}}"/></Route>'
        for n in range(2)
    )
    master = '<Route flags="MasterOut"><IO name="master" id="10" outputs="{system:playback_1}"/>'
    path.write_text(
        '<Session version="2.0.0" name="old" sample-rate="48000"><Routes>'
        f"{master}{limiter.format('yes')}</Route>{bus}{tracks}</Routes></Session>"
    )
    project = read_session(path)
    assert [(slot.name, slot.enabled) for slot in project.master_chain] == [("Fast Lookahead limiter", True)]
    assert [(bus.name, [(s.name, s.enabled) for s in bus.chain]) for bus in project.buses] == [
        ("mix", [("Fast Lookahead limiter", False)])
    ]
    assert project.track_count == 2
