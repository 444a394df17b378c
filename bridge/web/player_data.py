"""What the scripts of a page play and draw, sent to them as JSON."""

import math
from collections.abc import Sequence
from pathlib import PurePath

import msgspec

from bridge.model import Analysis, BounceDiff, Curves, MasterResult, Measurement, SectionLevel
from bridge.report import text
from bridge.report.bounce_view import finding_views
from bridge.songs.comparisons import ReferencesState
from bridge.text import json_text
from bridge.web.reader import PageReader
from bridge.web.records import AudioKind, Sound

_PEAK_COLUMNS = 3000
_MOST_TIMES = 400
_MOST_REFERENCES = 3  # ours: all tracks run at once; more would only be more to load


class Track(msgspec.Struct, frozen=True, kw_only=True):
    """What a player needs to know about one sound file."""

    kind: AudioKind
    id: int
    name: str
    rate_hz: int
    channels: int
    frames: int
    integrated_lufs: float | None
    true_peak_dbtp: float | None
    shift_s: float = 0.0  # its sound comes that much later in its file than in the first track's


class Matching(msgspec.Struct, frozen=True, kw_only=True):
    """Another way to make the tracks equally loud: gains in dB."""

    label: str
    gains_db: tuple[float, ...]


def analysis_track(kind: AudioKind, item_id: int, name: str, analysis: Analysis, shift_s: float = 0.0) -> Track:
    """Return an examined sound file as a player's track."""
    return Track(
        kind=kind,
        id=item_id,
        name=name,
        rate_hz=analysis.format.rate_hz,
        channels=analysis.format.channels,
        frames=analysis.format.frames,
        integrated_lufs=analysis.measurement.integrated_lufs,
        true_peak_dbtp=analysis.measurement.true_peak_dbtp,
        shift_s=shift_s,
    )


def master_track(master_id: int, result: MasterResult, shift_s: float = 0.0) -> Track:
    """Return a master as a player's track."""
    return Track(
        kind="master",
        id=master_id,
        name="Master",
        rate_hz=result.format.rate_hz,
        channels=result.format.channels,
        frames=result.format.frames,
        integrated_lufs=result.after.integrated_lufs,
        true_peak_dbtp=result.after.true_peak_dbtp,
        shift_s=shift_s,
    )


def reference_tracks(found: ReferencesState) -> list[Track]:
    """Return the references that can be heard beside a song, a few of them."""
    files = found.comparison.references if found.comparison is not None else ()
    tracks = []
    for file, number in zip(files, found.ids, strict=True):
        if number is None or file.format is None:
            continue  # listened to by an older version
        tracks.append(
            Track(
                kind="reference",
                id=number,
                name=text.visible(PurePath(file.file).stem),
                rate_hz=file.format.rate_hz,
                channels=file.format.channels,
                frames=file.format.frames,
                integrated_lufs=file.integrated_lufs,
                true_peak_dbtp=file.true_peak_dbtp,
            )
        )
    return tracks[:_MOST_REFERENCES]


def shift_of(found: BounceDiff | None) -> float:
    """Return how much later B's sound comes in its file; 0 while that is not known, or nothing agrees."""
    return found.shift_s if found is not None and found.aligned else 0.0


def matchings(found: BounceDiff | None) -> list[Matching]:
    """Return the gains under which what was not changed is equally loud; nothing where the loudness says the same."""
    if found is None or not found.aligned or found.level_from != "common" or found.loudness_change_lu is None:
        return []
    if abs(found.level_change_db - found.loudness_change_lu) < 0.1:
        return []
    a_db = min(0.0, found.level_change_db)
    return [Matching(label="matched by what stayed the same", gains_db=(a_db, a_db - found.level_change_db))]


def as_json(value: object) -> str:
    """Return a record as JSON text."""
    return json_text(value)


class WavePeaks(msgspec.Struct, frozen=True, kw_only=True):
    """The drawn waveform: one positive peak per column and channel."""

    step_s: float
    peaks: list[list[float]]


class FindingPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A finding's times."""

    number: int
    kind: str
    message: str
    at_s: tuple[float, ...]


class CurveData(msgspec.Struct, frozen=True, kw_only=True):
    """What the scripts draw of one sound file."""

    duration_s: float
    waveform: WavePeaks | None
    zoom_steps_s: list[float]
    start_s: float
    step_s: float
    short_term_lufs: tuple[float | None, ...]
    integrated_lufs: float | None
    sections: list[SectionLevel]
    findings: list[FindingPlace]


def curves_of(reader: PageReader, kind: AudioKind, item_id: int) -> CurveData | None:
    """Return what the scripts draw of a bounce or master, None when there is nothing."""
    if kind == "reference":
        return None  # it is heard, nothing of it is drawn
    if kind == "master":
        result = reader.store.results.master_result(item_id)
        curves = reader.store.display.curves(result.output_sha256) if result is not None else None
        if result is None or curves is None:
            return None
        return _curve_data(reader, ("master", item_id), curves, result.format.duration_s, result.after)
    bounce = reader.store.bounces.find(item_id)
    examined = reader.sounds.analysis(bounce) if bounce is not None else None
    analysis = examined[0] if examined is not None else None
    if analysis is None or analysis.curves is None:
        return None
    drawn = _curve_data(reader, ("bounce", item_id), analysis.curves, analysis.format.duration_s, analysis.measurement)
    return msgspec.structs.replace(
        drawn,
        findings=[
            FindingPlace(number=v.number, kind=v.kind, message=text.visible(v.message), at_s=v.at_s[:_MOST_TIMES])
            for v in finding_views(analysis.findings)
        ],
    )


def _curve_data(
    reader: PageReader, sound: Sound, curves: Curves, duration_s: float, measured: Measurement
) -> CurveData:
    series = curves.short_term_lufs
    return CurveData(
        duration_s=duration_s,
        waveform=_peaks(curves, duration_s),
        zoom_steps_s=reader.sounds.zoom_steps(*sound),
        start_s=series.start_s,
        step_s=series.step_s,
        short_term_lufs=tuple(None if v is None else round(v, 2) for v in series.values),
        integrated_lufs=measured.integrated_lufs,
        sections=list(measured.sections),
        findings=[],
    )


def _peaks(curves: Curves, duration_s: float) -> WavePeaks | None:
    """Return each channel's peaks over exactly the file's duration; many channels are shown as one."""
    wave = curves.waveform
    if not wave.highest:
        return None
    lanes: list[Sequence[float]] = [
        [round(max(-low, high), 4) for low, high in zip(lowest, highest, strict=True)]
        for lowest, highest in zip(wave.lowest, wave.highest, strict=True)
    ]
    if len(lanes) > 2:
        lanes = [[max(values) for values in zip(*lanes, strict=True)]]
    # The last stretch may reach past the end; what is drawn must end where the sound does.
    columns = min(_PEAK_COLUMNS, max(1, math.ceil(duration_s / wave.step_s - 1e-6)))
    return WavePeaks(step_s=wave.step_s, peaks=[list(lane[:columns]) for lane in lanes])
