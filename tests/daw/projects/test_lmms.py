"""LMMS projects: those that come with the program, and each branch in written ones."""

import zlib
from pathlib import Path

import pytest

from bridge.daw.projects import lmms
from bridge.daw.projects.reading import read_project
from bridge.errors import DawError

DEMOS = Path("/usr/share/lmms/projects")
HEAD = '<?xml version="1.0"?><!DOCTYPE lmms-project><lmms-project creatorversion="1.2.0" type="song"><song>'
LADSPA = (
    '<effect name="ladspaeffect" {}>{}<key><attribute name="file" value="fast_lookahead_limiter_1913"/>'
    '<attribute name="plugin" value="{}"/></key></effect>'
)


def limiter(more: str = 'on="1" wet="1"', inside: str = "", name: str = "fastLookaheadLimiter") -> str:
    return LADSPA.format(more, inside, name)


def channel(number: int, name: str, *to: int, chain: str = "", enabled: int = 1, tag: str = "fxchannel") -> str:
    sends = "".join(f'<send channel="{one}" amount="1"/>' for one in to)
    return f'<{tag} num="{number}" name="{name}"><fxchain enabled="{enabled}">{chain}</fxchain>{sends}</{tag}>'


def track(name: str, to: int, *, notes: bool = True, attribute: str = "fxch") -> str:
    held = '<pattern><note pos="0"/></pattern>' if notes else ""
    return f'<track type="0" name="{name}"><instrumenttrack {attribute}="{to}"/>{held}</track>'


def write(tmp_path: Path, body: str, *, packed: bool = False) -> Path:
    text = f"{HEAD}{body}</song></lmms-project>".encode()
    path = tmp_path / ("Tide.mmpz" if packed else "Tide.mmp")
    path.write_bytes(len(text).to_bytes(4, "big") + zlib.compress(text) if packed else text)
    return path


@pytest.mark.parametrize("packed", [False, True])
def test_what_is_on_the_master_and_on_the_channel_everything_passes_through(tmp_path: Path, packed: bool) -> None:
    mixer = channel(0, "Master", chain=limiter()) + channel(1, "Mix", 0, chain=limiter(name="tap_limiter"))
    mixer += channel(2, "Drums", 1)
    tracks = track("Kick", 2) + track("Bass", 1) + track("new, empty", 0, notes=False)
    project = read_project(
        write(tmp_path, f"<trackcontainer>{tracks}</trackcontainer><fxmixer>{mixer}</fxmixer>", packed=packed)
    )
    assert (project.daw, project.program_version, project.track_count) == ("lmms", "1.2.0", 3)
    assert [(slot.name, slot.kind, slot.enabled) for slot in project.master_chain] == [
        ("fastLookaheadLimiter", "LADSPA", True)
    ]
    assert [(bus.name, [slot.name for slot in bus.chain]) for bus in project.buses] == [("Mix", ["tap_limiter"])]


def test_the_mixer_as_lmms_1_3_names_it(tmp_path: Path) -> None:
    mixer = channel(0, "Master", tag="mixerchannel") + channel(
        1, "Mix", 0, tag="mixerchannel", enabled=0, chain=limiter()
    )
    tracks = track("a", 1, attribute="mixch") + track("b", 1, attribute="mixch")
    (bus,) = read_project(write(tmp_path, f"{tracks}<mixer>{mixer}</mixer>")).buses
    assert (bus.name, bus.chain_enabled) == ("Mix", False)


@pytest.mark.parametrize(
    ("more", "inside", "enabled", "wet"),
    [('on="0" wet="1"', "", False, 1.0), ('wet="0.5"', '<on value="0" id="7"/>', False, 0.5),
     ('on="1"', '<wet value="0.25" id="7"/>', True, 0.25), ('on="1" wet="-0.8"', "", True, 0.8), ("", "", True, None)],
    ids=["off", "switch automated", "wet automated", "turned over", "nothing said"],
)  # fmt: skip
def test_switch_and_wet_knob_also_where_they_are_automated(
    tmp_path: Path, more: str, inside: str, enabled: bool, wet: float | None
) -> None:
    mixer = f"<fxmixer>{channel(0, 'Master', chain=limiter(more, inside))}</fxmixer>"
    (slot,) = read_project(write(tmp_path, mixer)).master_chain
    assert (slot.enabled, slot.wet) == (enabled, wet)


def test_a_vst_is_named_by_its_file_and_lmms_s_own_by_themselves(tmp_path: Path) -> None:
    vst = '<effect name="vsteffect" on="1"><key><attribute name="file" value="C:\\VST\\LoudMax.dll"/></key></effect>'
    chain = vst + '<effect name="amplifier" on="1"/>'
    project = read_project(write(tmp_path, f"<fxmixer>{channel(0, 'Master', chain=chain)}</fxmixer>"))
    assert [(slot.name, slot.kind) for slot in project.master_chain] == [("LoudMax", "VST"), ("amplifier", "builtin")]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [("a.mmp", b"", "damaged"), ("a.mmp", b"<Session/>", "not an LMMS project"),
     ("a.mmpz", b"\0\0\0\1rubbish", "unpacked"),
     ("a.mmp", b'<!DOCTYPE x [<!ENTITY a "b">]><lmms-project>&a;</lmms-project>', "declares entities"),
     ("a.mmp", b"<lmms-project><a><b></a>", "damaged at line 1"),
     ("a.mmp", b"<lmms-project/>", "holds no whole song"),
     ("a.mmp", f"{HEAD}</song></lmms-project>".encode(), "holds no whole song"),
     ("a.mmp", b'<lmms-project type="instrumenttracksettings"><fxchannel num="0"/></lmms-project>',
      "not a song but LMMS's “instrumenttracksettings”"),
     ("a.mmp", b"<lmms-project>" + b"<a>" * 2000, "inside each other"),
     ("a.mmp", HEAD.encode() + b"<fxchannel num='0'>" + b"<effect name='x'/>" * 5000, "more than 4096 effects")],
)  # fmt: skip
def test_what_is_damaged_is_one_clear_line(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(DawError, match=message) as caught:
        read_project(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_a_new_song_is_one(tmp_path: Path) -> None:
    text = f"{HEAD}<fxmixer>{channel(0, 'Master')}</fxmixer></song></lmms-project>".replace('"song"', '"songtemplate"')
    (tmp_path / "New.mmp").write_text(text, encoding="utf-8")
    project = read_project(tmp_path / "New.mmp")
    assert (project.track_count, project.master_chain, project.buses) == (0, (), ())


def test_a_bomb_is_refused_at_the_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lmms, "MAX_UNPACKED_BYTES", 1 << 20)
    with pytest.raises(DawError, match="unpacks to more than 1 MB"):
        read_project(write(tmp_path, " " * (8 << 20), packed=True))


@pytest.mark.slow
@pytest.mark.skipif(not DEMOS.is_dir(), reason="not installed: lmms")
def test_the_projects_that_come_with_lmms() -> None:
    said = {}
    for path in sorted(DEMOS.rglob("*.mmp*")):
        project = read_project(path)
        said[path.stem] = [(slot.name, slot.enabled) for slot in project.master_chain]
    assert len(said) >= 20
    assert said["Skiessi-222"] == [("stereomatrix", False)]
    assert [on for _, on in said["Skiessi-Onion"]] == [False] * 4
    assert said["Shovon-ProgressiveHousePluckDemo"] == [("spectrumanalyzer", True)]
    assert len(said["EsoXLB-CPU"]) == 6
