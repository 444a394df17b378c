# ruff: noqa: E501 (a table of situations is read across)
"""The conduct of the guard: one row for each situation and what the person sees."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.model import Answer, BusItem, BusWarning, FxSlot, GivenAnswer, Mode, SessionSnapshot, Transport
from bridge.policy.bus.guard import GuardState, GuardStep, bounce_findings, bounce_landed, step
from bridge.policy.bus.guard_state import bus_at_bounce, disconnected, project_key, rekey

LIMITER = "VST3: Pro-L 2 (FabFilter)"
OTHER_LIMITER = "VST3: L2 Stereo (Waves)"
SUITE = "VST3: Ozone 11 (iZotope, Inc.)"
GLUE = "VST3: Vertigo VSC-2 (Plugin Alliance)"
TAPE = "ToTape6 (airwindows)"
METER = "VST3: Youlean Loudness Meter 2 (Youlean)"
REFERENCE = "VST3: Metric AB (Plugin Alliance)"
ROOM = "VST3: SoundID Reference (Sonarworks)"
MONITOR = "Monitoring3 (airwindows)"
EQ = "VST3: Pro-Q 3 (FabFilter)"
WIDENER = "VST3: S1 Imager Stereo (Waves)"
SATURATOR = "VST3: Decapitator (Soundtoys)"
DE_ESSER = "VST3: Pro-DS (FabFilter)"
REVERB = "VST3: ValhallaVintageVerb (Valhalla DSP)"
UNKNOWN = "VST3: Zyklotron 9"
SONG = "/songs/Night Drive.rpp"
SETTLED = 25.0


@dataclass
class FakeDaw:
    """A person at work: the session as it is now, the clock, and everything the guard has said."""

    now_at: float = 1_800_000_000.0
    mode: Mode = "mixing"
    daw: Literal["reaper", "ardour"] = "reaper"
    chain: tuple[FxSlot, ...] = ()
    monitor: tuple[FxSlot, ...] = ()
    chain_on: bool = True
    transport: Transport = "stopped"
    rendering: bool = False
    path: str = SONG
    state: GuardState = field(default_factory=lambda: GuardState(project=SONG))
    raised: list[BusWarning] = field(default_factory=list)
    cleared: list[str] = field(default_factory=list)
    standing: tuple[BusWarning, ...] = ()
    noticed: tuple[BusWarning, ...] = ()
    faults: list[str] = field(default_factory=list)

    def snapshot(self, seen_at: float | None = None) -> SessionSnapshot:
        return SessionSnapshot(
            daw=self.daw,
            seen_at=self.now_at if seen_at is None else seen_at,
            project_path=self.path,
            project_name="Night Drive",
            transport=self.transport,
            rendering=self.rendering,
            master_chain_enabled=self.chain_on,
            master_chain=self.chain,
            monitor_chain=self.monitor,
        )

    def heard(self, done: GuardStep) -> None:
        self.state = done.state
        self.raised += done.to_raise
        self.cleared += done.to_clear
        self.standing = done.to_raise + done.to_keep
        self.noticed = done.noticed

    def look(self, *answers: GivenAnswer, seen_at: float | None = None) -> None:
        self.heard(step(self.state, self.snapshot(seen_at), answers, self.mode, self.now_at))


Act = Callable[[FakeDaw], None]


def slots(*names: str) -> tuple[FxSlot, ...]:
    return tuple(FxSlot(name=name) for name in names)


def bus(*names: str) -> Act:
    return fx(*slots(*names))


def fx(*chain: FxSlot) -> Act:
    def act(daw: FakeDaw) -> None:
        daw.chain = chain
        daw.look()

    return act


def wait(seconds: float) -> Act:
    def act(daw: FakeDaw) -> None:
        for _ in range(round(seconds / 5.0)):
            daw.now_at += 5.0
            daw.look()

    return act


def away(seconds: float) -> Act:
    def act(daw: FakeDaw) -> None:
        daw.now_at += seconds
        daw.look()

    return act


def put(**changes: object) -> Act:
    def act(daw: FakeDaw) -> None:
        for name, value in changes.items():
            setattr(daw, name, value)
        daw.look()

    return act


def answer(word: Answer) -> Act:
    def act(daw: FakeDaw) -> None:
        daw.now_at += 1.0
        daw.look(GivenAnswer(warning_id=daw.raised[-1].id, answer=word, at=daw.now_at))

    return act


def render(daw: FakeDaw) -> None:
    daw.rendering = True
    daw.now_at += 1.0
    daw.look()
    daw.rendering = False
    daw.now_at += 30.0
    daw.look()
    land(daw)


def land(daw: FakeDaw) -> None:
    daw.faults += [finding.check for finding in bounce_findings(bus_at_bounce(daw.state))]
    daw.heard(bounce_landed(daw.state, daw.mode, daw.now_at))


def land_after_our_script(daw: FakeDaw) -> None:
    """A bounce or a dual print of our own: what stood in its way was said before it."""
    daw.heard(bounce_landed(daw.state, daw.mode, daw.now_at, reminded=True))


def late(daw: FakeDaw) -> None:
    """An old snapshot, with a limiter on the bus, arrives after a newer one."""
    chain, daw.chain = daw.chain, slots(LIMITER)
    daw.look(seen_at=daw.now_at - 3.0)
    daw.chain = chain


def again(daw: FakeDaw) -> None:
    for _ in range(50):
        daw.look()


def off(name: str) -> FxSlot:
    return FxSlot(name=name, enabled=False)


# situation, what happens, what is said (in order), what stands at the end, faults on the bounce
ROWS: list[tuple[str, list[Act], list[str], list[str], list[str]]] = [
    # silence is the rule
    ("an empty master bus", [bus(), wait(60)], [], [], []),
    ("a meter", [bus(METER), wait(600)], [], [], []),
    ("a reference player", [bus(REFERENCE), wait(600)], [], [], []),
    ("a monitor controller", [bus(MONITOR), wait(600)], [], [], []),
    ("ten meters", [bus(*[METER] * 10), wait(600)], [], [], []),
    ("a plug-in nobody knows", [bus(UNKNOWN), wait(600)], [], [], []),
    ("five hundred plug-ins nobody knows", [bus(*[f"Zyklotron {n}" for n in range(500)]), wait(30)], [], [], []),
    ("a reverb on the bus is a choice", [bus(REVERB), wait(600)], [], [], []),
    ("one EQ", [bus(EQ), wait(600)], [], [], []),
    ("an EQ and a widener", [bus(EQ, WIDENER), wait(600)], [], [], []),
    ("room correction while mixing", [bus(ROOM), wait(3600)], [], [], []),
    ("a limiter on the monitoring chain", [put(monitor=slots(LIMITER)), wait(600)], [], [], []),
    ("room correction on the monitoring chain, bounced", [put(monitor=slots(ROOM)), wait(60), render], [], [], []),
    # loudness
    ("a limiter that stays", [bus(LIMITER), wait(SETTLED)], ["loudness"], ["loudness"], []),
    ("a mastering suite that stays", [bus(SUITE), wait(SETTLED)], ["loudness"], ["loudness"], []),
    ("a limiter between meters and an EQ", [bus(METER, EQ, LIMITER), wait(SETTLED)], ["loudness"], ["loudness"], []),
    ("a limiter tried for a moment", [bus(LIMITER), wait(10), bus(), wait(600)], [], [], []),
    ("a limiter tried again and again", [bus(LIMITER), wait(10), bus(), bus(LIMITER), wait(10), bus()], [], [], []),
    ("a limiter left on for an hour is named once", [bus(LIMITER), wait(3600)], ["loudness"], ["loudness"], []),
    ("two limiters are one warning", [bus(LIMITER, OTHER_LIMITER), wait(60)], ["loudness"], ["loudness"], []),
    ("a second limiter beside a named one", [bus(LIMITER), wait(30), bus(LIMITER, SUITE), wait(60)], ["loudness"], ["loudness"], []),
    ("a limiter replaced by another", [bus(LIMITER), wait(30), bus(OTHER_LIMITER), wait(60)], ["loudness"], ["loudness"], []),
    ("a limiter taken off: the warning goes", [bus(LIMITER), wait(30), bus(), wait(5)], ["loudness"], [], []),
    ("a limiter bypassed: the warning goes", [bus(LIMITER), wait(30), fx(off(LIMITER)), wait(5)], ["loudness"], [], []),
    ("a limiter put back is not a new nag", [bus(LIMITER), wait(30), bus(), wait(30), bus(LIMITER), wait(60)], ["loudness"], ["loudness"], []),
    ("the same state said fifty times", [bus(LIMITER), again, wait(30), again], ["loudness"], ["loudness"], []),
    ("a clean mix after the limiter is gone", [bus(LIMITER), wait(30), bus(), wait(3600)], ["loudness"], [], []),
    # what is not heard is not there
    ("a bypassed limiter", [fx(off(LIMITER)), wait(600)], [], [], []),
    ("an offline limiter", [fx(FxSlot(name=LIMITER, offline=True)), wait(600)], [], [], []),
    ("a limiter at 0 % wet", [fx(FxSlot(name=LIMITER, wet=0.0)), wait(600)], [], [], []),
    ("a limiter at 30 % wet", [fx(FxSlot(name=LIMITER, wet=0.3)), wait(30)], ["loudness"], ["loudness"], []),
    ("a master chain that is switched off", [put(chain=slots(LIMITER), chain_on=False), wait(600)], [], [], []),
    ("the chain switched on again", [put(chain=slots(LIMITER), chain_on=False), wait(60), put(chain_on=True), wait(30)], ["loudness"], ["loudness"], []),
    ("the chain switched off: the warning goes", [bus(LIMITER), wait(30), put(chain_on=False), wait(5)], ["loudness"], [], []),
    ("a limiter inside a container", [fx(FxSlot(name=LIMITER, container=("Loud", "Inner"))), wait(30)], ["loudness"], ["loudness"], []),
    ("a bypassed limiter inside a container", [fx(FxSlot(name=LIMITER, container=("Loud",), enabled=False)), wait(60)], [], [], []),
    # never during the music
    ("a limiter while playing", [put(transport="playing"), bus(LIMITER), wait(300)], [], [], []),
    ("a limiter while recording", [put(transport="recording"), bus(LIMITER), wait(300)], [], [], []),
    ("it is said when the music stops", [put(transport="playing"), bus(LIMITER), wait(300), put(transport="stopped"), wait(5)], ["loudness"], ["loudness"], []),
    ("music that never stops: it stands where one looks", [put(transport="playing"), bus(LIMITER), wait(700)], [], ["loudness"], []),
    ("and is said at the stop all the same", [put(transport="playing"), bus(LIMITER), wait(700), put(transport="stopped"), wait(5)], ["loudness"], ["loudness"], []),
    ("taken off before the music stops", [put(transport="playing"), bus(LIMITER), wait(300), bus(), put(transport="stopped"), wait(60)], [], [], []),
    ("a DAW that does not say whether it plays", [put(transport="unknown"), bus(LIMITER), wait(30)], ["loudness"], ["loudness"], []),
    # answers
    ("it is part of the sound: never again in this song", [bus(LIMITER), wait(30), answer("part-of-the-sound"), wait(3600), away(90_000), wait(60)], ["loudness"], [], []),
    ("part of the sound, off and on again", [bus(LIMITER), wait(30), answer("part-of-the-sound"), bus(), wait(30), bus(LIMITER), wait(60)], ["loudness"], [], []),
    ("part of the sound, replaced by another", [bus(LIMITER), wait(30), answer("part-of-the-sound"), bus(OTHER_LIMITER), wait(60)], ["loudness"], [], []),
    ("part of the sound, and one more on top", [bus(LIMITER), wait(30), answer("part-of-the-sound"), bus(LIMITER, OTHER_LIMITER), wait(60)], ["loudness", "loudness"], ["loudness"], []),
    ("not now: quiet for this sitting", [bus(LIMITER), wait(30), answer("not-now"), wait(3000)], ["loudness"], [], []),
    ("not now: named again on another day", [bus(LIMITER), wait(30), answer("not-now"), wait(600), away(86_400), wait(30)], ["loudness", "loudness"], ["loudness"], []),
    ("remind me at the bounce: quiet until then", [bus(LIMITER), wait(30), answer("at-the-bounce"), wait(3000)], ["loudness"], [], []),
    ("remind me at the bounce: reminded", [bus(LIMITER), wait(30), answer("at-the-bounce"), wait(600), render], ["loudness", "bounce-reminder"], ["bounce-reminder"], []),
    ("reminded once, not at every bounce", [bus(LIMITER), wait(30), answer("at-the-bounce"), render, wait(60), render], ["loudness", "bounce-reminder"], ["bounce-reminder"], []),
    ("remind me again", [bus(LIMITER), wait(30), answer("at-the-bounce"), render, answer("at-the-bounce"), wait(60), render], ["loudness", "bounce-reminder", "bounce-reminder"], ["bounce-reminder"], []),
    ("a render that is no bounce reminds of nothing", [bus(LIMITER), wait(30), answer("at-the-bounce"), put(rendering=True), wait(30), put(rendering=False), wait(60)], ["loudness"], [], []),
    ("said before the bounce: not once more after it", [bus(LIMITER), wait(30), answer("at-the-bounce"), land_after_our_script, wait(60)], ["loudness"], [], []),
    ("and the next bounce of the DAW's own is reminded of", [bus(LIMITER), wait(30), answer("at-the-bounce"), land_after_our_script, wait(60), land], ["loudness", "bounce-reminder"], ["bounce-reminder"], []),
    ("the reminder left for now: quiet for this sitting, bounces too", [bus(LIMITER), wait(30), answer("at-the-bounce"), land, answer("not-now"), wait(60), land, wait(600)], ["loudness", "bounce-reminder"], [], []),
    ("the reminder left for now: the first bounce of another day", [bus(LIMITER), wait(30), answer("at-the-bounce"), land, answer("not-now"), away(86_400), wait(30), land], ["loudness", "bounce-reminder", "bounce-reminder"], ["bounce-reminder"], []),
    ("room correction is told of after our own bounce, too", [bus(ROOM), wait(60), land_after_our_script], ["room-correction"], ["room-correction"], []),
    ("taken off before the bounce: no reminder", [bus(LIMITER), wait(30), answer("at-the-bounce"), bus(), wait(60), render], ["loudness"], [], []),
    ("a limiter nobody answered about, bounced", [bus(LIMITER), wait(30), render], ["loudness"], ["loudness"], []),
    ("switch to mastering", [bus(LIMITER), wait(30), answer("switch-to-mastering"), put(mode="mastering"), wait(60)], ["loudness"], [], []),
    ("an answer given twice", [bus(LIMITER), wait(30), answer("not-now"), answer("not-now"), wait(60)], ["loudness"], [], []),
    # glue: one note per song
    ("a bus compressor", [bus(GLUE), wait(SETTLED)], ["glue"], ["glue"], []),
    ("a bus compressor and tape are one note", [bus(GLUE, TAPE), wait(60)], ["glue"], ["glue"], []),
    ("another bus compressor later", [bus(GLUE), wait(30), bus(), wait(30), bus(TAPE), wait(60)], ["glue"], ["glue"], []),
    ("glue answered: never again in this song", [bus(GLUE), wait(30), answer("not-now"), away(90_000), bus(TAPE), wait(60)], ["glue"], [], []),
    ("glue and a limiter: a note and a warning", [bus(GLUE, LIMITER), wait(30)], ["loudness", "glue"], ["loudness", "glue"], []),
    # tone and width only when they stack up
    ("four processors that shape the mix", [bus(EQ, DE_ESSER, WIDENER, SATURATOR), wait(30)], ["stacked"], ["stacked"], []),
    ("four, one of them bypassed", [fx(*slots(EQ, DE_ESSER, WIDENER), off(SATURATOR)), wait(60)], [], [], []),
    ("stacked answered: never again in this song", [bus(EQ, DE_ESSER, WIDENER, SATURATOR), wait(30), answer("part-of-the-sound"), away(90_000), wait(60)], ["stacked"], [], []),
    # room correction: an alarm at the bounce
    ("room correction on the bus, rendered", [bus(ROOM), wait(60), render], ["room-correction"], ["room-correction"], ["room_correction"]),
    ("room correction on the bus, a bounce lands unannounced", [bus(ROOM), wait(60), land], ["room-correction"], ["room-correction"], ["room_correction"]),
    ("room correction bypassed for the bounce", [bus(ROOM), wait(60), fx(off(ROOM)), render], [], [], []),
    ("room correction bypassed while rendering is a fault all the same", [bus(ROOM), put(rendering=True), wait(5), bus(), put(rendering=False), land], ["room-correction"], [], ["room_correction"]),
    ("room correction is a fault while mastering too", [put(mode="mastering"), bus(ROOM), wait(60), render], ["room-correction"], ["room-correction"], ["room_correction"]),
    ("two bounces through it: two faults, one warning", [bus(ROOM), render, wait(60), render], ["room-correction"], ["room-correction"], ["room_correction"] * 2),
    # modes
    ("a limiter while mastering", [put(mode="mastering"), bus(LIMITER), wait(600)], [], [], []),
    ("everything on the bus of a released song", [put(mode="released"), bus(LIMITER, GLUE, EQ, DE_ESSER, WIDENER, SATURATOR), wait(600)], [], [], []),
    ("a limiter put on while the mix rests", [put(mode="resting"), bus(LIMITER), wait(30)], ["resting"], ["resting"], []),
    ("a limiter that was there before the rest", [bus(LIMITER), wait(30), put(mode="resting"), wait(600)], ["loudness"], [], []),
    ("glue while the mix rests", [put(mode="resting"), bus(GLUE), wait(600)], [], [], []),
    ("the warning goes with the mode", [bus(LIMITER), wait(30), put(mode="released"), wait(60)], ["loudness"], [], []),
    ("from mixing to mastering in one sitting", [bus(), wait(600), put(mode="mastering"), wait(60)], ["same-sitting"], ["same-sitting"], []),
    ("a look at the mix is not a mixing sitting", [bus(), wait(60), put(mode="mastering"), wait(60)], [], [], []),
    ("mastering on another day", [bus(), wait(600), away(86_400), put(mode="mastering"), wait(60)], [], [], []),
    # clocks, doubles, order
    ("an old snapshot arrives late", [bus(), wait(30), late, wait(60)], [], [], []),
    ("the clock jumps ahead a day: nothing ripens at once", [bus(LIMITER), away(86_400)], [], [], []),
    ("the clock jumps back a day", [bus(LIMITER), wait(10), away(-86_400), wait(20)], ["loudness"], ["loudness"], []),
    ("the clock jumps back while a warning stands", [bus(LIMITER), wait(30), away(-86_400), wait(60)], ["loudness"], ["loudness"], []),
    ("two DAWs with one project, one of them with a limiter", [bus(LIMITER), wait(30), put(daw="ardour", chain=()), wait(30)], ["loudness"], ["loudness"], []),
    ("two DAWs, the one with the limiter goes quiet", [bus(LIMITER), wait(30), put(daw="ardour", chain=()), wait(90)], ["loudness"], [], []),
    ("two DAWs, the other one plays", [put(transport="playing"), put(daw="ardour", transport="stopped"), bus(LIMITER), wait(40)], [], [], []),
    ("a snapshot of another project", [put(path="/songs/Other.rpp", chain=slots(LIMITER)), wait(60)], [], [], []),
]  # fmt: skip


def test_the_table_is_a_table_of_conduct() -> None:
    assert len(ROWS) >= 60
    assert len({row[0] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize(("acts", "said", "stands", "faults"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_conduct(acts: list[Act], said: list[str], stands: list[str], faults: list[str]) -> None:
    daw = FakeDaw()
    for act in acts:
        act(daw)
    assert [warning.kind for warning in daw.raised] == said
    assert [warning.kind for warning in daw.standing] == stands
    assert daw.faults == faults
    assert len({warning.id for warning in daw.raised}) == len(daw.raised)
    assert msgspec.json.decode(msgspec.json.encode(daw.state), type=GuardState) == daw.state


def test_a_cause_is_noticed_at_once_and_said_when_it_has_stayed() -> None:
    daw = FakeDaw()
    bus(LIMITER)(daw)
    (seen,) = daw.noticed
    assert (seen.kind, seen.plugins, seen.raised_at, daw.standing) == ("loudness", ("Pro-L 2",), None, ())
    wait(SETTLED)(daw)
    assert [warning.id for warning in daw.raised] == [seen.id]
    assert daw.noticed == ()


def test_what_waits_for_the_music_to_stop_is_noticed_meanwhile() -> None:
    daw = FakeDaw(transport="recording")
    bus(LIMITER)(daw)
    wait(300)(daw)
    assert ([w.kind for w in daw.noticed], daw.raised, daw.standing) == (["loudness"], [], ())
    bus(METER)(daw)
    assert daw.noticed == ()
    assert daw.cleared == []


def test_what_is_noticed_can_be_answered_before_it_is_said() -> None:
    daw = FakeDaw()
    bus(LIMITER)(daw)
    daw.look(GivenAnswer(warning_id=daw.noticed[0].id, answer="part-of-the-sound", at=daw.now_at))
    assert daw.noticed == ()
    wait(600)(daw)
    assert (daw.raised, daw.noticed) == ([], ())


def test_a_warning_says_what_was_seen_why_it_matters_and_what_can_be_done() -> None:
    daw = FakeDaw()
    bus(LIMITER)(daw)
    wait(30)(daw)
    (warning,) = daw.raised
    assert warning.seen == "Pro-L 2, which raises loudness, is on the master bus while you are mixing."
    assert warning.why == "Loudness on the bus hides what the balance is doing, and every fader move then fights it."
    assert warning.remedy.startswith("Bypass it and turn your monitors up instead")
    assert warning.answers == ("part-of-the-sound", "at-the-bounce", "not-now", "switch-to-mastering")
    bus(OTHER_LIMITER)(daw)
    assert daw.standing[0].id == warning.id
    assert daw.standing[0].seen.startswith("L2 Stereo,")


def test_an_unsaved_project_is_watched_and_keeps_its_answers_when_it_is_saved() -> None:
    daw = FakeDaw(path="", state=GuardState(project="unsaved:reaper:Night Drive"))
    assert project_key(daw.snapshot()) == daw.state.project
    for act in (bus(LIMITER), wait(30), answer("part-of-the-sound")):
        act(daw)
    daw.path, daw.state = SONG, rekey(daw.state, SONG)
    wait(60)(daw)
    assert [warning.kind for warning in daw.raised] == ["loudness"]


def test_two_songs_of_one_name_in_two_folders_are_two_projects() -> None:
    a, b = FakeDaw(path="/a/Song.rpp"), FakeDaw(path="/b/Song.rpp")
    assert project_key(a.snapshot()) != project_key(b.snapshot())


def test_a_closed_daw_takes_its_warnings_along() -> None:
    daw = FakeDaw()
    bus(LIMITER)(daw)
    wait(30)(daw)
    daw.heard(step(disconnected(daw.state, "reaper"), None, (), "mixing", daw.now_at + 1.0))
    assert daw.standing == ()
    assert daw.cleared == [daw.raised[0].id]


@pytest.mark.parametrize("name", ["Limiter " * 1250, "\u202eLimiter\x1b[31m\x00", "🔥 Limiter 🔥", "<b>Limiter</b>\n"])
def test_hostile_names_reach_nobody(name: str) -> None:
    daw = FakeDaw()
    bus(name)(daw)
    wait(30)(daw)
    (warning,) = daw.raised
    assert warning.seen.isprintable()
    assert len(warning.seen) < 200


def test_five_hundred_limiters_make_one_short_warning() -> None:
    daw = FakeDaw()
    bus(*[f"Limiter {n}" for n in range(500)])(daw)
    wait(30)(daw)
    assert daw.raised[0].seen.startswith("Limiter 0, Limiter 1, Limiter 2, Limiter 3 and 496 more are")


NAMES = st.sampled_from([LIMITER, OTHER_LIMITER, SUITE, GLUE, EQ, DE_ESSER, WIDENER, SATURATOR, METER, ROOM, UNKNOWN])
SLOTS = st.builds(FxSlot, name=NAMES, enabled=st.booleans(), wet=st.sampled_from([None, 0.0, 1.0]))
SNAPSHOTS = st.builds(
    SessionSnapshot,
    daw=st.sampled_from(["reaper", "ardour"]),
    seen_at=st.floats(0.0, 400.0),
    project_path=st.sampled_from([SONG, "/songs/Other.rpp"]),
    project_name=st.just("x"),
    transport=st.sampled_from(["stopped", "playing", "recording", "unknown"]),
    rendering=st.booleans(),
    master_chain=st.lists(SLOTS, max_size=6).map(tuple),
)
MOMENTS = st.lists(
    st.tuples(
        st.one_of(st.none(), SNAPSHOTS),
        st.sampled_from(["mixing", "mixing", "mixing", "resting", "mastering", "released"]),
        st.sampled_from([0.0, 1.0, 10.0, 30.0, 4000.0, -50.0, -90_000.0, 90_000.0]),
        st.sampled_from([None, None, None, "part-of-the-sound", "at-the-bounce", "not-now"]),
        st.booleans(),
    ),
    max_size=25,
)
History = list[tuple[SessionSnapshot | None, Mode, float, Answer | None, bool]]


def run(history: History, state: GuardState) -> list[tuple[GuardStep, set[str]]]:
    """Return every step with the ids that were answered in it."""
    done: list[tuple[GuardStep, set[str]]] = []
    now_at, last = 100.0, ""
    for snapshot, mode, passes_s, word, lands in history:
        now_at += passes_s
        given = (GivenAnswer(warning_id=last, answer=word, at=now_at),) if word and last else ()
        moved = step(state, snapshot, given, mode, now_at)
        done.append((moved, {g.warning_id for g in given}))
        if lands:
            moved = bounce_landed(moved.state, mode, now_at)
            done.append((moved, set()))
        state = moved.state
        last = next((warning.id for s, _ in reversed(done) for warning in s.to_raise), "")
    return done


@pytest.mark.slow
@settings(max_examples=300)
@given(MOMENTS)
def test_nothing_is_raised_twice_without_an_answer_nor_while_the_music_plays(history: History) -> None:
    open_kinds: dict[str, str] = {}
    for done, answered in run(history, GuardState(project=SONG)):
        open_kinds = {kind: warning_id for kind, warning_id in open_kinds.items() if warning_id not in answered}
        for warning in done.to_raise:
            assert warning.kind not in open_kinds
            open_kinds[warning.kind] = warning.id
            assert not any(view.transport in {"playing", "recording"} for view in done.state.views)


@pytest.mark.slow
@settings(max_examples=150)
@given(MOMENTS, st.integers(0, 25))
def test_replaying_a_history_gives_the_same_state_also_through_the_store(history: History, cut: int) -> None:
    whole = run(history, GuardState(project=SONG))
    again_ = run(history, GuardState(project=SONG))
    assert whole == again_
    for done, _ in whole[:cut]:
        stored = msgspec.json.decode(msgspec.json.encode(done.state), type=GuardState)
        assert stored == done.state


@pytest.mark.slow
@settings(max_examples=100)
@given(MOMENTS)
def test_what_was_shown_and_is_gone_is_cleared_exactly_once(history: History) -> None:
    shown: set[str] = set()
    for done, _ in run(history, GuardState(project=SONG)):
        now_shown = {warning.id for warning in (*done.to_raise, *done.to_keep)}
        assert set(done.to_clear) == shown - now_shown
        assert len(done.to_clear) == len(set(done.to_clear))
        shown = now_shown


def test_findings_of_a_bounce_name_the_room_correction() -> None:
    (finding,) = bounce_findings((BusItem("SoundID Reference", "room-correction"), BusItem("Pro-L 2", "loudness")))
    assert finding.kind == "fault"
    assert finding.message.startswith("SoundID Reference was active on the master bus while the mix was bounced.")
    assert bounce_findings((BusItem("Pro-L 2", "loudness"),)) == ()
