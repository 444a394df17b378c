from bridge.model import BusItem, Finding, Handoff
from bridge.policy.song.readiness import blocking, readiness
from bridge.policy.song.rest import rest_of

CLIP = Finding(kind="fault", check="clipping", message="12 clipped peaks.", remedy="Turn the bus down by 2 dB.")
DARK = Finding(kind="listen", check="tilt", message="Darker than most.", remedy="Listen on small speakers.")
SHEET = Handoff(intent="neutral", complete=True, written_at=0.0)
RESTING, RESTED = rest_of(0.0, 3600.0), rest_of(0.0, 90_000.0)
LIMITER, ROOM = BusItem("Pro-L 2", "loudness"), BusItem("SoundID Reference", "room-correction")


def test_ready() -> None:
    found = readiness((), (), SHEET, RESTED)
    assert (found.verdict, found.headline, found.reasons) == ("ready", "Ready for mastering.", ())


def test_what_is_worth_a_listen_blocks_nothing() -> None:
    found = readiness((DARK,), (LIMITER,), SHEET, RESTED, dry_name="Night Drive (dry).wav")
    assert found.verdict == "ready"
    assert [(reason.kind, reason.blocks) for reason in found.reasons] == [("bus", False), ("listen", False)]
    assert found.reasons[0].text == "Pro-L 2 was on the master bus: its loudness is printed in."
    assert found.reasons[0].remedy == "Night Drive (dry).wav was bounced without the master bus: master that one."


def test_faults_go_back_to_the_mix() -> None:
    found = readiness((CLIP, DARK), (), SHEET, RESTED)
    assert (found.verdict, found.headline) == ("fix-first", "Fix in the mix first: 12 clipped peaks.")
    assert blocking(found)[0].remedy == "Turn the bus down by 2 dB."
    assert readiness((CLIP, CLIP), (), SHEET, RESTED).headline == "Fix in the mix first: 2 faults."


def test_room_correction_on_the_bus_is_a_fault_of_the_bounce_named_once() -> None:
    found = readiness((), (ROOM,), SHEET, RESTED)
    assert found.verdict == "fix-first"
    stored = Finding(kind="fault", check="room_correction", message="SoundID was active.", remedy="Bounce again.")
    assert len(blocking(readiness((stored,), (ROOM,), SHEET, RESTED))) == 1


def test_the_rest_and_the_sheet_are_waited_for() -> None:
    resting = readiness((), (), SHEET, RESTING)
    assert (resting.verdict, resting.headline) == ("ready-when-rested", "Ready when rested: 23 hours to go.")
    assert [reason.kind for reason in blocking(resting)] == ["rest"]
    bare = readiness((), (), None, None)
    assert (bare.verdict, bare.headline) == ("ready-when-rested", "Ready when it has been handed off and rested.")
    open_ended = readiness((), (), Handoff(), RESTED)
    assert (open_ended.verdict, open_ended.headline) == ("ready-when-rested", "Ready when you call it complete.")


def test_a_bounce_nobody_has_examined() -> None:
    found = readiness(None, (), SHEET, RESTED)
    assert found.verdict == "not-examined"
    assert blocking(found)


def test_every_reason_has_a_remedy() -> None:
    for found in (readiness(None, (), None, None), readiness((CLIP, DARK), (LIMITER, ROOM), Handoff(), RESTING)):
        assert all(reason.text and reason.remedy for reason in found.reasons)
