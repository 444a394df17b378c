"""REAPER projects of every shape, and damaged ones."""

import random
import tracemalloc
from pathlib import Path

import pytest

from bridge.daw.projects.reading import find_project_near, read_project
from bridge.daw.projects.rpp import read_fx_file, read_rpp
from bridge.daw.projects.rpp_chain import tokens
from bridge.daw.projects.saved import MAX_FX_COUNT, inside_containers
from bridge.errors import DawError
from bridge.model import FxSlot
from tests.daw.projects import projects

RENDER = [
    'RENDER_FILE "/music/Bounces"',
    'RENDER_PATTERN "$project-$date"',
    "RENDER_FMT 0 2 48000",
    "RENDER_RANGE 1 0 0 18 1000",
    "RENDER_DITHER 0",
    "<RENDER_CFG",
    "  ZXZhdxgAAQ==",
    ">",
    "SAMPLERATE 44100 1 0",
    "MASTER_FX 1",
]
KINDS = [
    ('VST "VST: ReaComp (Cockos)" reacomp.vst.so 0 "" 1919247213<56535472> ""', "VST", "ReaComp (Cockos)"),
    ('VST "VST3: Pro-L 2 (FabFilter)" "FabFilter Pro-L 2.vst3" 0 loud 1{2} ""', "VST3", "Pro-L 2 (FabFilter)"),
    ('VST "VSTi: Synth (X)" x.so 0 "" 1<2> ""', "VST", "Synth (X)"),
    ('JS loser/MGA_JSLimiter ""', "JS", "loser/MGA_JSLimiter"),
    ('JS "my folder/limit it" "my comment"', "JS", "my folder/limit it"),
    ('AU "AU: AUPeakLimiter (Apple)" "Apple: AUPeakLimiter" "" 1635083896', "AU", "AUPeakLimiter (Apple)"),
    ('CLAP "CLAP: Maximizer (Somebody)" com.somebody.max ""', "CLAP", "Maximizer (Somebody)"),
    ('LV2 "LV2: LSP Limiter Stereo" http://lsp-plug.in/x ""', "LV2", "LSP Limiter Stereo"),
    ('DX "DX: Old Thing" "" 0', "DX", "Old Thing"),
    ('VIDEO_EFFECT "Video processor" ""', "VIDEO", "Video processor"),
    ("VST 'VST3: The \"Loud\" One (X)' x.vst3 0 '' 1{2} ''", "VST3", 'The "Loud" One (X)'),
    ('VST `VST3: "It\'s" (X)` x.vst3', "VST3", '"It\'s" (X)'),
]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(("opening", "kind", "name"), KINDS, ids=[name for _, _, name in KINDS])
def test_each_kind_of_effect(tmp_path: Path, opening: str, kind: str, name: str, newline: str) -> None:
    path = projects.write(tmp_path / "a song.rpp", projects.project(projects.fx(opening, number=7)), newline)
    (slot,) = read_rpp(path).master_chain
    assert (slot.kind, slot.name, slot.enabled, slot.offline) == (kind, name, True, False)
    assert slot.slot_id == projects.GUID.format(7)


@pytest.mark.parametrize(
    ("bits", "normalises", "limits"),
    [("0", False, False), ("1", True, False), ("5", True, False), ("64", False, True), ("65", True, True),
     ("192", False, True), ("1024", False, False), ("262209", False, False), ("262144", False, False),
     ("x", None, None)],
)  # fmt: skip
def test_what_the_render_itself_does_to_the_sound(
    tmp_path: Path, bits: str, normalises: bool | None, limits: bool | None
) -> None:
    top = ['RENDER_FILE "Renders"', f"RENDER_NORMALIZE {bits} 0.063096 0.891251 0 0 1 1"]
    render = read_rpp(projects.write(tmp_path / "x.rpp", projects.project(None, top=top))).render
    assert render is not None
    assert (render.normalises, render.limits) == (normalises, limits)


def test_the_wet_knob_of_an_effect_and_of_a_container_around_it(tmp_path: Path) -> None:
    half = [*projects.fx('VST "VST: A" a.so')[:-1], "WET 0.5 0", "WAK 0 0"]
    dry = projects.container("dry", projects.fx('VST "VST: B" b.so'))
    dry.insert(-1, "WET 0.000000")
    slots = read_rpp(projects.write(tmp_path / "x.rpp", projects.project([*half, *dry]))).master_chain
    assert [(slot.name, slot.wet, slot.enabled) for slot in slots] == [
        ("A", 0.5, True),
        ("dry", 0.0, True),
        ("B", None, False),
    ]


def test_bypassed_offline_and_the_chain_switch(tmp_path: Path) -> None:
    chain = [
        *projects.fx('VST "VST: A" a.so', bypass="1 0 0"),
        *projects.fx('VST "VST: B" b.so', bypass="0 1 0"),
        *projects.fx('VST "VST: C" c.so', bypass="0 0"),
    ]
    project = read_rpp(projects.write(tmp_path / "x.rpp", projects.project(chain, top=["MASTER_FX 0"])))
    assert not project.master_chain_enabled
    assert [(s.name, s.enabled, s.offline) for s in project.master_chain] == [
        ("A", False, False),
        ("B", True, True),
        ("C", True, False),
    ]


def test_containers_inside_containers(tmp_path: Path) -> None:
    inner = projects.container("limit", projects.fx('VST "VST3: Deep (X)" x', number=3), bypass="1 0", number=2)
    chain = [
        *projects.container(
            "glue", [*projects.fx('VST "VST: First" a', number=4), *inner, *projects.fx("JS after")], number=1
        ),
        *projects.fx('VST "VST: Outside" o', number=5),
    ]
    slots = read_rpp(projects.write(tmp_path / "x.rpp", projects.project(chain), "\r\n")).master_chain
    assert [(s.name, s.container, s.enabled) for s in slots] == [
        ("glue", (), True),
        ("First", ("glue",), True),
        ("limit", ("glue",), False),
        ("Deep (X)", ("glue", "limit"), False),
        ("after", ("glue",), True),
        ("Outside", (), True),
    ]
    assert [s.slot_id for s in slots] == [projects.GUID.format(n) for n in (1, 4, 2, 3, 1, 5)]


def test_render_settings_version_and_tracks(tmp_path: Path) -> None:
    project = read_rpp(projects.write(tmp_path / "My Song.RPP", projects.project(None, top=RENDER, tracks=5)))
    assert project.name == "My Song"
    assert project.program_version == "7.22/linux-x86_64"
    assert project.track_count == 5
    assert project.rate_hz == 44100
    assert project.master_chain == ()
    render = project.render
    assert render is not None
    assert (render.file, render.pattern) == ("/music/Bounces", "$project-$date")
    assert (render.container, render.bit_depth, render.rate_hz, render.channels) == ("WAV", 24, 48000, 2)
    assert (render.bounds, render.tail_s, render.dither) == ("project", 1.0, False)


def test_empty_chain_block_and_missing_settings(tmp_path: Path) -> None:
    project = read_rpp(projects.write(tmp_path / "x.rpp", projects.project([])))
    assert project.master_chain == ()
    assert project.render is None
    assert project.master_chain_enabled


def test_a_copy_in_the_render_queue_says_whose_it_is_and_what_it_makes(tmp_path: Path) -> None:
    waits = [
        'QUEUED_RENDER_OUTFILE "E:\\My Renders\\Tide 1.wav" 3',
        'QUEUED_RENDER_OUTFILE "E:\\My Renders\\Tide 2.wav" 3',
    ]
    top = [*waits, "QUEUED_RENDER_ORIGINAL_FILENAME E:\\My Songs\\Tide two.rpp"]
    path = projects.write(tmp_path / "qrender_1.rpp", projects.project(projects.fx('VST "VST: A" a'), top=top))
    project = read_rpp(path)
    assert (project.name, len(project.master_chain)) == ("Tide two", 1)
    assert project.queued == ("E:\\My Renders\\Tide 1.wav", "E:\\My Renders\\Tide 2.wav")
    path = projects.write(tmp_path / "Tide.rpp", projects.project(None, top=top[-1:]))
    assert (read_rpp(path).name, read_rpp(path).queued) == ("Tide", ())


def test_unreadable_render_values_are_left_out(tmp_path: Path) -> None:
    top = ["RENDER_FMT 0 x -5", "RENDER_RANGE 99", "<RENDER_CFG", "  not base64!", ">"]
    render = read_rpp(projects.write(tmp_path / "x.rpp", projects.project(None, top=top))).render
    assert render is not None
    assert (render.channels, render.rate_hz, render.bounds, render.container) == (None, None, "", "")


def test_effects_of_tracks_and_texts_are_not_the_masters(tmp_path: Path) -> None:
    chain = projects.fx('VST "VST: Mine" a', body=("<JS not/mine", ">", "<CONTAINER Container no", ">"))
    project = read_rpp(projects.write(tmp_path / "x.rpp", projects.project(chain, tracks=3)))
    assert [s.name for s in project.master_chain] == ["Mine"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    path = projects.write(
        tmp_path / "x.rpp", projects.project(projects.fx('VST "VST: Größe (Müller)" a')), "\r\n", encoding
    )
    assert read_rpp(path).master_chain[0].name == "Größe (Müller)"


@pytest.mark.slow
def test_a_hundred_thousand_items_in_bounded_memory(tmp_path: Path) -> None:
    chain = projects.fx('VST "VST3: Pro-L 2 (FabFilter)" x')
    path = projects.write(tmp_path / "big.rpp", projects.project(chain, tracks=10, items=10_000))
    tracemalloc.start()
    project = read_rpp(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert path.stat().st_size > 10_000_000
    assert project.track_count == 10
    assert peak < 1_000_000


def test_a_line_of_many_megabytes_is_skipped(tmp_path: Path) -> None:
    lines = projects.project(projects.fx('VST "VST: A" a', body=("A" * 5_000_000,)))
    path = projects.write(tmp_path / "x.rpp", lines)
    tracemalloc.start()
    project = read_rpp(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [s.name for s in project.master_chain] == ["A"]
    assert peak < 1_000_000


@pytest.mark.parametrize("keep", [1, 3, 8, 14, 20, 25, 30, 40, -1])
def test_truncated_anywhere_says_so(tmp_path: Path, keep: int) -> None:
    lines = projects.project(projects.fx('VST "VST: A" a'))[:keep]
    with pytest.raises(DawError, match=r"ends in the middle.*rpp-bak") as caught:
        read_rpp(projects.write(tmp_path / "cut.rpp", lines))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "not a REAPER project"),
        (b"\xff\xfe<\x00R\x00", "not a REAPER project"),
        (b"\n\n\n", "not a REAPER project"),
        (b"<REAPER_PROJECT", "ends in the middle"),
        (b"<REAPER_PROJECT 0.1\n>\n", "holds no project"),
        (b"<REAPER_PROJECT\n  <NOTES 0 2\n  >\n>\n", "holds no project"),
        (b"<TRACK {1}\n  NAME template\n>\n", "not a REAPER project"),
        (b"<REAPER_PROJECT 0.1\n" + b"<A\n" * 5000, "blocks inside each other"),
        (b"<REAPER_PROJECT 0.1\n<MASTERFXLIST\n" + b"<JS x\n>\n" * (MAX_FX_COUNT + 1), "more than 4096 effects"),
    ],
    ids=[
        "empty",
        "a wav",
        "utf-16",
        "blank",
        "one word",
        "nothing",
        "no more than notes",
        "track template",
        "deep",
        "long chain",
    ],
)
def test_damaged_files_are_one_clear_line(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "bad.rpp"
    path.write_bytes(content)
    with pytest.raises(DawError, match=message) as caught:
        read_rpp(path)
    assert "bad.rpp" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ['<REAPER_PROJECT 0.1 "7.22/linux-x86_64" 1730000000\n>\n', "<REAPER_PROJECT 0.1\n  SAMPLERATE 48000 0 0\n>\n"],
)
def test_a_new_project_is_one(tmp_path: Path, text: str) -> None:
    (tmp_path / "New.rpp").write_text(text, encoding="utf-8")
    project = read_rpp(tmp_path / "New.rpp")
    assert (project.track_count, project.master_chain) == (0, ())


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(DawError, match="no such file"):
        read_rpp(tmp_path / "none.rpp")
    (tmp_path / "folder.rpp").mkdir()
    with pytest.raises(DawError, match="folder"):
        read_rpp(tmp_path / "folder.rpp")
    with pytest.raises(DawError, match="not a project"):
        read_project(tmp_path / "song.logicx")


def test_monitoring_effects_come_from_their_own_file(tmp_path: Path) -> None:
    song = projects.write(tmp_path / "x.rpp", projects.project(None))
    monitor = projects.write(
        tmp_path / "reaper-hwoutfx.ini",
        [*projects.fx('VST "VST3: SoundID Reference (Sonarworks)" x'), *projects.container("c", projects.fx("JS y"))],
        "\r\n",
    )
    project = read_project(song, monitor_file=monitor)
    assert [(s.name, s.container) for s in project.monitor_chain] == [
        ("SoundID Reference (Sonarworks)", ()),
        ("c", ()),
        ("y", ("c",)),
    ]
    assert read_project(song, monitor_file=tmp_path / "missing.ini").monitor_source == ""


@pytest.mark.parametrize("text", ["<VST x\n", ">\n"])
def test_damaged_chain_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "chain.RfxChain"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DawError):
        read_fx_file(path)


def test_tokens() -> None:
    assert tokens("""VST "a b" 'c "d"' `e 'f' "g"` h""") == ["VST", "a b", 'c "d"', "e 'f' \"g\"", "h"]
    assert tokens('NAME "never closed') == ["NAME", "never closed"]
    assert tokens('NAME "" x') == ["NAME", "", "x"]
    assert tokens("   \t ") == []


def test_the_project_beside_a_bounce(tmp_path: Path) -> None:
    bounces = tmp_path / "Bounces"
    bounces.mkdir()
    sound = bounces / "Tide v3.wav"
    assert find_project_near(sound) is None
    (tmp_path / "whatever.rpp").touch()
    assert find_project_near(sound) == tmp_path / "whatever.rpp"
    (tmp_path / "Tide.RPP").touch()
    assert find_project_near(sound) == tmp_path / "Tide.RPP"
    assert find_project_near(bounces / "Storm.wav") is None


def test_what_sits_in_a_container_follows_it() -> None:
    def slot(name: str, *container: str, **state: object) -> FxSlot:
        return FxSlot(name=name, container=container, **state)  # type: ignore[arg-type]

    chain = (
        slot("A", enabled=False), slot("in A", "A"), slot("B", "A"), slot("in B", "A", "B"),
        slot("C", wet=0.0), slot("in C", "C"),
        slot("D", offline=True), slot("in D", "D"),
        slot("E"), slot("in E", "E"), slot("plain"),
    )  # fmt: skip
    result = {s.name: (s.enabled, s.offline) for s in inside_containers(chain)}
    assert [name for name, (enabled, _) in result.items() if not enabled] == ["A", "in A", "B", "in B", "in C"]
    assert [name for name, (_, offline) in result.items() if offline] == ["D", "in D"]


@pytest.mark.parametrize("seed", range(6))
def test_random_damage_is_read_or_refused_never_worse(tmp_path: Path, seed: int) -> None:
    """Bytes flipped, cut out, doubled and inserted: the result is a project or one clear line."""
    chance = random.Random(seed)
    chain = projects.container("c", projects.fx('VST "VST3: A (B)" x'))
    whole = "\n".join(projects.project(chain, top=RENDER)).encode()
    path = tmp_path / "x.rpp"
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            at, length = chance.randrange(len(data)), chance.randint(1, 40)
            kind = chance.randrange(4)
            if kind == 0:
                data[at] = chance.randrange(256)
            elif kind == 1:
                del data[at : at + length]
            elif kind == 2:
                data[at:at] = data[at : at + length]
            else:
                data[at:at] = chance.choice(
                    [b"\n>\n", b"\n<CONTAINER\n", b"\n<VST\n", b'"', b"\nBYPASS x\n", b"\0\xff"]
                )
        path.write_bytes(data)
        try:
            said, count = "", len(read_rpp(path).master_chain)
        except DawError as error:
            said, count = str(error), 0
        assert "\n" not in said
        assert count < 50


def items(*sources: str) -> list[str]:
    """Return a track with one item per source, as REAPER writes them."""
    lines = ["<TRACK {1}", "  NAME Mix"]
    for source in sources:
        lines += ["  <ITEM", "    POSITION 0", *(f"    {line}" for line in source.splitlines()), "  >"]
    return [*lines, ">"]


WAVE = '<SOURCE WAVE\n  FILE "{}"\n>'
SECTION = '<SOURCE SECTION\n  LENGTH 3\n  <SOURCE FLAC\n    FILE "{}"\n  >\n>'


@pytest.mark.parametrize(
    ("sources", "files"),
    [
        ((WAVE.format("/b/Tide – mix 3.wav"),), ("/b/Tide – mix 3.wav",)),
        ((WAVE.format("/b/T.wav"), WAVE.format("/b/T.wav"), SECTION.format("/r/A.flac")), ("/b/T.wav", "/r/A.flac")),
        ((WAVE.format("Media/take 1.wav"),), ("{}/Media/take 1.wav",)),
        ((WAVE.format("/b/T.wav"), "<SOURCE MIDI\n  HASDATA 1 960 QN\n  E 0 90 40 60\n>"), ()),
        (tuple(WAVE.format(f"/b/{n}.wav") for n in range(9)), ()),
        (("NAME empty",), ()),
        (("<NOTES\n  |<SOURCE WAVE\n  |FILE x\n>",), ()),
    ],
    ids=["one", "cut and reversed", "its own", "midi", "many", "none", "text"],
)
def test_the_files_a_project_plays(tmp_path: Path, sources: tuple[str, ...], files: tuple[str, ...]) -> None:
    lines = projects.project(None, tracks=0)
    path = projects.write(tmp_path / "Tide.rpp", [*lines[:-1], *items(*sources), ">"])
    assert read_rpp(path).source_files == tuple(file.format(tmp_path) for file in files)
