"""`freshears mode`: what you are doing with a song, and the few questions that go with it."""

from typing import Annotated

import typer

from bridge.cli.context import JsonFlag, console, print_json, the_song_service


def mode(
    song: Annotated[str, typer.Argument(help="The song, or the file of one of its bounces.", show_default=False)],
    new: Annotated[
        str, typer.Argument(metavar="[MODE]", help="mixing, resting, mastering or released; without it: show.")
    ] = "",
    why: Annotated[str, typer.Option("--why", help="A word about it, kept in the history.")] = "",
    answer: Annotated[
        list[str] | None, typer.Option("--answer", help="An answer to a question, as KEY=TEXT; may be repeated.")
    ] = None,
    ask_again: Annotated[
        bool, typer.Option("--ask-again", help="Take back what you answered about its master bus.")
    ] = False,
    json: JsonFlag = False,
) -> None:
    """Show or change the mode of a song; nothing is ever locked by it.

    \b
    Examples:
      freshears mode "Night Drive"
      freshears mode "Night Drive" mastering
      freshears mode "Night Drive" --answer needs="a quieter second verse"
    """
    from bridge.app.commands.records import Reply, SetMode, TakeBackAnswers
    from bridge.cli.ordering import order
    from bridge.errors import UsageError
    from bridge.policy.song import modes
    from bridge.policy.song.rest import moment
    from bridge.songs.replies import Replies
    from bridge.text import plain_text

    with the_song_service() as song_service:
        found = song_service.song(song)
        if new:
            order(SetMode(song=found.id, mode=new, why=why), "freshears mode")
        if ask_again:
            order(TakeBackAnswers(song=found.id), "freshears mode")
        current = song_service.mode(found.id)
        asking = Replies(song_service.store, song_service.wall)
        answers: dict[str, str] = {}
        for pair in answer or []:
            key, equals, text = pair.partition("=")
            if not equals or key not in {question.key for question in modes.QUESTIONS[current.mode]}:
                known = ", ".join(question.key for question in modes.QUESTIONS[current.mode])
                raise UsageError(f"{plain_text(pair, 60)!r}: write --answer KEY=TEXT with a KEY of this mode: {known}")
            answers[key] = text
        if answers:
            order(Reply(song=found.id, answers=answers), "freshears mode")
        questions = asking.of(current.mode, found.id)
        history = song_service.store.song_state.modes(song_id=found.id)
        now_at = song_service.wall()
    if json:
        asked = [{"key": q.key, "question": q.text, "answer": q.answer or None} for q in questions]
        print_json({"song": found.name, "mode": current.mode, "source": current.source, "why": current.why,
                    "at": current.at or None, "questions": asked, "history": history})  # fmt: skip
        return
    out = console()
    out.print(f"{found.name}: {current.mode} ({current.why})", style="bold", soft_wrap=True)
    out.print(modes.MEANING[current.mode], soft_wrap=True)
    for question in questions:
        out.print(f"  ? {question.text}", soft_wrap=True)
        if question.answer:
            out.print(f"    {question.answer}", style="dim", soft_wrap=True)
    for change in history[:-1][-5:]:
        out.print(f"  before: {change.mode}, {moment(change.at, now_at)} ({change.why})", style="dim")
