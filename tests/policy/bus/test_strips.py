"""What is said of processors on strips before the master."""

from bridge.model import BusItem, BusStrip, FxSlot, GivenAnswer, SessionSnapshot
from bridge.policy.bus.guard import active_items, before_bounce, bounce_findings, mastering_before_master, step
from bridge.policy.bus.guard_state import GuardState
from bridge.policy.bus.guard_texts import words_for

LIMITER = FxSlot(name="Pro-L 2 (FabFilter)")
ROOM = FxSlot(name="SoundID Reference (Sonarworks)")
EQ = FxSlot(name="Pro-Q 3 (FabFilter)")


def session(*buses: BusStrip, master: tuple[FxSlot, ...] = ()) -> SessionSnapshot:
    return SessionSnapshot(
        daw="reaper", seen_at=1.0, project_path="/a.rpp", project_name="a", buses=buses, master_chain=master
    )


def test_what_is_on_the_buses_comes_before_the_master_in_the_order_of_the_flow() -> None:
    drums = BusStrip(name="Inner", chain=(EQ,))
    outer = BusStrip(name="MIX BUS", chain=(LIMITER,))
    assert active_items(session(drums, outer, master=(ROOM,))) == (
        BusItem("Pro-Q 3", "tone", "Inner"),
        BusItem("Pro-L 2", "loudness", "MIX BUS"),
        BusItem("SoundID Reference", "room-correction"),
    )


def test_a_chain_that_is_switched_off_as_a_whole_does_nothing() -> None:
    assert active_items(session(BusStrip(name="MIX BUS", chain_enabled=False, chain=(LIMITER,)))) == ()


def test_the_warning_names_the_strip_and_says_why_it_matters() -> None:
    words = words_for("loudness", [BusItem("Pro-L 2", "loudness", "MIX BUS")])
    assert words.seen == "Pro-L 2, which raises loudness, is on MIX BUS while you are mixing."
    assert words.why.startswith("Everything passes through MIX BUS. ")
    master = words_for("loudness", [BusItem("Pro-L 2", "loudness")])
    assert master.seen == "Pro-L 2, which raises loudness, is on the master bus while you are mixing."
    assert "Everything passes" not in master.why
    both = words_for("loudness", [BusItem("Pro-L 2", "loudness", "2BUS"), BusItem("L2", "loudness")])
    assert both.seen == "Pro-L 2 and L2 are on 2BUS and the master bus while you are mixing."


def test_a_hostile_name_of_a_strip_is_made_safe_and_short() -> None:
    (item,) = active_items(session(BusStrip(name="MIX\x1b[2J\u202e\n" + "x" * 500, chain=(LIMITER,))))
    assert item.strip.isprintable()
    assert len(item.strip) <= 40


def test_room_correction_on_a_bus_is_printed_into_the_bounce_too() -> None:
    done = step(GuardState(project="/a.rpp"), session(BusStrip(name="MIX BUS", chain=(ROOM,))), (), "mixing", 1.0)
    (sentence,) = before_bounce(done.state)
    assert sentence == "SoundID Reference is active on MIX BUS and would be printed into the bounce."
    (fault,) = bounce_findings((BusItem("SoundID Reference", "room-correction", "MIX BUS"),))
    assert "on MIX BUS while the mix was bounced" in fault.message


def test_one_answer_serves_wherever_the_plug_in_is_put_afterwards() -> None:
    on_bus = session(BusStrip(name="MIX BUS", chain=(LIMITER,)))
    done = step(GuardState(project="/a.rpp"), on_bus, (), "mixing", 1.0)
    answer = GivenAnswer(warning_id=done.noticed[0].id, answer="part-of-the-sound", at=2.0)
    done = step(done.state, None, (answer,), "mixing", 2.0)
    assert done.noticed == ()
    assert step(done.state, session(master=(LIMITER,)), (), "mixing", 3.0).noticed == ()


def test_only_what_masters_before_the_master_makes_a_lone_mix_look_like_mastering() -> None:
    assert mastering_before_master(session(BusStrip(name="Tide", chain=(EQ, LIMITER)))) == ("Pro-L 2",)
    assert mastering_before_master(session(BusStrip(name="Tide", chain=(EQ,)), master=(LIMITER,))) == ()
