"""`freshears master`: have a release master made, by the running bridge or here."""

from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from bridge.cli.ahead import launched
from bridge.cli.context import JsonFlag, console, existing_file, print_json, the_config
from bridge.cli.exits import EXIT_FAULT
from bridge.cli.mixes import named_mix
from bridge.errors import UsageError
from bridge.model import Intent, MasterPlan, MasterRequest, MonoAs, ReferenceMatch
from bridge.pathtext import to_text


def master(
    mixes: Annotated[
        list[str],
        typer.Argument(help="Songs (the newest bounce, or SONG:3), or sound files.", show_default=False),
    ],
    target: Annotated[
        str | None, typer.Option("--target", "-t", help="What it is for: spotify,cd,vinyl ... (`freshears targets`).")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for the masters; `Masters` beside the mix by default.")
    ] = None,
    intent: Annotated[
        str | None, typer.Option(help="What to protect: neutral, intimate, energetic, strange.", show_default=False)
    ] = None,
    strength: Annotated[float | None, typer.Option(help="How far corrections go, 0 to 100 %.")] = None,
    preset: Annotated[str | None, typer.Option(help="Settings by name (`freshears targets` lists them).")] = None,
    off: Annotated[str, typer.Option(help="Stages to leave out: eq,width,compressor,clipper,subsonic,dither.")] = "",
    reference: Annotated[
        list[Path] | None, typer.Option(help="A record to go towards; more than once for several.", show_default=False)
    ] = None,
    weights: Annotated[
        str, typer.Option(help="How much each reference counts, in order: 2,1. All the same without it.")
    ] = "",
    match: Annotated[str, typer.Option(help="What to take from references: tone,dynamics,width,loudness.")] = "tone",
    match_amount: Annotated[
        float | None, typer.Option(help="How far towards the tone of the references, 0 to 150 %; 100 without it.")
    ] = None,
    like: Annotated[
        Path | None, typer.Option(help="Take every setting from this master: for instrumentals and alternate mixes.")
    ] = None,
    format: Annotated[str, typer.Option(help="wav, flac, aiff, mp3, ogg or opus.")] = "wav",  # noqa: A002
    lufs: Annotated[float | None, typer.Option(help="Loudness in LUFS instead of the target's.")] = None,
    ceiling: Annotated[float | None, typer.Option(help="Highest true peak in dBTP instead of the target's.")] = None,
    mono_as: Annotated[
        str | None,
        typer.Option(help="A mono master's loudness: dual, as two speakers play it, or single.", show_default=False),
    ] = None,
    rate: Annotated[int | None, typer.Option(help="Sample rate in Hz instead of the target's or the mix's.")] = None,
    metadata: Annotated[
        bool | None,
        typer.Option(
            "--metadata/--no-metadata", help="Write title, ISRC, artwork ... into the file, or nothing but the sound."
        ),
    ] = None,
    codec_safe: Annotated[bool, typer.Option("--codec-safe", help="Trim until the decoded file keeps it.")] = False,
    linear_phase: Annotated[bool, typer.Option("--linear-phase", help="Equalise without phase shift.")] = False,
    mend_phase: Annotated[
        bool, typer.Option("--mend-phase", help="Lower the sides where left and right work against each other.")
    ] = False,
    noise_shaping: Annotated[
        bool, typer.Option("--noise-shaping", help="Into 16 bits: move the dither's hiss to where the ear hears least.")
    ] = False,
    cross_check: Annotated[bool, typer.Option("--cross-check", help="Measure with pyloudnorm as well.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show the plan and make nothing.")] = False,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Master a mix that has faults; sheet and rest are not asked about.")
    ] = False,
    reason: Annotated[str, typer.Option("--reason", help="A word on why, with --anyway.")] = "",
    json: JsonFlag = False,
) -> None:
    """Make a release master: it holds its ceiling, says what it did, and is measured again from disk.

    The mix is never touched and nothing is ever overwritten.

    \b
    Examples:
      freshears master "Night Drive"
      freshears master "Night Drive:3" --target cd
      freshears master "Night Drive.wav"
      freshears master mix.wav --target spotify,cd --out ~/Release
      freshears master mix.wav --intent intimate --explain
      freshears master mix.wav --reference A.flac --reference B.flac --weights 2,1 --match tone,width
      freshears master instrumental.wav --like "Masters/Night Drive – master spotify 24-48.wav"
    """
    config = the_config()
    shared = MasterRequest(
        input_path="",
        output_folder=to_text(out.expanduser().absolute()) if out else None,
        intent=_one_of("--intent", intent, Intent) if intent is not None else None,
        strength_percent=strength,
        preset=preset,
        off=tuple(_names(off)),
        linear_phase=linear_phase,
        mend_phase=mend_phase,
        noise_shaping=noise_shaping,
        references=tuple(to_text(existing_file(path).absolute()) for path in reference or ()),
        reference_weights=_numbers("--weights", weights),
        match=tuple(_one_of("--match", name, ReferenceMatch) for name in _names(match)),
        match_amount_percent=match_amount,
        like=to_text(existing_file(like).absolute()) if like is not None else None,
        integrated_lufs=lufs,
        ceiling_dbtp=ceiling,
        mono_as=_one_of("--mono-as", mono_as, MonoAs) if mono_as is not None else None,
        rate_hz=rate,
        metadata=metadata,
        extension=f".{format.lower().lstrip('.')}",
        codec_safe=codec_safe,
        cross_check=cross_check,
    )
    targets = _names(target or config.master.target)
    if not targets:
        raise UsageError("--target names no target; freshears targets lists them")
    named = [named_mix(text) for text in mixes]
    with launched() as worker:
        from bridge.cli.mastering import Making, print_plan, print_result  # while the worker loads what it needs

        show = console(json=json)
        making = Making(show, shared, anyway=anyway, reason=reason, ask=not json, launched=worker)
        for mix in named:
            for result in making.plans(mix.path, targets) if explain else making.masters(mix, targets):
                if not json:
                    print_plan(result, show) if isinstance(result, MasterPlan) else print_result(result, show)
    if json:
        print_json(making.results[0] if len(making.results) == 1 else making.results)
    if making.failed:
        raise typer.Exit(EXIT_FAULT)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _numbers(option: str, text: str) -> tuple[float, ...]:
    try:
        return tuple(float(name) for name in _names(text))
    except ValueError as error:
        raise UsageError(f"{option} is {text!r}; numbers separated by commas are possible, such as 2,1.") from error


def _one_of(option: str, value: str, allowed: Any) -> Any:
    if value not in get_args(allowed):
        raise UsageError(f"{option} is {value!r}; possible are {', '.join(get_args(allowed))}.")
    return value
