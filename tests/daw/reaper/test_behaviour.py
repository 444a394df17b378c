"""The behaviour table of the guard and the bounce, through the whole real bridge and the real scripts.

One studio for all: the tests follow each other as an afternoon does.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile

from tests.daw.reaper.standin.studio import MIXED_S, SETTLE_S, Studio
from tests.daw.reaper.standin.world import Fx, Project, Track, plays

pytestmark = pytest.mark.slow

LIMITER, METER = "VST3: Pro-L 2 (FabFilter)", "VST3: Youlean Loudness Meter 2 (Youlean)"
ROOM = "VST3: SoundID Reference (Sonarworks)"
WITHIN_S = 3.0 + SETTLE_S


@pytest.fixture(scope="module")
def whole_studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    studio = Studio(tmp_path_factory.mktemp("studio"))
    studio.until(lambda: studio.status()["daws"], 10)
    yield studio
    studio.close()


@pytest.fixture
def studio(whole_studio: Studio) -> Iterator[Studio]:
    """Return the studio with an empty master bus and the transport stopped."""
    host = whole_studio.host
    host.current = 0
    host.project.master.fx, host.project.play_state = [], 0
    host.touch()
    whole_studio.until(lambda: not whole_studio.warnings(), 5)
    yield whole_studio
    assert host.violations == []


def another_song(studio: Studio, name: str) -> None:
    """Open another project in a tab: nothing was said about it yet."""
    path = Path(studio.host.projects[0].path).with_name(f"{name}.rpp")
    studio.host.projects[1:] = [Project(path=str(path))]
    studio.host.current = 1


def put(studio: Studio, *fx: Fx) -> None:
    studio.host.project.master.fx = list(fx)
    studio.host.touch()


def test_both_channels_are_heard(studio: Studio) -> None:
    studio.until(lambda: studio.status()["daws"][0]["channels"] == ["mailbox", "osc"], 8)
    (daw,) = studio.status()["daws"]
    assert daw["connected"]
    assert daw["missing"] == []
    assert daw["project_name"] == "Tide"


def test_a_limiter_is_named_once_shown_in_reaper_and_cleared_by_bypass(studio: Studio) -> None:
    put(studio, Fx(LIMITER))
    studio.until(studio.warnings, WITHIN_S)
    studio.until(lambda: "Pro-L 2" in studio.shown(), 3)
    studio.host.project.master.fx[0].enabled = False
    studio.until(lambda: not studio.warnings(), 3)
    studio.until(lambda: "Pro-L 2" not in studio.shown(), 3)


def test_what_earns_nothing(studio: Studio) -> None:
    """A meter, room correction, what is offline, fully dry, unknown, or in a container that is bypassed."""
    put(
        studio, Fx(METER), Fx(ROOM), Fx(LIMITER, offline=True), Fx(LIMITER, wet=0.0), Fx("VST3: Nobody Knows (X)"),
        Fx("Container", "Container", enabled=False, children=[Fx(LIMITER)]),
    )  # fmt: skip
    studio.run(SETTLE_S + 2)
    assert studio.warnings() == []


def test_nothing_while_rolling_and_it_appears_after_stop(studio: Studio) -> None:
    another_song(studio, "Storm")
    studio.screen.keys.append(27)
    studio.host.project.play_state = 5
    put(studio, Fx("CLAP: ZL Limiter 2", "CLAP"))
    studio.run(SETTLE_S + 2)
    assert studio.shown() == ""
    assert studio.warnings() == []
    studio.host.project.play_state = 0
    studio.until(lambda: "Limiter" in studio.shown(), 3)


def test_a_limiter_inside_a_container_is_seen(studio: Studio) -> None:
    another_song(studio, "Shoal")
    put(studio, Fx("Container", "Container", renamed="mojo", children=[Fx("VST3: bx_limiter True Peak")]))
    studio.until(lambda: "bx_limiter True Peak" in studio.warnings(), WITHIN_S)


def test_room_correction_stands_in_the_way_of_a_bounce(studio: Studio) -> None:
    put(studio, Fx(ROOM))
    studio.until(lambda: studio.panel().get("before_bounce"), 4)
    studio.host.start("freshears_bounce.lua")
    assert not list(studio.bridge.folder.iterdir())
    assert "would be printed" in studio.host.ext["FreshEars", "message"]


def test_a_bounce_is_judged_and_its_faults_become_markers(studio: Studio) -> None:
    studio.host.project.length_s = 8.0
    put(studio, Fx("VST3: Mine (Me)", gain=9.0))  # clips
    studio.run(1)
    before = studio.host.project.memory()
    studio.host.start("freshears_bounce.lua")
    assert studio.host.project.memory() == before
    studio.until(lambda: "Tide, bounce 1" in studio.panel().get("verdict", ""), 60)
    studio.until(lambda: "Tide, bounce 1" in studio.shown(), 3)
    assert studio.requests_left() == 0
    studio.host.start("freshears_markers.lua")
    assert any("clipping" in marker.name for marker in studio.host.project.markers)
    (song,) = studio.status()["songs"]
    assert (song["name"], song["revisions"]) == ("Tide", 1)


def test_a_master_of_a_faulty_mix_is_not_made_and_reaper_says_why(studio: Studio) -> None:
    studio.host.start("freshears_master.lua")
    studio.until(lambda: "Make the master" in studio.shown(), 3)
    studio.press("Make the master")
    studio.until(lambda: "The master was not made" in studio.shown(), 60)
    assert "not ready to be mastered" in studio.shown()
    studio.press("Close")
    studio.until(lambda: "The master was not made" not in studio.shown(), 4)


def test_a_dual_print_is_two_files_that_differ_by_the_bus(studio: Studio) -> None:
    put(studio, Fx("VST3: Mine (Me)", gain=0.5))
    studio.run(1)
    before = studio.host.project.memory()
    studio.host.start("freshears_dual_print.lua")
    assert studio.host.project.memory() == before
    wet, dry = (soundfile.read(studio.bridge.folder / f"Tide – bounce 2{end}.wav")[0] for end in ("", " (dry)"))
    assert abs(wet).max() == pytest.approx(abs(dry).max() / 2, rel=1e-3)
    studio.until(lambda: studio.status()["queue"]["queued"] == 0 and "Tide, bounce" in studio.shown(), 60)


def test_master_this_ends_with_a_master_said_in_reaper(studio: Studio) -> None:
    put(studio, Fx("VST3: Mine (Me)", gain=0.4))
    studio.run(1)
    memory = studio.host.project.memory()
    studio.host.start("freshears_bounce.lua")  # and at once, before the bridge has looked at it:
    studio.host.start("freshears_master.lua")
    studio.until(lambda: "What must the master protect?" in studio.shown(), 3)
    studio.press("Energetic")
    studio.press("Spotify")
    studio.press("Make the master")
    studio.until(lambda: "has no hand-off sheet yet: master it now?" in studio.shown(), 60)
    studio.press("Yes, make it now")
    studio.until(lambda: "The master is there" in studio.shown(), 60)
    master = Path(studio.panel()["last_master_path"])
    assert master.is_file()
    (job,) = studio.jobs("master")
    assert '"intent":"energetic"' in job.params
    assert "master b3" in master.name  # of the bounce just made, not of the one the bridge knew last
    assert studio.host.project.memory() == memory


def test_the_hand_off_is_kept_and_shown_again(studio: Studio) -> None:
    studio.host.inputs = ["intimate\nthe breath\n\ncar; phone\n"]
    studio.host.start("freshears_handoff.lua")
    studio.until(lambda: studio.panel().get("sheet_survive") == "the breath", 5)
    assert studio.panel()["intent"] == "intimate"


def test_an_answer_is_kept_after_both_programs_restart(studio: Studio) -> None:
    another_song(studio, "Squall")
    put(studio, Fx(LIMITER))
    studio.until(studio.warnings, WITHIN_S)
    studio.until(lambda: "It is part of the sound" in studio.shown(), 3)
    studio.press("It is part of the sound")
    studio.until(lambda: not studio.warnings(), 4)
    studio.host.quit()
    studio.bridge.stop()
    studio.bridge.start()
    studio.start_reaper()
    studio.until(lambda: studio.status()["daws"] and studio.status()["daws"][0]["connected"], 10)
    studio.run(SETTLE_S + 2)
    assert studio.warnings() == []


def test_a_song_that_is_being_mastered_may_have_a_limiter(studio: Studio) -> None:
    another_song(studio, "Slack")
    studio.host.start("freshears_panel.lua")
    studio.until(lambda: "Slack" in studio.shown() and "Mode …" in studio.shown(), 5)
    studio.press("Mode …")
    studio.press("Mastering")
    studio.until(lambda: studio.panel().get("mode") == "mastering", 4)
    put(studio, Fx(LIMITER))
    studio.run(SETTLE_S + 2)
    assert "Pro-L 2" not in studio.warnings()


def test_the_bridge_killed_is_noticed_and_back_again(studio: Studio) -> None:
    studio.bridge.kill()
    studio.bridge.start()
    studio.until(lambda: any(daw["connected"] for daw in studio.status()["daws"]), 5)


def test_a_question_is_answered_in_the_panel_and_the_answer_shown(studio: Studio) -> None:
    another_song(studio, "Shoal")
    studio.host.start("freshears_panel.lua")
    studio.until(lambda: "What does this song still need?" in studio.shown(), 4)
    studio.press("Answer …")
    studio.host.inputs = ["a quieter, second verse"]
    studio.press("Answer")
    studio.until(lambda: "a quieter, second verse" in studio.shown(), 4)
    assert studio.panel()["questions"][0]["answer"] == "a quieter, second verse"
    studio.press("Back")


def test_a_session_that_plays_only_a_bounce_is_being_mastered(studio: Studio) -> None:
    bounce = next(job.path for job in studio.jobs("analyse") if "Tide" in job.path)
    another_song(studio, "Tide for release")
    studio.host.project.tracks = [Track("Mix", items=plays(bounce))]
    studio.until(lambda: studio.panel().get("mode") == "mastering", 5)
    assert "the session holds little but bounce" in studio.panel()["mode_why"]
    put(studio, Fx(LIMITER))
    studio.run(SETTLE_S + 1)
    assert studio.warnings() == []


def test_mastering_in_the_sitting_of_the_mix_is_named_once(studio: Studio) -> None:
    another_song(studio, "Sitting")
    studio.host.start("freshears_panel.lua")
    studio.until(lambda: "Sitting" in studio.shown() and "Mode …" in studio.shown(), 5)
    studio.run(MIXED_S + 2)  # at the faders

    def switch(to: str) -> None:
        studio.until(lambda: "Mode …" in studio.shown(), 3)
        studio.press("Mode …")
        studio.press(to)
        studio.until(lambda: studio.panel().get("mode") == to.casefold(), 4)

    switch("Mastering")
    studio.until(lambda: "in one sitting" in studio.shown(), 4)
    studio.press("Leave it for now")
    studio.until(lambda: "in one sitting" not in studio.shown(), 4)
    switch("Mixing")
    switch("Mastering")
    studio.run(2)
    assert "in one sitting" not in studio.shown()
