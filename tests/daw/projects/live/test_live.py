"""Ableton Live sets, each branch of their layout in written ones."""

import gzip
from pathlib import Path

import pytest

from bridge.daw.projects import unpacked
from bridge.daw.projects.reading import read_project
from bridge.daw.projects.saved import SavedProject
from bridge.errors import DawError
from tests.daw.projects.live import live_sets as live
from tests.daw.projects.live.live_sets import audio_clip, device, envelope, live_set, plug_in, rack, track

PRO_L = plug_in("Pro-L 2")
MIDI_CLIP = '<MidiClip Id="0"><CurrentStart Value="0"/><Notes><MidiNoteEvent/></Notes></MidiClip>'


def read(folder: Path, text: str) -> SavedProject:
    return read_project(live.write(folder, text))


def chain(folder: Path, master: str, **more: object) -> list[tuple[str, str, bool]]:
    project = read(folder, live_set(master, **more))  # type: ignore[arg-type]
    return [(slot.name, slot.kind, slot.enabled) for slot in project.master_chain]


def buses(folder: Path, *tracks: str) -> list[tuple[str, list[str]]]:
    project = read(folder, live_set(tracks="".join(tracks)))
    return [(bus.name, [slot.name for slot in bus.chain]) for bus in project.buses]


@pytest.mark.parametrize("version", [8, 9, 10, 11, 12])
def test_the_master_of_every_version(tmp_path: Path, version: int) -> None:
    old = version == 8
    master = (
        plug_in("Pro-L", "VstPluginInfo", old=old)
        + plug_in("L2", "AuPluginInfo", on="false", old=old)
        + device("GlueCompressor", old=old)
    )
    project = read(tmp_path, live_set(master, version=version))
    assert (project.daw, project.name, project.program_version[: len(str(version))]) == ("live", "Tide", str(version))
    assert [(slot.name, slot.kind, slot.enabled) for slot in project.master_chain] == [
        ("Pro-L", "VST", True), ("L2", "AU", False), ("Glue Compressor", "builtin", True)
    ]  # fmt: skip


def test_a_set_of_a_later_version_is_refused_by_its_number(tmp_path: Path) -> None:
    with pytest.raises(DawError, match=r"written by Live 13, which is not read; sets of Live 8 to 12 are"):
        read(tmp_path, live_set(PRO_L, version=13))


def test_devices_are_called_what_people_call_them(tmp_path: Path) -> None:
    patch = (
        "<PatchSlot><Value><MxDPatchRef><FileRef><Name Value=''/><Path Value='/m4l/Clipper Pro.amxd'/></FileRef>"
        "</MxDPatchRef></Value></PatchSlot>"
    )
    old = patch.replace("Name Value=''", "Name Value='Ears.amxd'").replace("Path Value", "Data x")
    master = "".join(map(device, ("Limiter", "Eq8", "StereoGain", "MultibandDynamics", "SomethingNew", "Vinyl")))
    master += device("MxDeviceAudioEffect", patch) + device("MxDeviceAudioEffect", old) + plug_in("")
    assert [name for name, _, _ in chain(tmp_path, master)] == [
        "Limiter", "EQ Eight", "Utility", "Multiband Dynamics", "Something New", "Vinyl", "Clipper Pro", "Ears",
        "Plugin Device",
    ]  # fmt: skip


def test_racks_in_racks_with_what_is_off_in_them(tmp_path: Path) -> None:
    inner = rack("Inner", device("Limiter"), device("Saturator") + device("Eq8"), off=(1,))
    project = read(tmp_path, live_set(rack("Outer", PRO_L + inner) + rack("Off", device("Limiter"), on="false")))
    assert [(s.name, s.enabled, s.parallel, s.container) for s in project.master_chain] == [
        ("Outer", True, False, ()),
        ("Pro-L 2", True, False, ("Outer",)),
        ("Inner", True, False, ("Outer",)),
        ("Limiter", True, False, ("Outer", "Inner")),
        ("Saturator", False, True, ("Outer", "Inner")),
        ("EQ Eight", False, False, ("Outer", "Inner")),
        ("Off", False, False, ()),
        ("Limiter", False, False, ("Off",)),
    ]
    assert {s.kind for s in project.master_chain if s.name in {"Outer", "Inner", "Off"}} == {"CONTAINER"}


@pytest.mark.parametrize(
    ("at_rest", "values", "is_on"),
    [("false", ("false", "true", "false"), True), ("true", ("false", "false"), False), ("true", ("true",), True),
     ("false", (), False), ("true", (), True)],
)  # fmt: skip
def test_an_automated_switch_is_on_when_it_ever_is(
    tmp_path: Path, at_rest: str, values: tuple[str, ...], is_on: bool
) -> None:
    switches = envelope(77, "0.5", "0.7", kind="FloatEvent") + (envelope(5, *values) if values else "")
    found = chain(tmp_path, plug_in("Pro-L 2", on=at_rest, switch_id=5), switches=switches)
    assert found == [("Pro-L 2", "VST3", is_on)]


def test_the_switch_of_live_8_and_its_automation(tmp_path: Path) -> None:
    events = "<BoolEvent Value='false'/>" * 3 + "<BoolEvent Value='true'/>"
    later = device("Limiter", old=True, on="false").replace('<BoolEvent Time="-6" Value="false"/>', events)
    assert chain(tmp_path, device("Eq8", old=True, on="false") + later, version=8) == [
        ("EQ Eight", "builtin", False), ("Limiter", "builtin", True)
    ]  # fmt: skip


def test_a_group_around_all_tracks(tmp_path: Path) -> None:
    group = track("Group", 1, "Mix", devices=PRO_L)
    inner = track("Group", 2, "Drums", out="AudioOut/GroupTrack", group=1)
    kick = track("Audio", 3, "Kick", out="AudioOut/GroupTrack", group=2, clips=audio_clip())
    bass = track("Midi", 4, "Bass", out="AudioOut/GroupTrack", group=1, devices=device("Operator"), session=MIDI_CLIP)
    back = track("Return", 5, "Reverb")
    assert buses(tmp_path, group, inner, kick, bass, back) == [("Mix", ["Pro-L 2"])]
    loose = track("Audio", 6, "Vocal", session=audio_clip())
    assert buses(tmp_path, group, inner, kick, bass, loose) == []


def test_a_track_that_others_play_into(tmp_path: Path) -> None:
    into = "AudioOut/Track.9/TrackIn"
    tracks = [track("Audio", n, f"t{n}", out=into, clips=audio_clip()) for n in (1, 2)]
    assert buses(tmp_path, *tracks, track("Audio", 9, "Pre", devices=PRO_L)) == [("Pre", ["Pro-L 2"])]
    nowhere = track("Audio", 3, "t3", out="AudioOut/None", clips=audio_clip())
    out = track("Audio", 4, "t4", out="AudioOut/External/S1", clips=audio_clip())
    aside = buses(tmp_path, *tracks, nowhere, out, track("Audio", 9, "Pre", devices=PRO_L))
    assert aside == [("Pre", ["Pro-L 2"])]  # neither is heard in the master


def test_sends_alone_are_a_way_and_beside_an_output_they_are_none(tmp_path: Path) -> None:
    back = track("Return", 8, "All", devices=PRO_L)
    only = [track("Audio", n, f"t{n}", out="AudioOut/None", clips=audio_clip(), sends=(1.0,)) for n in (1, 2)]
    assert buses(tmp_path, *only, back) == [("All", ["Pro-L 2"])]
    beside = [track("Audio", n, f"t{n}", clips=audio_clip(), sends=(1.0,)) for n in (1, 2)]
    assert buses(tmp_path, *beside, back) == []
    closed = track("Audio", 3, "t3", out="AudioOut/None", clips=audio_clip(), sends=(0.0003162277571,))
    assert buses(tmp_path, *only, closed, back) == [("All", ["Pro-L 2"])]


def test_a_track_that_listens_to_another_one(tmp_path: Path) -> None:
    drums = [track("Audio", n, f"t{n}", out="AudioOut/Track.3/TrackIn", clips=audio_clip()) for n in (1, 2)]
    silent = track("Audio", 3, "Sum", out="AudioOut/None")
    heard = track("Audio", 4, "Print", tap="AudioIn/Track.3/PostFxOut", monitors=0, devices=PRO_L)
    assert ("Print", ["Pro-L 2"]) in buses(tmp_path, *drums, silent, heard)
    unheard = track("Audio", 4, "Print", tap="AudioIn/Track.3/PostFxOut", monitors=2, devices=PRO_L)
    assert buses(tmp_path, *drums, silent, unheard) == []


def test_what_lies_in_a_set(tmp_path: Path) -> None:
    song = track("Audio", 1, "Tide mix", clips=audio_clip("/m/Tide.wav", beats=360))
    one = read(tmp_path, live_set(tracks=song))
    assert (one.layout, one.track_count, one.source_files) == ("one-mix", 1, ("/m/Tide.wav",))
    assert read(tmp_path, live_set(tracks=song, bpm=400)).layout == ""  # 54 s are a loop
    album = "".join(
        track("Audio", n, f"s{n}", clips=audio_clip(f"/m/{n}.wav", beats=360, at=360 * n)) for n in range(4)
    )
    assert read(tmp_path, live_set(tracks=album)).layout == "album"
    parts = song + track("Midi", 2, "Pad", devices=device("Drift")) + track("Audio", 3, "b", session=audio_clip())
    mix = read(tmp_path, live_set(tracks=parts))
    assert (mix.layout, mix.source_files) == ("mix", ())
    silent = track("Midi", 2, "to hardware", devices=device("MidiArpeggiator"), clips=MIDI_CLIP)
    assert read(tmp_path, live_set(tracks=song + silent)).layout == "one-mix"


def test_a_track_of_notes_is_left_at_its_instrument_and_the_next_ones_are_read(tmp_path: Path) -> None:
    devices = device("MidiArpeggiator") + rack("", rack("", device("Operator"))).replace("AudioEffect", "Instrument")
    into = "AudioOut/GroupTrack"
    tracks = track("Midi", 2, "Pad", out=into, group=1, devices=devices + device("Limiter"), session=MIDI_CLIP)
    tracks += track("Audio", 3, "Bass", out=into, group=1, clips=audio_clip())
    tracks += track("Group", 1, "Mix", devices=PRO_L)
    project = read(tmp_path, live_set(device("Eq8"), tracks))
    assert [(bus.name, [slot.name for slot in bus.chain]) for bus in project.buses] == [("Mix", ["Pro-L 2"])]
    assert ([slot.name for slot in project.master_chain], project.track_count) == (["EQ Eight"], 2)


def test_files_as_live_10_and_before_name_them(tmp_path: Path) -> None:
    clip = audio_clip("Samples/Imported/Tide.wav", 360, old=True)
    one = read(tmp_path, live_set(tracks=track("Audio", 1, "x", clips=clip), version=10))
    assert one.source_files == (str(tmp_path / "Samples" / "Imported" / "Tide.wav"),)
    library = clip.replace('RelativePathType Value="3"', 'RelativePathType Value="5"')
    assert read(tmp_path, live_set(tracks=track("Audio", 1, "x", clips=library), version=10)).source_files == ()
    recorded = audio_clip("/p/Samples/Recorded/1 take.wav", 360)
    assert read(tmp_path, live_set(tracks=track("Audio", 1, "x", clips=recorded))).layout == ""


def test_one_that_is_not_packed_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.als").write_text(live_set(PRO_L).replace("\n", "\r\n"), encoding="utf-8", newline="")
    assert [slot.name for slot in read_project(tmp_path / "a.als").master_chain] == ["Pro-L 2"]


WHOLE = gzip.compress(live_set(PRO_L).encode())
LATIN = live_set(PRO_L).replace("Tide", "é").replace("UTF-8", "ISO-8859-1").replace("Main'", "Maïn'").encode("latin-1")


def test_an_encoding_that_is_declared_is_believed(tmp_path: Path) -> None:
    (tmp_path / "a.als").write_bytes(gzip.compress(LATIN))
    assert len(read_project(tmp_path / "a.als").master_chain) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("data", "message"),
    [(b"", "damaged"), (b"JUNK", "damaged at line 1"), (b"\x1f\x8brubbish", "cannot be unpacked"),
     (WHOLE[:-30], "ends too early"), (gzip.compress(live_set(PRO_L).encode()[:-50]), "damaged at line"),
     (gzip.compress(b"<Session/>"), "not written by Ableton Live"),
     (gzip.compress(b'<!DOCTYPE a [<!ENTITY b "c">]><Ableton>&b;</Ableton>'), "declares a document type"),
     (gzip.compress(live_set(PRO_L).replace("UTF-8", "klingon").encode()), "damaged"),
     (gzip.compress(b"<Ableton><LiveSet>" + b"<a>" * 1_000_000), "inside each other"),
     (gzip.compress(b"<Ableton><LiveSet><Tracks>" + b"<a><DeviceChain>" * 3), "damaged at line 1"),
     (gzip.compress(live_set(device("Limiter") * 5000).encode()), "more devices than any set has"),
     (gzip.compress(live_set(rack("", "@")).replace("@", "").encode()[:1500] + b"\xff\xfe"), "damaged at line")],
    ids=["empty", "junk", "no gzip", "cut", "half saved", "another's", "entities", "unknown encoding", "deep",
         "unclosed", "too many devices", "bad bytes"],
)  # fmt: skip
def test_what_is_damaged_is_one_clear_line(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "a.als").write_bytes(data)
    with pytest.raises(DawError, match=message) as caught:
        read_project(tmp_path / "a.als")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("inside", ["", "<LiveSet></LiveSet>", "<GroupDevicePreset></GroupDevicePreset>"])
def test_what_is_no_whole_set_is_not_read_as_an_empty_one(tmp_path: Path, inside: str) -> None:
    path = tmp_path / "Preset.als"
    path.write_text(f'<Ableton MajorVersion="5" MinorVersion="11.0_433">{inside}</Ableton>', encoding="utf-8")
    with pytest.raises(DawError, match="holds no whole set"):
        read_project(path)


def test_a_bomb_is_refused_at_the_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacked, "_SMALL_BYTES", 1 << 20)
    with pytest.raises(DawError, match="unpacks to 2 MB and more"):
        read(tmp_path, live_set(" " * (8 << 20)))


@pytest.mark.slow
def test_depth_inside_of_what_is_skipped_is_bounded(tmp_path: Path) -> None:
    deep = "<a>" * 1500 + "</a>" * 1500
    text = live_set(PRO_L).replace('<NextPointeeId Value="9"/>', f"<Other>{'<b/>' * 600_000}{deep}</Other>")
    with pytest.raises(DawError, match="more than 1000 elements inside each other"):
        read(tmp_path, text)


def test_an_element_of_the_same_name_inside_of_what_is_skipped(tmp_path: Path) -> None:
    twice = "<Other><Other><x/></Other><x/></Other>"
    assert [slot.name for slot in read(tmp_path, live_set(device("Eq8", twice) + PRO_L)).master_chain] == [
        "EQ Eight", "Pro-L 2"
    ]  # fmt: skip
