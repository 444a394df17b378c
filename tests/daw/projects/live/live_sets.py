"""Ableton Live sets written for the tests, in the layout of public ones."""

import gzip
from pathlib import Path

HEADS = {
    8: 'MajorVersion="4" MinorVersion="8.1_226" Creator="Ableton Live 8.1.4"',
    9: 'MajorVersion="4" MinorVersion="9.5_327" Creator="Ableton Live 9.7.1"',
    10: 'MajorVersion="5" MinorVersion="10.0_377" Creator="Ableton Live 10.1.9"',
    11: 'MajorVersion="5" MinorVersion="11.0_433" Creator="Ableton Live 11.0"',
    12: 'MajorVersion="5" MinorVersion="12.0_12300" Creator="Ableton Live 12.3.5"',
    13: 'MajorVersion="6" MinorVersion="13.0_13000" Creator="Ableton Live 13.0.1"',
}
# A parameter as every device has dozens of them, with names that mean something elsewhere.
PARAMETER = (
    '<Gain><LomId Value="0"/><Manual Value="false"/><AutomationTarget Id="9"><LockEnvelope Value="0"/>'
    '</AutomationTarget><UserName Value="no name of a device"/></Gain>'
)


def device(tag: str, inside: str = "", *, on: str = "true", switch_id: int = 1, old: bool = False) -> str:
    """Return a device; ``old`` as Live 8 writes its switch."""
    switch = f'<Manual Value="{on}"/><AutomationTarget Id="{switch_id}"/>'
    if old:
        switch = f'<ArrangerAutomation><Events><BoolEvent Time="-6" Value="{on}"/></Events></ArrangerAutomation>'
    return f'<{tag} Id="0"><LomId Value="0"/><On><LomId Value="0"/>{switch}</On>{PARAMETER}{inside}</{tag}>'


def plug_in(name: str, kind: str = "Vst3PluginInfo", *, on: str = "true", switch_id: int = 1, old: bool = False) -> str:
    """Return a plug-in."""
    tag, key = ("PlugName", "PluginDevice") if kind == "VstPluginInfo" else ("Name", "PluginDevice")
    key = "AuPluginDevice" if kind == "AuPluginInfo" else key
    preset = '<Preset><Name Value="not the name"/></Preset>'
    said = f'<PluginDesc><{kind} Id="0"><WinPosX Value="3"/><{tag} Value="{name}"/>{preset}</{kind}></PluginDesc>'
    return device(key, said, on=on, switch_id=switch_id, old=old)


def rack(name: str, *branches: str, on: str = "true", off: tuple[int, ...] = ()) -> str:
    """Return an audio rack; the branches whose number is in ``off`` are switched off."""
    held = "".join(
        f'<AudioEffectBranch Id="{at}"><Name><UserName Value="chain"/></Name><DeviceChain><AudioToAudioDeviceChain>'
        f"<Devices>{branch}</Devices></AudioToAudioDeviceChain></DeviceChain><MixerDevice><Speaker>"
        f'<Manual Value="{"false" if at in off else "true"}"/></Speaker></MixerDevice></AudioEffectBranch>'
        for at, branch in enumerate(branches)
    )
    return device("AudioEffectGroupDevice", f'<UserName Value="{name}"/><Branches>{held}</Branches>', on=on)


def audio_clip(
    file: str = "Samples/Imported/take.wav", beats: float = 16.0, at: float = 0.0, *, old: bool = False
) -> str:
    """Return a clip; ``old`` as Live up to 10 writes its file."""
    if old:
        *folders, name = file.split("/")
        parts = "".join(f'<RelativePathElement Id="3" Dir="{folder}"/>' for folder in folders)
        reference = f'<RelativePathType Value="3"/><RelativePath>{parts}</RelativePath><Name Value="{name}"/>'
    else:
        reference = f'<RelativePathType Value="3"/><RelativePath Value="{file}"/><Path Value="{file}"/>'
    ends = f'<CurrentStart Value="{at}"/><CurrentEnd Value="{at + beats}"/>'
    return f'<AudioClip Id="0" Time="{at}">{ends}<SampleRef><FileRef>{reference}</FileRef></SampleRef></AudioClip>'


def track(
    kind: str, number: int, name: str, *, out: str = "AudioOut/Main", group: int = -1, devices: str = "",
    clips: str = "", session: str = "", sends: tuple[float, ...] = (), tap: str = "AudioIn/External/S0",
    monitors: int = 1, switches: str = "",
) -> str:  # fmt: skip
    """Return a track: Audio, Midi, Group or Return."""
    held = "".join(
        f'<TrackSendHolder Id="{at}"><Send><LomId Value="0"/><Manual Value="{amount}"/></Send></TrackSendHolder>'
        for at, amount in enumerate(sends)
    )
    lane = "ClipTimeable" if kind == "Midi" else "Sample"
    slots = f"<ClipSlotList><ClipSlot Id='0'><ClipSlot><Value>{session}</Value></ClipSlot></ClipSlot></ClipSlotList>"
    events = f"<{lane}><ArrangerAutomation><Events>{clips}</Events></ArrangerAutomation></{lane}>"
    said = f'<Name><EffectiveName Value="{name}"/><UserName Value=""/></Name>'
    said += (
        f'<AutomationEnvelopes><Envelopes>{switches}</Envelopes></AutomationEnvelopes><TrackGroupId Value="{group}"/>'
    )
    lanes = "<AutomationLanes><AutomationLanes><AutomationLane/></AutomationLanes></AutomationLanes>"
    chain = (
        f'{lanes}<AudioInputRouting><Target Value="{tap}"/></AudioInputRouting>'
        f'<AudioOutputRouting><Target Value="{out}"/></AudioOutputRouting><Mixer><Sends>{held}</Sends></Mixer>'
        f'<MainSequencer><MonitoringEnum Value="{monitors}"/>{slots}{events}</MainSequencer>'
        f"<DeviceChain><Devices>{devices}</Devices></DeviceChain>"
    )
    return f'<{kind}Track Id="{number}">{said}<DeviceChain>{chain}</DeviceChain></{kind}Track>'


def envelope(switch_id: int, *values: str, kind: str = "BoolEvent") -> str:
    """Return the automation of a switch."""
    events = "".join(f'<{kind} Id="{at}" Time="{4 * at}" Value="{value}"/>' for at, value in enumerate(values))
    return (
        f'<AutomationEnvelope Id="0"><EnvelopeTarget><PointeeId Value="{switch_id}"/></EnvelopeTarget><Automation>'
        f"<Events>{events}</Events><AutomationTransformViewState/></Automation></AutomationEnvelope>"
    )


def live_set(master: str = "", tracks: str = "", *, version: int = 12, switches: str = "", bpm: float = 120.0) -> str:
    """Return the XML of a set."""
    tag = "MainTrack" if version >= 12 else "MasterTrack"
    outer = "MasterChain" if version == 8 else "DeviceChain"
    main = (
        f"<{tag}><Name><EffectiveName Value='Main'/></Name><AutomationEnvelopes><Envelopes>{switches}</Envelopes>"
        f"</AutomationEnvelopes><{outer}><Mixer><Tempo><LomId Value='0'/><Manual Value='{bpm}'/></Tempo></Mixer>"
        f"<DeviceChain><Devices>{master}</Devices></DeviceChain></{outer}></{tag}>"
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Ableton {HEADS[version]} SchemaChangeCount="3">\n<LiveSet>'
        f'<NextPointeeId Value="9"/><Tracks>{tracks}</Tracks>{main}<PreHearTrack><DeviceChain><DeviceChain><Devices>'
        f"{plug_in('not on the master')}</Devices></DeviceChain></DeviceChain></PreHearTrack></LiveSet></Ableton>\n"
    )


def write(folder: Path, text: str, name: str = "Tide.als") -> Path:
    """Write a set as Live does, and return its path."""
    path = folder / name
    path.write_bytes(gzip.compress(text.encode(), mtime=0))
    return path
