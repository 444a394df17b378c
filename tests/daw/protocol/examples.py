"""A panel that says everything, for tests of how it is written and read."""

from bridge.daw.contract import AnswerChoice, Notice, Panel, PanelFinding, PanelMarker, PanelPlace
from bridge.model import ModeQuestion

WARNING = Notice(
    key="w1",
    title="A limiter is on the master bus",
    text="It raises loudness.\nMix without it.",
    answers=(AnswerChoice(answer="ours", label="It is part of the sound"), AnswerChoice(answer="off", label="Not now")),
    interrupt=True,
)
WAITS = Notice(
    key="waits:/b/Tide 3.wav",
    title="The master was not made",
    text="It rests.",
    kind="master-waits",
    about="/b/Tide 3.wav",
)
FULL = Panel(
    project_path="/s/Tide",
    song="Tide\tand\\Time",
    mode="mixing",
    mode_why="you said so",
    questions=(ModeQuestion(key="needs", text="What does this song still need?", answer="a bridge"),),
    rest_after_bounce="Handed off now, fresh ears are due tomorrow at 14:20.",
    rest="Fresh ears are due tomorrow at 14:20.",
    verdict="Tide, bounce 3: fine",
    verdict_kind="fault",
    verdict_lines=("one", "two"),
    findings=(
        PanelFinding(text="one", kind="fault", places=(PanelPlace(at_s=1.5), PanelPlace(at_s=61.25))),
        PanelFinding(text="two", kind="listen"),
    ),
    last_bounce_path="/b/Tide 3.wav",
    last_bounce_start_s=2.5,
    bounce_folder="/b",
    bounce_number=4,
    bounce_name="Tide – bounce 4",
    dry_print_name="Tide – bounce 4 (dry)",
    bounce_tail_s=8.0,
    intents=("intimate", "energetic"),
    targets=("spotify", "cd"),
    intent_titles=("Intimate", "Energetic"),
    target_titles=("Spotify", "CD"),
    intent="intimate",
    target="cd",
    sheet_survive="the breath",
    sheet_references="Pink Moon",
    sheet_worries="car\nphone",
    sheet_complete=True,
    notices=(WARNING, WAITS),
    noticed=(Notice(key="n1", title="A clipper", text="Seen."),),
    markers=(PanelMarker(at_s=1.5, text="click"),),
    last_master_path="/m/Tide – master b3.wav",
    before_bounce=("Room correction is on.",),
    before_dual_print=("Room correction is on, too.",),
    watched=("Mix Bus", "the master bus"),
    muted=("Scratch vocal",),
    bus_ids=("{7}",),
    wiring_key="1790000000.1",
    bus_tracks=("3",),
)
