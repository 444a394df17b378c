"""Which channel is which, in every container that can say so, against ffmpeg's order and names."""

import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from bridge.audio.containers import layout
from bridge.audio.reader import open_audio
from dsp.meters.loudness import channel_weights
from tests.audio.odd_files import Sound, chunk, encoded, fmt, pcm, wave

Read = Callable[..., Sound]
RATE_HZ = 48_000
LAYOUTS = {
    "2.1": "FL FR LFE",
    "3.0": "FL FR FC",
    "3.0(back)": "FL FR BC",
    "3.1": "FL FR FC LFE",
    "4.0": "FL FR FC BC",
    "quad": "FL FR BL BR",
    "4.1": "FL FR FC LFE BC",
    "5.0": "FL FR FC BL BR",
    "5.0(side)": "FL FR FC SL SR",
    "5.1": "FL FR FC LFE BL BR",
    "5.1(side)": "FL FR FC LFE SL SR",
    "6.0": "FL FR FC BC SL SR",
    "6.1": "FL FR FC LFE BC SL SR",
    "7.0": "FL FR FC BL BR SL SR",
    "7.1": "FL FR FC LFE BL BR SL SR",
    "7.1(wide)": "FL FR FC LFE BL BR FLC FRC",
}
SURROUND = {"SL": "BL", "SR": "BR"}  # where a container knows one pair only
# what a container can say; ffmpeg writes 7.1 into CAF and AIFF under a name that Apple gives to another order
SAYS = {
    "wav": set(LAYOUTS),
    "w64": set(LAYOUTS),
    "flac": set(LAYOUTS),
    "caf": set(LAYOUTS) - {"7.1"},
    "aiff": set(LAYOUTS) - {"7.1"},
    "ogg": {"3.0", "quad", "5.0", "5.1", "6.1", "7.1"},
    "opus": {"3.0", "quad", "5.0", "5.1", "6.1", "7.1"},
    "oga": {"3.0", "quad", "5.0", "5.1", "6.1", "7.1"},
}
CODECS = {
    "wav": "pcm_s24le",
    "w64": "pcm_s24le",
    "flac": "flac",
    "caf": "pcm_s24be",
    "aiff": "pcm_s24be",
    "ogg": "libvorbis",
    "opus": "libopus -mapping_family 1",
    "oga": "flac -f ogg",
}


def one_tone_each(channels: int, seconds: float = 0.5) -> Sound:
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return np.stack([0.05 * (c + 1) * np.sin(2 * np.pi * 110 * (c + 2) * t) for c in range(channels)], axis=1)


Written = Callable[[str], dict[str, tuple[Path, Sound]]]


@pytest.fixture(scope="module")
def by_ffmpeg(tmp_path_factory: pytest.TempPathFactory, program: Callable[[str], str]) -> Written:
    """What ffmpeg writes of a layout, a file of each kind that can say it, and what it reads of each again.

    It starts twice a layout: starting takes longer than what it does.
    """

    @cache
    def write(name: str) -> dict[str, tuple[Path, Sound]]:
        folder, channels = tmp_path_factory.mktemp("layout"), len(LAYOUTS[name].split())
        paths = {kind: folder / f"a.{kind}" for kind, names in SAYS.items() if name in names}
        read = {kind: folder / f"{kind}.f64" for kind in paths}
        ffmpeg = [program("ffmpeg"), "-v", "error"]
        source = f"-f f64le -ar {RATE_HZ} -ac {channels} -channel_layout {name} -i -".split()
        files = [word for kind, path in paths.items() for word in (*f"-c:a {CODECS[kind]}".split(), str(path))]
        subprocess.run([*ffmpeg, *source, *files], input=one_tone_each(channels).tobytes(), check=True)
        decoder = {"opus": ["-c:a", "libopus"]}  # its own decoder rounds otherwise
        given = [word for kind, path in paths.items() for word in (*decoder.get(kind, []), "-i", str(path))]
        taken = [w for i, kind in enumerate(paths) for w in (*f"-map {i}:a -f f64le".split(), str(read[kind]))]
        subprocess.run([*ffmpeg, *given, *taken], check=True)
        return {kind: (paths[kind], np.fromfile(read[kind], "<f8").reshape(-1, channels)) for kind in paths}

    return write


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in SAYS.items() for name in sorted(names)])
def test_every_channel_is_where_it_says(read: Read, by_ffmpeg: Written, kind: str, name: str) -> None:
    wanted = tuple(LAYOUTS[name].split())
    sound = one_tone_each(len(wanted))
    path, theirs = by_ffmpeg(name)[kind]
    with open_audio(path) as reader:
        said = reader.format.speakers
    one_pair = not {"BL", "SL"} <= set(wanted) and "BC" not in wanted
    assert said == wanted or (one_pair and said == tuple(SURROUND.get(s, s) for s in wanted))
    ours = read(path)
    assert kind == "opus" or len(ours) == len(sound)
    assert len(ours) - len(theirs) in (0, 128)  # ffmpeg drops the last half block of a Vorbis file of one page
    np.testing.assert_allclose(ours[: len(theirs)], theirs, atol=1e-4)
    levels = np.sqrt(2 * np.mean(ours[RATE_HZ // 10 :] ** 2, axis=0)) / 0.05
    heard = [place for place, speaker in enumerate(wanted) if speaker != "LFE"]  # encoders cut its treble off
    np.testing.assert_allclose(levels[heard], np.arange(1, len(wanted) + 1)[heard], rtol=0.15)


def test_a_mask_of_zero_names_nothing_and_gets_the_usual_layout(tmp_path: Path, read: Read) -> None:
    sound = one_tone_each(6, 0.1)
    path = tmp_path / "a.wav"
    path.write_bytes(wave(fmt(6, 24, RATE_HZ, mask=0) + chunk(b"data", pcm(sound, 24))))
    with open_audio(path) as reader:
        assert reader.format.speakers == ("FL", "FR", "FC", "LFE", "BL", "BR")


@pytest.mark.parametrize("kind", [b"RIFF", b"BW64"])
def test_a_mask_with_fewer_speakers_than_channels_leaves_the_rest_without_a_name(tmp_path: Path, kind: bytes) -> None:
    path = tmp_path / "a.wav"
    parts = fmt(4, 16, RATE_HZ, mask=0x7) + chunk(b"data", pcm(one_tone_each(4, 0.1)))
    path.write_bytes(wave(parts, kind))
    with open_audio(path) as reader:
        assert reader.format.speakers == ("FL", "FR", "FC", "")


@pytest.mark.parametrize("mask", [0x3, 0x30, 0x8, 0x4])
@pytest.mark.parametrize("channels", [1, 2])
def test_one_channel_is_mono_and_two_are_stereo_whatever_the_mask(tmp_path: Path, mask: int, channels: int) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wave(fmt(channels, 16, RATE_HZ, mask=mask) + chunk(b"data", pcm(one_tone_each(channels, 0.1)))))
    with open_audio(path) as reader:
        assert reader.format.speakers == (("FC",), ("FL", "FR"))[channels - 1]


def test_channel_descriptions_in_any_order_are_put_into_ours(tmp_path: Path, read: Read) -> None:
    sound = one_tone_each(6, 0.1)
    data = encoded(tmp_path / "a.caf", sound, RATE_HZ)
    labels = (4, 3, 1, 2, 6, 5)  # LFE, centre, left, right, right surround, left surround
    body = bytes(8) + (6).to_bytes(4, "big") + b"".join(label.to_bytes(4, "big") + bytes(16) for label in labels)
    at = data.index(b"data")
    path = tmp_path / "b.caf"
    path.write_bytes(data[:at] + b"chan" + len(body).to_bytes(8, "big") + body + data[at:])
    with open_audio(path) as reader:
        assert reader.format.speakers == ("FL", "FR", "FC", "LFE", "BL", "BR")
    np.testing.assert_array_equal(read(path), read(tmp_path / "a.caf")[:, [2, 3, 1, 0, 5, 4]])


def test_apples_seven_one_has_its_sides_before_its_backs() -> None:
    body = (128 << 16 | 8).to_bytes(4, "big") + bytes(8)
    assert layout.from_chan(body, 8) == ("FL", "FR", "FC", "LFE", "SL", "SR", "BL", "BR")


def test_a_layout_for_another_number_of_channels_is_not_believed() -> None:
    assert layout.from_chan((121 << 16 | 6).to_bytes(4, "big") + bytes(8), 5) == ()
    assert layout.from_chan(b"short", 2) == ()
    assert layout.named(("FL", "FR"), 3) == ("FL", "FR", "FC")
    assert layout.named((), 9) == ("",) * 9


@pytest.mark.parametrize("channels", range(1, 13))
def test_without_a_layout_reader_and_meter_think_of_the_same(channels: int) -> None:
    np.testing.assert_array_equal(channel_weights(channels), channel_weights(channels, layout.named((), channels)))
