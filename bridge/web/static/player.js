// Plays one or two sound files in lock-step. Both always run; what is heard is a matter of gains, so switching
// neither stops nor moves anything. Sound arrives in pieces of a few seconds, so an hour needs no more memory
// than a minute.

import { Previews } from "./previews.js";

export const PIECE_S = 4; // a whole number of frames at every sample rate
export const AHEAD_S = 6; // how far ahead pieces are queued
const EDGE_S = 0.004; // fade at start and stop: no click
const SWITCH_S = 0.008; // crossfade between two versions of one song
const START_S = 0.06; // time to queue the first pieces
const KEPT_PIECES = 24;

/** Fetch frames [start, start + frames) of a track as float32, interleaved. */
export async function fetchPiece(track, start, frames) {
  const url = `/api/${track.kind}/${track.id}/pcm?start=${start}&frames=${frames}`;
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(await answer.text());
  return new Float32Array(await answer.arrayBuffer());
}

/** How long a song is: as its longest version; a reference may go on, and is not heard to its end. */
export function durationOf(tracks) {
  const own = tracks.filter((track) => track.kind !== "reference");
  return Math.max(...own.map((track) => track.frames / track.rate_hz - (track.shift_s ?? 0)));
}

export class Deck extends EventTarget {
  /**
   * tracks: [{kind, id, rate_hz, channels, frames, shift_s}], where shift_s is how much later a track's sound comes in
   * its file than in the first one's; context: an AudioContext (or an OfflineAudioContext in tests); fetcher: where
   * sound comes from.
   */
  constructor(tracks, context, fetcher = fetchPiece) {
    super();
    this.tracks = tracks;
    this.context = context;
    this.isLive = context instanceof AudioContext; // an offline one, in tests, has no clock that runs by itself
    this.fetcher = fetcher;
    this.pieces = new Map();
    this.playing = false;
    this.chosen = 0;
    this.loop = null; // {start, end} in seconds
    this.run = 0; // counts starts and stops: what belongs to an older one gives up
    this.sources = new Set();
    this.resting_s = 0; // the position while nothing plays
    this.anchor = null; // {at: context time, frame: position in frames of the context}
    this.output = new GainNode(context, { gain: 0 });
    this.previews = new Previews(context, this.output);
    this.levels = tracks.map(() => new GainNode(context, { gain: 1 }));
    this.switches = tracks.map((_, i) => new GainNode(context, { gain: i === 0 ? 1 : 0 }));
    this.levels.forEach((level, i) => level.connect(this.switches[i]).connect(this.output));
  }

  get rate() {
    return this.context.sampleRate;
  }

  get duration() {
    return durationOf(this.tracks);
  }

  /** The position in the song in seconds, as it sounds now. */
  get position() {
    if (!this.playing || !this.anchor) return this.resting_s;
    const passed = Math.max(0, this.context.currentTime - this.anchor.at);
    const position = this.anchor.frame / this.rate + passed;
    return this.folded(position);
  }

  folded(position) {
    const { loop } = this;
    if (loop && this.anchor && this.anchor.frame / this.rate < loop.end && position >= loop.end) {
      return loop.start + ((position - loop.end) % (loop.end - loop.start));
    }
    return Math.min(position, this.duration);
  }

  /** Say how loud each track plays, in dB. */
  setLevels(gains_db) {
    const now = this.context.currentTime;
    this.levels.forEach((node, i) => ramp(node.gain, 10 ** (gains_db[i] / 20), now, 0.02));
  }

  /** Hear another track, at the same place, without a gap. */
  choose(index) {
    this.chosen = index;
    const now = this.context.currentTime;
    this.switches.forEach((node, i) => ramp(node.gain, i === index ? 1 : 0, now, SWITCH_S));
    this.dispatchEvent(new Event("chosen"));
  }

  async play(from_s = this.resting_s) {
    this.halt();
    const run = ++this.run;
    if (from_s >= this.duration - 0.01) from_s = 0;
    if (this.loop && (from_s < this.loop.start || from_s >= this.loop.end)) from_s = this.loop.start;
    this.resting_s = from_s;
    if (this.isLive && this.context.state === "suspended") await this.context.resume();
    this.cursor = Math.round(from_s * this.rate); // the next frame of the song to queue
    try {
      await this.prepare(this.cursor);
    } catch (error) {
      this.dispatchEvent(new CustomEvent("trouble", { detail: error.message }));
      return;
    }
    if (run !== this.run) return;
    const at = this.context.currentTime + START_S;
    this.anchor = { at: Math.ceil(at * this.rate) / this.rate, frame: this.cursor };
    this.queued = 0; // frames queued since the anchor
    this.playing = true;
    this.output.gain.cancelScheduledValues(0);
    this.output.gain.setValueAtTime(0, this.anchor.at);
    this.output.gain.linearRampToValueAtTime(1, this.anchor.at + EDGE_S);
    this.dispatchEvent(new Event("state"));
    this.pump(run);
  }

  pause() {
    this.resting_s = this.position;
    this.halt();
    this.dispatchEvent(new Event("state"));
  }

  toggle() {
    return this.playing ? this.pause() : this.play();
  }

  seek(position_s) {
    const target = Math.max(0, Math.min(position_s, this.duration));
    if (this.playing) return this.play(target);
    this.resting_s = target;
    this.dispatchEvent(new Event("state"));
    return undefined;
  }

  setLoop(loop) {
    const at = this.position;
    this.loop = loop && loop.end - loop.start >= 0.05 ? loop : null;
    this.dispatchEvent(new Event("loop"));
    if (this.playing) this.play(at);
  }

  /** Fetch everything anew: a track is placed differently from now on. */
  forget() {
    this.pieces.clear();
    if (this.playing) this.play(this.position);
  }

  /** End what sounds, softly, and what is queued. */
  halt() {
    this.run += 1;
    this.playing = false;
    const end = this.context.currentTime + EDGE_S;
    ramp(this.output.gain, 0, this.context.currentTime, EDGE_S);
    this.sources.forEach((source) => source.stop(end));
    this.sources.clear();
  }

  /** Queue pieces until there is enough ahead, then look again. */
  async pump(run) {
    while (run === this.run && this.playing) {
      const played = (this.context.currentTime - this.anchor.at) * this.rate;
      if (this.queued - played > AHEAD_S * this.rate) {
        await sleep(250);
        continue;
      }
      const end = this.segmentEnd(this.cursor);
      if (end <= this.cursor) {
        await this.finish(run);
        return;
      }
      let buffers;
      try {
        buffers = await this.prepare(this.cursor);
      } catch (error) {
        this.pause();
        this.dispatchEvent(new CustomEvent("trouble", { detail: error.message }));
        return;
      }
      if (run !== this.run) return;
      const late = this.context.currentTime - (this.anchor.at + this.queued / this.rate);
      if (late > -0.005 && this.queued > 0 && this.isLive) {
        this.play(this.cursor / this.rate); // sound came too late: go on from where it stopped
        return;
      }
      this.queue(buffers, this.cursor, end);
      this.cursor = this.loop && end >= Math.round(this.loop.end * this.rate) ? Math.round(this.loop.start * this.rate) : end;
    }
  }

  async finish(run) {
    const left_s = this.anchor.at + this.queued / this.rate - this.context.currentTime;
    await sleep(Math.max(0, left_s * 1000));
    if (run !== this.run) return;
    this.resting_s = 0;
    this.halt();
    this.dispatchEvent(new Event("state"));
  }

  /** The frame where the piece that holds a frame ends: its own border, the loop's end or the song's. */
  segmentEnd(frame) {
    const size = PIECE_S * this.rate;
    const border = (Math.floor(frame / size) + 1) * size;
    const stops = [border, Math.floor(this.duration * this.rate)];
    if (this.loop && frame < Math.round(this.loop.end * this.rate)) stops.push(Math.round(this.loop.end * this.rate));
    return Math.min(...stops);
  }

  queue(buffers, from, to) {
    const when = this.anchor.at + this.queued / this.rate;
    const piece = Math.floor(from / (PIECE_S * this.rate));
    buffers.forEach((held, i) => {
      if (!held) return; // this track is over already
      const source = new AudioBufferSourceNode(this.context, { buffer: held.buffer });
      source.connect(this.levels[i]);
      const offset_s = (from - piece * PIECE_S * this.rate) / this.rate + held.lead_s;
      source.start(when, offset_s, (to - from) / this.rate);
      this.sources.add(source);
      source.onended = () => this.sources.delete(source);
    });
    this.queued += to - from;
  }

  /** Have the pieces of all tracks that hold a frame of the song. */
  prepare(frame) {
    const piece = Math.floor(frame / (PIECE_S * this.rate));
    return Promise.all(this.tracks.map((_, i) => this.piece(i, piece)));
  }

  piece(index, piece) {
    const key = `${index}:${piece}`;
    if (!this.pieces.has(key)) {
      if (this.pieces.size >= KEPT_PIECES) this.pieces.delete(this.pieces.keys().next().value);
      const loading = this.load(index, piece);
      loading.catch(() => this.pieces.delete(key));
      this.pieces.set(key, loading);
    }
    return this.pieces.get(key);
  }

  async load(index, piece) {
    const track = this.tracks[index];
    // Where the rates differ, the browser interpolates: it needs true neighbours beyond the piece's edges.
    const pad = track.rate_hz === this.rate ? 0 : Math.round(0.02 * track.rate_hz);
    const first = piece * PIECE_S * track.rate_hz + Math.round((track.shift_s ?? 0) * track.rate_hz);
    const start = Math.max(0, first - pad);
    const begin = Math.min(start, first); // before the file's own beginning there is silence
    const frames = Math.min(track.frames, first + PIECE_S * track.rate_hz + pad) - start;
    if (frames <= 0 || first >= track.frames) return null;
    const samples = await this.fetcher(track, start, frames);
    const got = Math.floor(samples.length / track.channels);
    if (got === 0) return null;
    const length = start - begin + got;
    const buffer = new AudioBuffer({ numberOfChannels: track.channels, length, sampleRate: track.rate_hz });
    for (let channel = 0; channel < track.channels; channel += 1) {
      const data = buffer.getChannelData(channel).subarray(start - begin);
      for (let i = 0, from = channel; i < got; i += 1, from += track.channels) data[i] = samples[from];
    }
    return { buffer, lead_s: (first - begin) / track.rate_hz };
  }
}

function ramp(parameter, value, now, seconds) {
  parameter.cancelScheduledValues(now);
  parameter.setValueAtTime(parameter.value, now);
  parameter.linearRampToValueAtTime(value, now + seconds);
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Gains in dB under which all tracks sound equally loud: the loud ones are turned down, nothing can clip. */
export function matchedGains(tracks) {
  const known = tracks.map((track) => track.integrated_lufs).filter((level) => level !== null);
  if (known.length < tracks.length) return tracks.map(() => 0);
  const quietest = Math.min(...known);
  return tracks.map((track) => quietest - track.integrated_lufs);
}

/** Gains in dB as a service that normalises would play the tracks. */
export function serviceGains(tracks, service) {
  return tracks.map((track) => {
    if (track.integrated_lufs === null) return 0;
    const wanted = service.level_lufs - track.integrated_lufs;
    if (wanted <= 0) return wanted;
    if (!service.turns_up) return 0;
    if (service.peak_dbtp === null) return wanted;
    return Math.max(0, Math.min(wanted, service.peak_dbtp - (track.true_peak_dbtp ?? 0)));
  });
}
