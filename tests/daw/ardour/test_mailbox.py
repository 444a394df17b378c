"""The mailbox, the pop-ups and the scripts' requests."""

import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from bridge.daw.ardour.mailbox import ArdourMailbox
from bridge.daw.ardour.popup import GAP_S, MOST_TRIES, PopUp
from bridge.daw.ardour.requests import PREFIX, WAIT_S, ArdourRequest, ExportLog, parse_request
from bridge.daw.ardour.scripts import WATCH_FILE
from bridge.daw.contract import ActionAsked, AnswerChoice, AnswerGiven, ExportSeen, Notice, Panel
from bridge.model import SessionSnapshot

STOPPED = SessionSnapshot(daw="ardour", seen_at=0.0, project_path="/s", project_name="S", transport="stopped")
LOUD = Notice(key="loud", title="t", text="x", interrupt=True, answers=(AnswerChoice(answer="ours", label="It is"),))
BOARD = Panel(project_path="/s", notices=(LOUD,))


def test_the_mailbox_is_written_whole_and_withdrawn(tmp_path: Path) -> None:
    mailbox = ArdourMailbox(tmp_path)
    assert mailbox.shown() == []
    mailbox.announce(4000, "1.0")
    mailbox.post(BOARD, ticket="7")
    mailbox.remember_shown([("/s", "a\tb"), ("/s", "loud")])
    assert (tmp_path / "freshears" / "bridge.txt").read_text().startswith("port\t4000\n")
    assert mailbox.shown() == [("/s", "a\tb"), ("/s", "loud")]
    assert sorted(path.name for path in (tmp_path / "freshears").iterdir()) == ["board.txt", "bridge.txt", "shown.txt"]
    mailbox.withdraw()
    mailbox.withdraw()
    assert [path.name for path in (tmp_path / "freshears").iterdir()] == ["shown.txt"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_pipes_in_the_place_of_notes_are_not_waited_for(tmp_path: Path) -> None:
    mailbox = ArdourMailbox(tmp_path)
    mailbox.folder.mkdir()
    for name in ("bounced.txt", "shown.txt"):
        os.mkfifo(mailbox.folder / name)
    assert mailbox.take_bounces("/s") == []
    assert mailbox.shown() == []


def test_bounces_made_without_the_bridge_are_told_once_their_session_is_open(tmp_path: Path) -> None:
    mailbox = ArdourMailbox(tmp_path)
    assert mailbox.take_bounces("/s") == []
    mailbox.folder.mkdir()
    noted = mailbox.folder / "bounced.txt"
    noted.write_text(
        "bounced\t/s/export/a\\tb.wav\ta\tbounce\t\t/s\tS\t2.500000\n"
        "bounced\t/o/c.wav\tc\tbounce\t\t/other\tO\t0.000000\n"
        "bounced\thalf a li"
    )
    (found,) = mailbox.take_bounces("/s")
    assert found == ("/s/export/a\tb.wav", "a", "bounce", "", "/s", "S", "2.500000")
    assert mailbox.take_bounces("/s") == []
    noted.write_text(noted.read_text() + "bounced\t/o/d.wav\td\tbounce\t\t/other\tO\t0.000000\n")
    assert [values[1] for values in mailbox.take_bounces("/other")] == ["c", "d"]
    assert list(mailbox.folder.iterdir()) == []


def test_scripts_that_come_back_are_told_anew_where_the_bridge_is(tmp_path: Path) -> None:
    mailbox = ArdourMailbox(tmp_path)
    mailbox.announce(4000, "1.0")
    assert mailbox.is_announced()
    (tmp_path / "freshears" / "bridge.txt").unlink()
    assert not mailbox.is_announced()
    assert not mailbox.has_scripts()  # taken out: nothing is written for them
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / WATCH_FILE).touch()
    assert mailbox.has_scripts()


def watched(popup: PopUp, transport: str, start: float, seconds: float) -> float:
    for step in range(int(seconds * 4)):
        popup.watch(replace(STOPPED, transport=transport), start + step / 4)  # type: ignore[arg-type]
    return start + seconds


def test_a_window_waits_for_the_stop_and_comes_once() -> None:
    popup = PopUp()
    now_s = watched(popup, "playing", 0.0, 10.0)
    assert not popup.due(BOARD, STOPPED, now_s)
    popup.watch(STOPPED, now_s)
    assert not popup.due(BOARD, STOPPED, now_s)  # hands are still on the transport
    now_s = watched(popup, "stopped", now_s, 3.0)
    assert popup.due(BOARD, STOPPED, now_s)
    popup.open(BOARD, now_s)
    assert popup.is_opening(now_s + 1.0)
    popup.confirm("/s", ["loud"])
    assert not popup.is_opening(now_s + 1.0)
    now_s = watched(popup, "stopped", now_s, 10 * GAP_S)
    assert not popup.due(BOARD, STOPPED, now_s)
    restarted = PopUp(popup.shown)
    assert not restarted.due(BOARD, STOPPED, watched(restarted, "stopped", 0.0, 60.0))


def test_recording_rendering_another_session_and_the_gap_hold_it_back() -> None:
    popup = PopUp()
    now_s = watched(popup, "recording", 0.0, 10.0)
    assert not popup.due(BOARD, STOPPED, now_s)
    for step in range(40):
        popup.watch(replace(STOPPED, rendering=True), now_s + step / 4)
    assert not popup.due(BOARD, STOPPED, now_s + 10.0)
    now_s = watched(popup, "stopped", now_s + 10.0, 3.0)
    assert not popup.due(replace(BOARD, project_path="/other"), STOPPED, now_s)
    assert not popup.due(BOARD, None, now_s)
    popup.open(replace(BOARD, notices=()), now_s)
    assert not popup.due(BOARD, STOPPED, now_s + GAP_S - 1)
    assert popup.due(BOARD, STOPPED, now_s + GAP_S + 1)


def test_a_window_that_never_comes_is_given_up() -> None:
    popup = PopUp()
    now_s = watched(popup, "stopped", 0.0, 3.0)
    for _ in range(MOST_TRIES):
        assert popup.due(BOARD, STOPPED, now_s)
        popup.open(BOARD, now_s)
        now_s += GAP_S + 1
    assert not popup.due(BOARD, STOPPED, now_s)
    assert popup.gave_up(BOARD)


def test_requests_are_read_and_nonsense_is_not() -> None:
    assert parse_request(PREFIX + "ask", ("7", "/s"), 1.0) == ArdourRequest("ask", "/s", ("7",))
    assert parse_request(PREFIX + "shown", ("/s", "a\\tb\tc"), 1.0) == ArdourRequest("shown", "/s", ("a\tb", "c"))
    answer = parse_request(PREFIX + "answer", ("/s", "loud", "ours"), 1.0)
    assert answer == AnswerGiven(daw="ardour", at=1.0, project_path="/s", key="loud", answer="ours")
    master = parse_request(PREFIX + "master", ("/s", "/b.wav", "strange", "cd"), 1.0)
    assert isinstance(master, ActionAsked)
    assert master.values == {"path": "/b.wav", "intent": "strange", "target": "cd"}
    mode = parse_request(PREFIX + "mode", ("/s", "mastering"), 1.0)
    assert isinstance(mode, ActionAsked)
    assert (mode.action, mode.values) == ("mode", {"mode": "mastering"})
    reply = parse_request(PREFIX + "reply", ("/s", "needs", "a bridge"), 1.0)
    assert isinstance(reply, ActionAsked)
    assert (reply.action, reply.values) == ("reply", {"question": "needs", "answer": "a bridge"})
    sheet = parse_request(PREFIX + "handoff", ("/s", "neutral", "voice", "", "bass", 1), 1.0)
    assert isinstance(sheet, ActionAsked)
    assert sheet.values["complete"] == "1"
    bounce = parse_request(PREFIX + "bounced", ("/b.wav", "b", "print-dry", "p", "/s", "S", 2.5), 1.0)
    assert isinstance(bounce, ExportSeen)
    assert (bounce.kind, bounce.pair, bounce.start_s) == ("print-dry", "p", 2.5)
    for address, params in (("ask", (1, 2)), ("bounced", ("/b", "b", "x", "", "", "", 1.0)), ("rm", ("/",)), ("", ())):
        assert parse_request(PREFIX + address, params, 1.0) is None


def test_a_file_is_said_once_with_the_most_that_is_known() -> None:
    plain = ExportSeen(daw="ardour", seen_at=1.0, path="/b.wav")
    full = replace(plain, kind="bounce", project_path="/s")
    exports = ExportLog()
    exports.heard(plain, 10.0)
    assert exports.due(10.1) == []
    exports.heard(full, 10.2)
    exports.heard(plain, 10.25)
    assert exports.due(10.3) == [full]
    exports.heard(plain, 10.4)
    assert exports.due(10.4 + 2 * WAIT_S) == []
    exports.heard(replace(plain, path="/other.wav"), 20.0)
    assert [export.path for export in exports.due(20.0 + WAIT_S)] == ["/other.wav"]
