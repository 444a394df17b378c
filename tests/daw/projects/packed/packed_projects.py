"""DAWproject files and Studio One songs written for the tests, after the schema and a public song."""

import io
import zipfile
from collections.abc import Mapping, Sequence


def zipped(members: Mapping[str, bytes]) -> bytes:
    """Return a zip archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name or "x"), data, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def device(
    name: str, tag: str = "Vst3Plugin", *, on: str = "true", loaded: str = "true", automated: bool = False
) -> str:
    """Return a device of a DAWproject."""
    switch_id = "s1" if automated else ""
    return (
        f'<{tag} deviceID="x" deviceName="{name}" deviceRole="audioFX" loaded="{loaded}" name="mine"><Parameters>'
        f'<BoolParameter value="false" name="Enabled"/></Parameters><Enabled value="{on}" id="{switch_id}"/>'
        f'<State path="plugins/x.vstpreset"/></{tag}>'
    )


def track(
    number: str, name: str, *, to: str, role: str = "regular", devices: str = "", inside: str = "",
    send: tuple[str, float] | None = None,
) -> str:  # fmt: skip
    """Return a track with its channel; ``inside``: tracks in it."""
    sends = f'<Sends><Send destination="c{send[0]}"><Volume value="{send[1]}"/></Send></Sends>' if send else ""
    channel = f'<Channel id="c{number}" role="{role}" destination="c{to}"><Devices>{devices}</Devices>{sends}</Channel>'
    return f'<Track id="t{number}" name="{name}" loaded="true">{channel}{inside}</Track>'


def notes(number: str) -> str:
    """Return what lies on a track of notes."""
    clip = '<Clip time="0" duration="8"><Notes><Note time="0" key="60"/></Notes></Clip>'
    return f'<Lanes track="t{number}"><Clips>{clip}</Clips></Lanes>'


def audio(number: str, seconds: float, file: str = "audio/a.wav", at: float = 0.0) -> str:
    """Return what lies on a track of sound, as Bitwig nests it."""
    sound = f'<Warps><Audio channels="2" duration="{seconds}" sampleRate="48000"><File path="{file}"/></Audio></Warps>'
    inner = f'<Clips><Clip time="0" duration="{seconds * 2}">{sound}</Clip></Clips>'
    return (
        f'<Lanes track="t{number}"><Clips><Clip time="{at * 2}" duration="{seconds * 2}">{inner}</Clip></Clips></Lanes>'
    )


def dawproject(master: str = "", tracks: str = "", *, clips: str = "", points: str = "") -> str:
    """Return a ``project.xml`` at 120 beats a minute."""
    main = track("9", "Master", to="", role="master", devices=master)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><Project version="1.0">'
        '<Application name="Bitwig Studio" version="5.1.6"/>'
        f'<Transport><Tempo value="120.0"/></Transport><Structure>{tracks}{main}</Structure><Arrangement>'
        f'<Lanes timeUnit="beats">{clips}{points}</Lanes></Arrangement></Project>'
    )


def channel(
    group: str, number: str, name: str, *, to: str, inserts: Sequence[str] = (), post: Sequence[str] = ()
) -> str:
    """Return a group with one channel of a Studio One mixer."""

    def chain(kind: str, names: Sequence[str]) -> str:
        held = "".join(
            f'<Attributes name="FX{at:02}"><UID x:id="uniqueID" uid="no"/><Attributes x:id="deviceData" name="{one}"/>'
            f'<Attributes x:id="ghostData"><Attributes x:id="classInfo" name="not the name"/></Attributes></Attributes>'
            for at, one in enumerate(names, 1)
        )
        return f'<Attributes x:id="{kind}">{held}<Attributes x:id="Presets" pname="x"/></Attributes>'

    target = f'<Connection x:id="destination" objectID="{{{to}}}/Input" friendlyName="x"/>' if to else ""
    return (
        f'<ChannelGroup name="{group}" flags="1"><{group}Channel name="Channel01" label="{name}">'
        f'<UID x:id="uniqueID" uid="{{{number}}}"/>{target}{chain("Inserts", inserts)}'
        f'{chain("PostFaderInserts", post)}<Attributes x:id="Sends"><Attributes name="FX01">'
        f'<Attributes x:id="deviceData" name="no insert"/></Attributes></Attributes></{group}Channel></ChannelGroup>'
    )


def mixer(main: Sequence[str], channels: str = "", *, post: Sequence[str] = ()) -> str:
    """Return an ``audiomixer.xml`` of Studio One."""
    output = channel("AudioOutput", "9", "Main", to="", inserts=main, post=post)
    return (
        f'\ufeff<?xml version="1.0" encoding="UTF-8"?><AudioMixer><Attributes x:id="channels">{output}{channels}'
        "</Attributes></AudioMixer>"
    )


ABOUT = (
    '\ufeff<?xml version="1.0" encoding="UTF-8"?><MetaInformation><Attribute id="Document:Generator" '
    'value="Studio One/7.2.3.108761"/><Attribute id="Media:SampleRate" value="44100"/></MetaInformation>'
)
