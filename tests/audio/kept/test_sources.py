"""What is read, from every kind of file that can say it, as other programs write it."""

import io
import struct
from pathlib import Path
from typing import Any

import mutagen.apev2
import mutagen.flac
import mutagen.mp4
import pytest
import soundfile
from mutagen import id3

from bridge.audio.kept.info import info_texts
from bridge.audio.kept.read import read_kept
from bridge.audio.kept.record import Kept, MasterFormat
from bridge.audio.kept.write import write_kept
from bridge.audio.tags import read_tags
from tests.audio.kept.mixes import PICTURE, RATE_HZ, TITLE, empty_master, info, wav
from tests.audio.odd_files import chunk, encoded, fmt, music, pcm, wave


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (TITLE, TITLE.encode()),
        ("Café Nuit", "Café Nuit".encode("cp1252")),
        ("Käse – “so”", "Käse – “so”".encode("cp1252")),
        ("Café Nuit", b"\xef\xbb\xbf" + "Café Nuit".encode()),
        ("Café 夜", b"\xff\xfe" + "Café 夜".encode("utf-16-le")),
        ("夜のドライブ", "夜のドライブ".encode("cp932")),
        ("Plain", b"Plain"),
    ],
)
def test_info_in_the_encodings_programs_use(tmp_path: Path, text: str, written: bytes) -> None:
    path = wav(tmp_path / "a.wav", chunk(b"LIST", info(INAM=written)))
    assert read_kept(path, RATE_HZ).texts == {"title": [text]}
    assert read_tags(path).texts == {"title": text}


@pytest.mark.parametrize(("page", "text"), [(1251, "Ночь"), (932, "夜"), (949, "밤"), (65_001, "夜")])
def test_info_in_the_code_page_that_the_file_names(tmp_path: Path, page: int, text: str) -> None:
    encoding = "utf-8" if page == 65_001 else f"cp{page}"
    cset = chunk(b"CSET", struct.pack("<4H", page, 0, 0, 0))
    path = wav(tmp_path / "a.wav", cset, chunk(b"LIST", info(INAM=text.encode(encoding))))
    assert read_kept(path, RATE_HZ).texts == {"title": [text]}


def test_what_info_calls_isrc_is_one_only_in_its_form() -> None:
    assert info_texts(info(ISRC=b"GBAYE0000001")[4:]) == {"isrc": "GBAYE0000001"}
    assert info_texts(info(ISRC=b"GB-AYE-00-00001")[4:]) == {"isrc": "GB-AYE-00-00001"}
    assert info_texts(info(ISRC=b"Radio Cologne")[4:]) == {}  # in RIFF the name of a source


def test_info_without_padding(tmp_path: Path) -> None:
    unpadded = b"INFO" + chunk(b"INAM", b"Odd", padded=False) + chunk(b"IART", b"Artist")
    path = wav(tmp_path / "a.wav", chunk(b"LIST", unpadded))
    assert read_kept(path, RATE_HZ).texts == {"title": ["Odd"], "artist": ["Artist"]}


@pytest.mark.parametrize("kind", [b"RF64", b"BW64"])
def test_long_files_and_a_tag_in_front(tmp_path: Path, kind: bytes) -> None:
    raw = pcm(music(0.1, RATE_HZ), 24)
    ds64 = chunk(b"ds64", struct.pack("<QQQI", 0, len(raw), 0, 0))
    parts = ds64 + fmt(2, 24, RATE_HZ) + b"data" + struct.pack("<I", 0xFFFF_FFFF) + raw + bytes(len(raw) & 1)
    path = tmp_path / "a.wav"
    path.write_bytes(_id3v2(4) + wave(parts + chunk(b"LIST", info(IART=b"Behind")), kind, 0xFFFF_FFFF))
    found = read_kept(path, RATE_HZ).texts
    assert (found["artist"], found["title"]) == (["Behind"], ["Nachtfahrt"])
    assert read_tags(path).texts["artist"] == "Behind"


def _id3v2(version: int) -> bytes:
    """A tag of title, date, track, comment, language and a picture in the names of each version."""
    texts = {"TIT2": "Nachtfahrt", "TRCK": "3/12"}
    if version == 2:
        texts = {"TT2": "Nachtfahrt", "TRK": "3/12", "TYE": "2024"}
    texts |= {3: {"TYER": "2024"}, 4: {"TDRC": "2024"}}.get(version, {})
    frames = {name: b"\1" + text.encode("utf-16") for name, text in texts.items()}
    frames["COM" if version == 2 else "COMM"] = b"\0eng\0a comment"
    mime = b"PNG" if version == 2 else b"image/png\0"
    frames["PIC" if version == 2 else "APIC"] = b"\0" + mime + b"\3\0" + PICTURE
    body = b"".join(
        name.encode() + (len(data).to_bytes(3, "big") if version == 2 else _size(len(data), version) + b"\0\0") + data
        for name, data in frames.items()
    )
    return b"ID3" + bytes((version, 0, 0)) + _size(len(body), 4) + body


def _size(length: int, version: int) -> bytes:
    return bytes(length >> s & 0x7F for s in (21, 14, 7, 0)) if version == 4 else length.to_bytes(4, "big")


@pytest.mark.parametrize("version", [2, 3, 4])
@pytest.mark.parametrize("ending", [".mp3", ".wav", ".aiff"])
def test_id3_of_every_version(tmp_path: Path, version: int, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    if ending == ".mp3":
        path.write_bytes(_id3v2(version) + encoded(path, music(0.3)))
    elif ending == ".wav":
        wav(path, chunk(b"id3 ", _id3v2(version)))
    else:
        data = encoded(path, music(0.3))
        tag = _id3v2(version)
        data += b"ID3 " + len(tag).to_bytes(4, "big") + tag + bytes(len(tag) & 1)
        path.write_bytes(data[:4] + (len(data) - 8).to_bytes(4, "big") + data[8:])
    found = read_kept(path, 44_100)
    assert found.texts == {
        "title": ["Nachtfahrt"],
        "tracknumber": ["3"],
        "tracktotal": ["12"],
        "date": ["2024"],
        "comment": ["a comment"],
    }
    assert [(p.mime, p.data) for p in found.pictures] == [("image/png", PICTURE)]
    assert read_tags(path).texts["comment"] == "a comment"


def test_id3v1_and_ape_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    data = encoded(path, music(0.3))
    v1 = b"TAG" + b"Old Song".ljust(30) + b"Somebody".ljust(30) + b"".ljust(30) + b"1999" + bytes(30) + b"\x11"
    path.write_bytes(data + v1)
    assert read_kept(path, 44_100).texts | {"genre": [""]} == {
        "title": ["Old Song"],
        "artist": ["Somebody"],
        "date": ["1999"],
        "genre": [""],
    }
    ape = mutagen.apev2.APEv2()
    ape["Title"], ape["Album Artist"], ape["Year"], ape["ISRC"] = "Ape", "Various", "2001", "GBAYE0000001"
    ape["Cover Art (Front)"] = mutagen.apev2.APEValue(b"front.png\0" + PICTURE, mutagen.apev2.BINARY)
    path.write_bytes(data)
    ape.save(path)
    found = read_kept(path, 44_100)
    assert found.texts == {"title": ["Ape"], "albumartist": ["Various"], "date": ["2001"], "isrc": ["GBAYE0000001"]}
    assert found.pictures[0].data == PICTURE


@pytest.mark.slow
def test_mp4_atoms(tmp_path: Path, program: Any) -> None:
    import subprocess

    path = tmp_path / "a.m4a"
    source = wav(tmp_path / "a.wav")
    command = [program("ffmpeg"), "-v", "error", "-i", str(source), "-c:a", "alac", str(path)]
    subprocess.run(command, check=True, capture_output=True)
    file = mutagen.mp4.MP4(path)
    file["\xa9nam"], file["aART"], file["trkn"], file["tmpo"] = TITLE, "Various", [(3, 12)], [120]
    file["----:com.apple.iTunes:ISRC"] = [b"GBAYE0000001"]
    file["----:com.apple.iTunes:iTunNORM"] = [b" 00000"]
    file["covr"] = [mutagen.mp4.MP4Cover(PICTURE, mutagen.mp4.MP4Cover.FORMAT_PNG)]
    file.save()
    found = read_kept(path, RATE_HZ)
    wanted = {"title": [TITLE], "albumartist": ["Various"], "tracknumber": ["3"], "tracktotal": ["12"], "bpm": ["120"]}
    assert found.texts == wanted | {"isrc": ["GBAYE0000001"]}
    assert [(p.mime, p.data) for p in found.pictures] == [("image/png", PICTURE)]


def test_text_chunks_of_aiff_and_caf(tmp_path: Path) -> None:
    for ending in (".aiff", ".caf"):
        path = tmp_path / f"a{ending}"
        with soundfile.SoundFile(path, "w", 48_000, 2, "PCM_24") as file:
            file.title, file.artist, file.comment = TITLE, "Artist", "a comment"
            file.write(music(0.1, 48_000))
        found = read_kept(path, RATE_HZ).texts
        assert {name: found[name] for name in ("title", "artist", "comment")} == {
            "title": [TITLE],
            "artist": ["Artist"],
            "comment": ["a comment"],
        }


def test_a_date_in_words_stays_and_shows_its_year(tmp_path: Path) -> None:
    master = empty_master(tmp_path / "a.mp3")
    kept = Kept(rate_hz=44_100, texts={"date": ["Spring 2024"]})
    write_kept(master, ".mp3", kept, MasterFormat(44_100, 2, 0, 66_150), {}, "f" * 64)
    assert str(id3.ID3(master)["TDRC"]) == "2024"
    assert str(id3.ID3(master)["TXXX:DATE"]) == "Spring 2024"


def _cue_sheet(rate_hz: int, *, is_cd: bool) -> mutagen.flac.CueSheet:
    sheet = mutagen.flac.CueSheet(None)
    sheet.media_catalog_number, sheet.lead_in_samples, sheet.compact_disc = b"1234567890123", 88_200, is_cd
    for number, start in ((1, 0), (2, 588 * 50)):
        track = mutagen.flac.CueSheetTrack(number, start)
        track.indexes.append(mutagen.flac.CueSheetTrackIndex(1, 588))
        sheet.tracks.append(track)
    sheet.tracks.append(mutagen.flac.CueSheetTrack(170 if is_cd else 255, rate_hz))
    return sheet


def test_a_cue_sheet_goes_from_flac_to_flac_and_is_markers_elsewhere(tmp_path: Path) -> None:
    mix = empty_master(tmp_path / "mix.flac")
    file = mutagen.flac.FLAC(mix)
    file.cuesheet = _cue_sheet(44_100, is_cd=True)
    file.metadata_blocks.append(file.cuesheet)
    file.save()
    kept = read_kept(mix, 44_100)
    assert [(marker.frame, marker.label) for marker in kept.markers] == [(588, "Track 1"), (588 * 51, "Track 2")]
    for rate_hz, is_cd, lead_out in ((44_100, True, 170), (48_000, False, 255)):
        master = empty_master(tmp_path / f"{rate_hz}.flac", rate_hz)
        write_kept(master, ".flac", kept, MasterFormat(rate_hz, 2, 16, soundfile.info(master).frames), {}, "f" * 64)
        sheet = mutagen.flac.FLAC(master).cuesheet
        assert (sheet.compact_disc, sheet.media_catalog_number) == (is_cd, b"1234567890123")
        assert [track.track_number for track in sheet.tracks] == [1, 2, lead_out]
        assert [track.start_offset for track in sheet.tracks] == [0, 588 * 50 * rate_hz // 44_100, rate_hz]
        assert sheet.tracks[0].indexes[0].index_offset == 588 * rate_hz // 44_100
    aiff = empty_master(tmp_path / "a.aiff")
    write_kept(aiff, ".aiff", kept, MasterFormat(44_100, 2, 16, 66_150), {}, "f" * 64)
    assert [marker.label for marker in read_kept(aiff, 44_100).markers] == ["Track 1", "Track 2"]


@pytest.mark.slow
def test_artwork_too_large_for_flac_is_one_sentence_and_fits_elsewhere(tmp_path: Path) -> None:
    tag = id3.ID3()
    tag.add(id3.APIC(encoding=3, mime="image/png", type=3, desc="", data=PICTURE + bytes(17 << 20)))
    tag.add(id3.APIC(encoding=3, mime="image/png", type=4, desc="back", data=PICTURE))
    body = io.BytesIO()
    tag.save(body)
    kept = read_kept(wav(tmp_path / "mix.wav", chunk(b"id3 ", body.getvalue())), RATE_HZ)
    flac = empty_master(tmp_path / "a.flac")
    notes = write_kept(flac, ".flac", kept, MasterFormat(44_100, 2, 16, 66_150), {}, "f" * 64)
    said = "The mix's artwork (17.8 MB) is not in the master: FLAC holds 16 MB at most."
    assert notes == (f"{said} Make the picture smaller, or master to WAV.",)
    assert [picture.kind for picture in read_kept(flac, 44_100).pictures] == [4]
    aiff = empty_master(tmp_path / "a.aiff")
    assert write_kept(aiff, ".aiff", kept, MasterFormat(44_100, 2, 16, 66_150), {}, "f" * 64) == ()
    assert len(read_kept(aiff, 44_100).pictures) == 2
