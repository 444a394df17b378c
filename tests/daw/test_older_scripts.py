"""Scripts of 0.1.0 beside this bridge: a person updates one and not the other, and both go on working."""

from pathlib import Path

from bridge.daw.ardour.mailbox import ArdourMailbox
from tests.daw.lua.parts import as_python, lua_function
from tests.daw.protocol.examples import FULL
from tests.daw.reaper.standin.host import Host
from tests.daw.reaper.standin.mail import put_panel
from tests.daw.reaper.standin.rig import Rig
from tests.daw.reaper.standin.world import Fx

OLD = Path(__file__).parents[1] / "data" / "scripts_0_1_0"


def test_ardours_scripts_read_the_panel_as_they_did(tmp_path: Path) -> None:
    ArdourMailbox(tmp_path).post(FULL, ticket="7")
    parts = [OLD / "ardour" / "mailbox.lua", OLD / "ardour" / "board.lua"]
    board = as_python(lua_function(parts, 'parseBoard (readLines ("board.txt"))', tmp_path))
    assert (board["ticket"], board["done"], board["popup"]) == ("7", "1", "0")
    assert board["last_bounce"] == FULL.last_bounce_path
    assert float(board["last_bounce_start"]) == FULL.last_bounce_start_s
    assert board["last_master"] == FULL.last_master_path
    assert (board["next_mix"], board["bounce_folder"]) == ("4", "/b")
    assert board["intents"] == ["intimate", "energetic"]
    assert board["targets"] == ["spotify", "cd"]
    assert (board["verdictLines"], board["beforeBounce"]) == (["one", "two"], ["Room correction is on."])
    assert [notice["key"] for notice in board["notices"]] == ["w1", "waits:/b/Tide 3.wav", "n1"]
    assert [answer["answer"] for answer in board["notices"][0]["answers"]] == ["ours", "off"]
    assert board["markers"] == [{"seconds": 1.5, "text": "click"}]
    assert board["sheet_complete"] == "1"


def test_reapers_scripts_bounce_by_the_panel_and_the_bridge_hears_of_it(tmp_path: Path) -> None:
    host = Host(tmp_path / "REAPER", scripts=OLD / "reaper")
    host.project.master.fx = [Fx("VST3: Pro-L 2 (FabFilter)", gain=0.5)]
    rig = Rig(host)
    host.start("freshears_watch.lua")
    rig.run(1)
    put_panel(host, bounce_number=3)
    host.start("freshears_bounce.lua")
    host.start("freshears_dual_print.lua")
    rig.run(1)
    names = {path.name for path in (host.resource / "Bounces").iterdir()}
    assert names == {"Tide – mix 3.wav", "Tide – mix 4.wav", "Tide – mix 4 (dry).wav"}
    kinds = [event.kind for event in rig.events if hasattr(event, "kind")]
    assert kinds == ["bounce", "print-wet", "print-dry"]
    assert host.violations == []
