"""The conscience with a real store and a clock of its own: what is kept, told and waited for."""

import os
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace
from rich.console import Console

from bridge.cli.transcript import Transcript
from bridge.daw.contract import (
    AnswerChoice,
    ConnectionChanged,
    DawStatus,
    ExportSeen,
    Notice,
    Panel,
    SnapshotSeen,
)
from bridge.daw.reaper.mailbox import ReaperMailbox
from bridge.model import Analysis, AudioFormat, Bounce, DawName, Finding, FxSlot, Handoff, Measurement, SessionSnapshot
from bridge.model.events import Event, WarningCleared, WarningRaised
from bridge.policy.bus.guard_state import GuardState
from bridge.policy.bus.guard_texts import seen_where
from bridge.policy.bus.plugins import parse_plugin_list
from bridge.report.html import LivePage, render
from bridge.sessions.bus_monitor import BusMonitor
from bridge.sessions.modes import SessionModes
from bridge.sessions.registry import SessionRegistry
from bridge.settings.config import Config, RestConfig
from bridge.songs.replies import Replies
from bridge.songs.service import SongService
from bridge.store import NewBounce
from bridge.web.pages.bounce import read_bounce
from bridge.web.pages.song import read_song, song_view
from bridge.web.pages.songs import read_songs
from bridge.web.reader import PageReader
from tests.store.fresh import fresh_store

LIMITER, ROOM = "VST3: Pro-L 2 (FabFilter)", "VST3: SoundID Reference (Sonarworks)"
PROJECT = "/songs/Tide.rpp"


class World:
    """A store, a clock, and what was told."""

    def __init__(self, folder: Path, config: Config) -> None:
        self.folder = folder
        self.config = config
        self.now_at = 1_800_000_000.0
        self.told: list[Event] = []
        self.store = fresh_store(folder / "s.db", wall=lambda: self.now_at)
        self.song_service = SongService(self.store, config, lambda: self.now_at)
        self.bus_monitor = self.another()

    def another(self) -> BusMonitor:
        """Return a conscience as after a restart."""
        own = parse_plugin_list('[any]\nmeter = ["house limiter"]\n', "plugins.toml")
        self.modes = SessionModes(self.song_service, wall=lambda: self.now_at)
        return BusMonitor(self.store, self.modes, self.config.guard, self.told.append, own, lambda: self.now_at)

    def see(
        self, *chain: str, seconds: int = 30, daw: str = "reaper", name: str = "Tide", tracks: int | None = None
    ) -> None:
        for _ in range(max(1, seconds // 5)):
            self.now_at += 5.0
            self.bus_monitor.on_snapshot(snapshot(self.now_at, *chain, name=name, tracks=tracks))

    def bounce(self, name: str, *findings: Finding, song: str = "Tide", examined: bool = True) -> Bounce:
        path = self.folder / name
        new = NewBounce(path, 1, 1, name, song, song.casefold(), str(self.folder), "", "folder")
        bounce, _ = self.store.bounces.record(new)
        if examined:
            job = self.store.jobs.add("analyse", path, "{}", name, bounce.id)
            sound = AudioFormat(rate_hz=48_000, channels=2, frames=1, subtype="PCM_24", container="WAV", duration_s=1.0)
            loud = Measurement(integrated_lufs=-10.0 if "dry" not in name else -16.0, true_peak_dbtp=-1.0)
            analysis = Analysis(file=name, sha256=name, format=sound, measurement=loud, findings=findings)
            self.store.results.add_analysis(bounce.id, job.id, "fine", msgspec.json.encode(analysis).decode())
        self.song_service.on_landed(bounce)
        return bounce

    @property
    def raised(self) -> list[str]:
        return [event.warning.kind for event in self.told if isinstance(event, WarningRaised)]


def snapshot(now_at: float, *chain: str, name: str = "Tide", tracks: int | None = None) -> SessionSnapshot:
    return SessionSnapshot(
        daw="reaper",
        seen_at=now_at,
        project_path=f"/songs/{name}.rpp",
        project_name=name,
        track_count=tracks,
        transport="stopped",
        master_chain=tuple(FxSlot(name=plugin) for plugin in chain),
    )


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path, Config())
    yield world
    world.store.close()


def test_a_warning_is_told_once_answered_and_stays_answered_after_a_restart(world: World) -> None:
    world.see(LIMITER)
    (warning,) = world.bus_monitor.standing()
    assert not world.bus_monitor.answered(warning.id, "never", world.now_at)
    assert not world.bus_monitor.answered("no such warning", "not-now", world.now_at)
    assert world.bus_monitor.answered(warning.id, "part-of-the-sound", world.now_at)
    assert [type(event) for event in world.told] == [WarningRaised, WarningCleared]
    world.bus_monitor = world.another()
    world.see(LIMITER, seconds=120)
    assert world.raised == ["loudness"]


def test_what_is_noticed_is_there_for_whoever_asks_and_told_nobody(world: World) -> None:
    world.see(LIMITER, seconds=5)
    (seen,) = world.bus_monitor.noticed()
    assert (world.bus_monitor.noticed(PROJECT), world.bus_monitor.standing(), world.told) == ((seen,), (), [])
    assert world.bus_monitor.answered(seen.id, "part-of-the-sound", world.now_at)
    world.see(LIMITER, seconds=120)
    assert (world.bus_monitor.noticed(), world.told) == ((), [])


def test_a_state_that_cannot_be_read_is_begun_anew(world: World) -> None:
    world.store.sessions.set_guard(PROJECT, Handoff())  # another record altogether
    world.see(LIMITER)
    assert world.raised == ["loudness"]


def test_ones_own_list_of_plugins_counts(world: World) -> None:
    world.see("VST: House Limiter 3", seconds=120)
    assert world.raised == []


def test_switching_to_mastering_in_the_daw_is_the_songs_mode_once_it_has_one(world: World) -> None:
    world.see(LIMITER)
    world.bus_monitor.answered(world.bus_monitor.standing()[0].id, "switch-to-mastering", world.now_at)
    assert world.modes.mode(PROJECT) == "mastering"
    bounce = world.bounce("Tide.wav")
    world.modes.say(PROJECT, "released")
    assert world.song_service.mode(bounce.song_id).mode == "released"
    assert world.modes.mode(PROJECT) == "released"


def unsaved(now_at: float, *chain: str, path: str = "", tab: str = "run 0x1 1") -> SessionSnapshot:
    return replace(
        snapshot(now_at, *chain), project_path=path, project_name=Path(path).stem if path else "", project_id=tab
    )


def see_unsaved(world: World, *chain: str, path: str = "", tab: str = "run 0x1 1") -> None:
    for _ in range(6):
        world.now_at += 5.0
        world.bus_monitor.on_snapshot(unsaved(world.now_at, *chain, path=path, tab=tab))


def test_what_was_answered_in_an_unsaved_project_goes_along_when_it_is_saved(world: World) -> None:
    see_unsaved(world, LIMITER)
    world.bus_monitor.answered(world.bus_monitor.standing()[0].id, "part-of-the-sound", world.now_at)
    world.modes.say("unsaved:reaper:run 0x1 1", "mixing")
    saved = world.folder / "New.rpp"
    saved.write_text("<REAPER_PROJECT>")
    os.utime(saved, (world.now_at, world.now_at))
    see_unsaved(world, LIMITER, path=str(saved))
    world.bus_monitor = world.another()
    see_unsaved(world, LIMITER, path=str(saved))
    assert world.raised == ["loudness"]
    assert world.modes.known(str(saved)).source == "person"


def test_a_warning_that_stands_stays_when_the_project_is_saved(world: World) -> None:
    see_unsaved(world, LIMITER)
    saved = world.folder / "New.rpp"
    saved.write_text("<REAPER_PROJECT>")
    os.utime(saved, (world.now_at, world.now_at))
    world.now_at += 5.0
    world.bus_monitor.on_snapshot(unsaved(world.now_at, LIMITER, path=str(saved)))
    (warning,) = world.bus_monitor.standing()
    assert warning.project == str(saved)
    assert world.raised == ["loudness"]


@pytest.mark.parametrize("known", [False, True])
def test_a_project_opened_in_the_place_of_an_unsaved_one_is_its_own(world: World, known: bool) -> None:
    see_unsaved(world, LIMITER)
    world.bus_monitor.answered(world.bus_monitor.standing()[0].id, "part-of-the-sound", world.now_at)
    old = world.folder / "Old.rpp"
    old.write_text("<REAPER_PROJECT>")
    if known:
        world.store.sessions.set_guard(str(old), GuardState(project=str(old)))
        os.utime(old, (world.now_at, world.now_at))
    else:
        os.utime(old, (1.0, 1.0))
    see_unsaved(world, LIMITER, path=str(old))
    assert world.raised == ["loudness", "loudness"]


def test_two_unsaved_projects_do_not_answer_for_each_other(world: World) -> None:
    see_unsaved(world, LIMITER)
    world.bus_monitor.answered(world.bus_monitor.standing()[0].id, "part-of-the-sound", world.now_at)
    see_unsaved(world, LIMITER, tab="run 0x2 1")
    see_unsaved(world, LIMITER)
    assert world.raised == ["loudness", "loudness"]


def test_a_session_with_many_tracks_is_a_mix_until_somebody_says_otherwise(world: World) -> None:
    bounce = world.bounce("Tide.wav")
    world.see(tracks=40)
    assert (world.song_service.mode(bounce.song_id).source, world.song_service.mode(bounce.song_id).why) == (
        "guess",
        "the session has 40 tracks",
    )
    world.song_service.say_mode(bounce.song_id, "mixing")
    assert world.song_service.mode(bounce.song_id).source == "person"


def test_a_warning_names_its_session_and_its_folder_where_two_have_one_name(world: World) -> None:
    world.see(LIMITER)
    (warning,) = world.bus_monitor.standing()
    assert warning.session == "Tide"
    assert seen_where(warning) == f"Tide: {warning.seen}"
    assert world.bus_monitor.answered(warning.id, "part-of-the-sound", world.now_at)
    twin = msgspec.structs.replace(snapshot(0.0, LIMITER), project_path="/other/Tide.rpp")
    for _ in range(7):
        world.now_at += 5.0
        world.bus_monitor.on_snapshot(msgspec.structs.replace(twin, seen_at=world.now_at))
    raised = [event.warning for event in world.told if isinstance(event, WarningRaised)]
    assert [one.session for one in raised] == ["Tide", "Tide (/other)"]  # its own question: no answer is shared


def test_the_rest_begins_once_and_its_end_is_said_once(world: World) -> None:
    bounce = world.bounce("Tide.wav")
    world.song_service.hand_off(bounce, Handoff(complete=False, written_at=world.now_at))
    assert world.song_service.rest(bounce) is None
    world.song_service.hand_off(bounce, Handoff(complete=True, written_at=world.now_at))
    world.now_at += 3600.0
    world.song_service.hand_off(bounce, Handoff(complete=True, worries=("bass",), written_at=world.now_at))
    found = world.song_service.rest(bounce)
    assert found is not None
    assert found.left_s == 23 * 3600.0
    assert world.song_service.mode(bounce.song_id).mode == "resting"
    assert world.song_service.nudges() == []
    world.now_at += 24 * 3600.0
    assert [one.id for one in world.song_service.nudges()] == [bounce.id]
    assert world.song_service.nudges() == []
    assert world.song_service.readiness(bounce).verdict == "ready"
    newer = world.bounce("Tide v2.wav")
    assert world.song_service.mode(newer.song_id).mode == "mixing"


def test_what_stands_in_the_way_and_going_on_anyway(world: World) -> None:
    bounce = world.bounce("Tide.wav")
    reasons = world.song_service.in_the_way(bounce)
    assert world.song_service.still_asked(bounce, reasons) == reasons
    world.song_service.go_on_anyway(bounce, reasons, "")
    assert world.song_service.still_asked(bounce, reasons) == ()
    world.song_service.hand_off(bounce, Handoff(complete=True, written_at=world.now_at))
    reasons = world.song_service.in_the_way(bounce)
    assert [reason.kind for reason in reasons] == ["rest"]
    assert world.song_service.still_asked(bounce, reasons) == reasons  # another question
    notes = world.song_service.go_on_anyway(bounce, reasons, "deadline\x1b[31m")
    assert notes == ("Made anyway: The mix rests for another 24 hours. (deadline[31m)",)
    assert world.song_service.still_asked(bounce, reasons) == ()
    world.now_at += 3600.0
    assert world.song_service.still_asked(bounce, world.song_service.in_the_way(bounce)) == ()  # the same, an hour on
    assert world.store.song_state.overrides(bounce.id)[-1].reason == "deadline[31m"
    clip = Finding(kind="fault", check="clipping", message="Clipped.", remedy="Turn it down.")
    faulty = world.bounce("Tide v2.wav", clip)
    reasons = world.song_service.in_the_way(faulty)
    assert [reason.kind for reason in reasons] == ["fault", "sheet"]
    assert [reason.kind for reason in world.song_service.still_asked(faulty, reasons)] == ["sheet"]
    unseen = world.bounce("Tide v3.wav", examined=False)
    assert [reason.kind for reason in world.song_service.in_the_way(unseen)] == ["sheet"]


def test_two_prints_of_one_mix_find_each_other_by_name(world: World) -> None:
    wet = world.bounce("Tide v3.wav")
    dry = world.bounce("Tide v3 (dry).wav")
    assert world.song_service.prints(wet) == (wet, dry)
    effect = world.song_service.bus_effect(dry)
    assert effect is not None
    assert effect.sentence == "Of +6.0 LU over the dry bus, 6.0 come from the bus."
    assert world.song_service.prints(world.bounce("Other (dry).wav", song="Other")) is None


def test_what_a_daw_says_of_a_bounce_goes_with_it(world: World) -> None:
    sessions = SessionRegistry(world.store, world.config, world.song_service, world.told.append)
    sessions.handle(SnapshotSeen(snapshot=snapshot(world.now_at, ROOM, LIMITER)))
    bounces = {}
    for kind, name in (("print-wet", "Tide a.wav"), ("print-dry", "Tide b.wav")):
        path = str(world.folder / name)
        sessions.handle(ExportSeen(daw="reaper", seen_at=1.0, path=path, project_path=PROJECT, kind=kind, pair="p1"))
        bounces[kind] = world.bounce(name)
        items = sessions.bus_of(bounces[kind])
        assert [item.name for item in items] == (["SoundID Reference", "Pro-L 2"] if kind == "print-wet" else [])
        sessions.on_landed(bounces[kind])
    assert world.song_service.prints(bounces["print-dry"]) == (bounces["print-wet"], bounces["print-dry"])
    assert world.song_service.readiness(bounces["print-wet"]).verdict == "fix-first"


def test_a_bounce_from_nowhere_has_no_bus(world: World) -> None:
    sessions = SessionRegistry(world.store, world.config, world.song_service, world.told.append)
    assert sessions.bus_of(world.bounce("Tide.wav")) == ()


class AskingAdapter:
    """A DAW whose adapter asks whether its scripts should be renewed."""

    daw: DawName = "reaper"

    def __init__(self) -> None:
        self.answers: list[tuple[str, str]] = []

    def start(self) -> None:
        pass

    def stop(self) -> None:
        pass

    def show(self, panel: Panel) -> None:
        pass

    def renew(self) -> None:
        pass

    def answer(self, key: str, answer: str) -> None:
        self.answers.append((key, answer))

    def status(self) -> DawStatus:
        choices = (AnswerChoice(answer="renew", label="Renew them"),)
        notice = Notice(key="scripts:x", title="", text="", kind="scripts", answers=choices)
        return DawStatus(daw="reaper", connected=True, notice=notice)


def test_what_a_daw_asks_about_itself_is_answered_by_its_adapter(world: World) -> None:
    sessions = SessionRegistry(world.store, world.config, world.song_service, world.told.append)
    adapter = AskingAdapter()
    sessions.connect((adapter,))
    assert not sessions.answer("scripts:x", "renew")  # nobody has asked yet
    sessions.handle(ConnectionChanged(status=adapter.status()))
    assert not sessions.answer("scripts:x", "burn")
    assert sessions.answer("scripts:x", "renew")
    assert adapter.answers == [("scripts:x", "renew")]


def test_settings_of_the_rest_are_checked() -> None:
    with pytest.raises(ValueError, match=r"rest\.hours is -1"):
        RestConfig(hours=-1.0)
    with pytest.raises(ValueError, match=r"rest\.places is empty"):
        RestConfig(places=())


def test_a_warning_goes_to_the_song_its_project_makes_whatever_the_project_is_called(world: World) -> None:
    world.see(LIMITER)
    (event,) = [event for event in world.told if isinstance(event, WarningRaised)]
    assert (event.warning.song_id, world.bus_monitor.standing()[0].song_id) == (None, None)  # no bounce yet
    namesake = world.bounce("Tide.wav")
    world.store.sessions.set_bus(namesake.id, "/elsewhere/Tide.rpp", ())
    bounce = world.bounce("Ebb.wav", song="Ebb")
    world.store.sessions.set_bus(bounce.id, PROJECT, ())
    (warning,) = world.bus_monitor.standing()
    assert warning.song_id == bounce.song_id
    before = msgspec.to_builtins(warning)
    del before["song_id"]  # as an older version published it
    published = {"running": True, "warnings": [msgspec.to_builtins(warning), before]}
    world.store.runtime.publish("bridge", published)
    source = PageReader(world.folder / "s.db", world.config)
    try:
        assert [standing.song_id for standing in source.warnings()] == [bounce.song_id, None]
        assert {card.song.name: card.warnings for card in read_songs(source, source.warnings())} == {
            "Ebb": 1,
            "Tide": 0,
        }
    finally:
        source.close()


def test_what_the_page_reads(world: World) -> None:
    bounce = world.bounce("Tide.wav")
    world.bounce("Tide (dry).wav")
    world.store.song_state.add_reply(bounce.song_id, "mixing", "needs", "a bridge", world.now_at)
    world.song_service.hand_off(bounce, Handoff(intent="intimate", must_survive=("the hum",), written_at=world.now_at))
    world.song_service.tick(bounce, "car", "boomy")
    world.see(LIMITER)
    published = {"running": True, "warnings": msgspec.to_builtins(world.bus_monitor.standing())}
    world.store.runtime.publish("bridge", published)
    source = PageReader(world.folder / "s.db", world.config)
    try:
        song = read_song(source, bounce.song_id)
        assert song is not None
        assert song.mode == "mixing"
        asked = song.questions[0]
        assert (asked.key, asked.text, asked.answer) == ("needs", "What does this song still need?", "a bridge")
        assert [warned.title for warned in song.warnings] == [seen_where(world.bus_monitor.standing()[0])]
        assert song.hides_loudness
        page = read_bounce(source, bounce.id)
        assert page is not None
        assert page.sheet is not None
        assert (page.sheet.intent, page.sheet.must_survive) == ("intimate", ("the hum",))
        assert page.readiness is not None
        (card,) = read_songs(source, source.warnings())
        assert (card.mode, card.warnings) == ("mixing", 1)
        world.song_service.say_mode(bounce.song_id, "mastering")
        mastering = read_song(source, bounce.song_id)
        assert mastering is not None
        assert not mastering.hides_loudness
        assert mastering.history[0].words == "Mastering: you said so"
    finally:
        source.close()


class Screen:
    """A DAW that shows what it is given."""

    daw = "reaper"

    def __init__(self) -> None:
        self.panel = Panel()

    def show(self, panel: Panel) -> None:
        self.panel = panel


def test_a_new_bounce_asks_for_its_sheet_once_and_opens_no_window(world: World) -> None:
    sessions = SessionRegistry(world.store, world.config, world.song_service, world.told.append)
    screen = Screen()
    sessions.connect((screen,))  # type: ignore[arg-type]

    def shown() -> list[str]:
        sessions.handle(SnapshotSeen(snapshot=snapshot(world.now_at)))
        sessions.tick()
        return [notice.title for notice in screen.panel.notices if notice.key.startswith("sheet:")]

    assert shown() == []
    bounce = world.bounce("Tide.wav")
    assert shown() == ["Bounce 1 has no hand-off sheet"]
    assert not any(notice.interrupt for notice in screen.panel.notices)
    key = screen.panel.notices[-1].key
    assert sessions.closed("reaper", key)
    assert not sessions.closed("reaper", "a warning")
    assert shown() == []
    world.bounce("Tide v2.wav")
    assert shown() == ["Bounce 2 has no hand-off sheet"]
    world.now_at += 25 * 3600.0
    assert shown() == []
    newest = world.bounce("Tide v3.wav")
    world.song_service.hand_off(newest, Handoff(complete=False, written_at=world.now_at))
    assert shown() == []
    world.bounce("Tide v4.wav")
    world.song_service.say_mode(bounce.song_id, "mastering")
    assert shown() == []
    sessions.close()


def test_the_board_says_the_mode_its_source_and_its_questions(world: World) -> None:
    sessions = SessionRegistry(world.store, world.config, world.song_service, world.told.append)
    screen = Screen()
    sessions.connect((screen,))  # type: ignore[arg-type]
    sessions.handle(SnapshotSeen(snapshot=snapshot(world.now_at, tracks=40)))
    project = sessions.project_of("reaper")
    assert project is not None
    assert sessions.project_of("ardour") is None
    Replies(world.store, lambda: world.now_at).answer("needs", "a bridge", sessions.song_of(project), project)
    sessions.tick()
    assert (screen.panel.mode, screen.panel.mode_why) == ("mixing", "the session has 40 tracks")
    assert screen.panel.questions[0].answer == "a bridge"
    assert screen.panel.rest_after_bounce.startswith("Handed off now, fresh ears are due tomorrow at ")
    bounce = world.bounce("Tide.wav")
    sessions.bus_of(bounce)  # what was said before the first bounce goes with the song
    assert world.store.song_state.replies(bounce.song_id)[0].text == "a bridge"
    assert world.song_service.mode(bounce.song_id).why == "the session has 40 tracks"
    sessions.close()


HOSTILE = "VST3: \u202eLimiter\x1b[31m\x07\x00 🔥 <b>]]..os.exit()..[[</b>\n"


@pytest.mark.slow
def test_five_hundred_hostile_limiters_are_one_short_warning_everywhere(world: World) -> None:
    chain = tuple(f"{HOSTILE}{number}{'x' * 10_000}" for number in range(500))
    world.see(*chain)
    (warning,) = world.bus_monitor.standing()
    assert len(warning.seen) < 400
    (raised,) = [event for event in world.told if isinstance(event, WarningRaised)]
    out = StringIO()
    Transcript(Console(file=out, width=120, force_terminal=True)).on_event(raised)
    assert not re.search(r"[\x00-\x08\x0b-\x1a\x1c-\x1f\u202a-\u202e]|\x1b\[31m", out.getvalue())
    sessions = SessionRegistry(world.store, world.config, world.song_service, world.told.append)
    screen = Screen()
    sessions.connect((screen,))  # type: ignore[arg-type]
    for _ in range(6):
        world.now_at += 5.0
        sessions.handle(SnapshotSeen(snapshot=snapshot(world.now_at, *chain)))
    sessions.tick()
    box = ReaperMailbox(world.folder / "box")
    box.folder.mkdir()
    assert box.write_panel(screen.panel, world.now_at)
    written = (box.folder / "board.json").read_bytes()
    assert written.isascii()
    assert len(written) < 64 * 1024
    assert not re.search(rb"\\u00[01]|\\u202e", written)
    page = render_guards(world)
    assert "<b>]]" not in page
    assert "\x1b" not in page
    sessions.close()


def render_guards(world: World) -> str:
    bounce = world.bounce("Tide.wav")
    published = {"running": True, "warnings": msgspec.to_builtins(world.bus_monitor.standing())}
    world.store.runtime.publish("bridge", published)
    source = PageReader(world.folder / "s.db", world.config)
    try:
        song = read_song(source, bounce.song_id)
        assert song is not None
        assert len(song.warnings) == 1
        values = {"view": song_view(song), "page_title": "x", "kicker": "Song", "sha256": ""}
        return render("song.html", values, live=LivePage(token="t", nonce="n", song_id=song.song.id))
    finally:
        source.close()


def test_two_daws_with_one_project_are_warned_once(world: World) -> None:
    for _ in range(6):
        world.now_at += 5.0
        for daw in ("reaper", "ardour"):
            world.bus_monitor.on_snapshot(replace(snapshot(world.now_at, LIMITER), daw=daw))
    assert world.raised == ["loudness"]
    world.bus_monitor.on_gone("reaper")
    assert len(world.bus_monitor.standing()) == 1
    world.bus_monitor.on_gone("ardour")
    assert world.bus_monitor.standing() == ()
    assert world.raised == ["loudness"]


def test_a_clock_that_jumps_ripens_nothing_and_drops_nothing(world: World) -> None:
    world.see(LIMITER, seconds=5)
    world.now_at += 86_400.0  # a day, at once
    world.bus_monitor.on_snapshot(snapshot(world.now_at, LIMITER))
    assert world.raised == []
    world.see(LIMITER)
    assert world.raised == ["loudness"]
    world.now_at -= 3 * 86_400.0
    world.see(LIMITER, seconds=60)
    assert len(world.bus_monitor.standing()) == 1
    assert world.raised == ["loudness"]


def test_a_file_of_one_project_is_not_taken_for_a_bounce_of_its_namesake(world: World) -> None:
    sessions = SessionRegistry(world.store, world.config, world.song_service, world.told.append)
    first = world.bounce("Tide.wav")
    theirs = world.folder / "theirs" / "Tide.rpp"
    theirs.parent.mkdir()
    theirs.write_text("<REAPER_PROJECT>")
    world.store.sessions.set_bus(first.id, str(theirs), ())
    sessions.handle(SnapshotSeen(snapshot=snapshot(world.now_at, LIMITER)))  # another project of that name is open
    assert sessions.bus_of(world.bounce("Tide v2.wav")) == ()
    assert world.store.sessions.projects_of_song(first.song_id) == [str(theirs)]
    sessions.close()


def test_an_answer_that_is_taken_back_is_asked_for_again(world: World) -> None:
    bounce = world.bounce("Tide v1.wav")
    world.store.sessions.set_bus(bounce.id, PROJECT, ())
    assert not world.bus_monitor.take_back_answers(bounce.song_id)
    world.see(LIMITER)
    (warning,) = world.bus_monitor.standing()
    world.bus_monitor.answered(warning.id, "part-of-the-sound", world.now_at)
    world.see(LIMITER, seconds=60)
    assert world.bus_monitor.standing() == ()
    assert world.another().take_back_answers(bounce.song_id)  # after a restart, too
    world.bus_monitor = world.another()
    world.see(LIMITER, seconds=60)
    assert [one.plugins for one in world.bus_monitor.standing()] == [warning.plugins]
    assert [row.kind for row in world.store.history.newest(song_id=bounce.song_id, kind="answers-taken-back")]
