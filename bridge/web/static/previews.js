// Rough previews of how a song travels: what a small speaker leaves of it, mono, noise around it. They are named
// rough because they are: no phone, car or room is modelled, only what each of them takes away first.

const SEED = 20260101;
const NOISE_S = 8;
const FADE_S = 0.02;
// Loudness of two independent channels of our pink noise at an RMS of 1 each (ITU-R BS.1770), held by a test.
export const PINK_LUFS = 2.84;
export const UNDER_SONG_LU = 12; // ours: noise that lies so far under the song hides its quiet passages first

// ours: a phone's speaker is a few millimetres wide, a kitchen radio's some centimetres; both are one speaker.
export const PREVIEWS = [
  { key: "direct", label: "as it is", bands: null, mono: false, noise: false },
  { key: "phone", label: "rough: phone speaker", bands: [450, 9000], mono: true, noise: false },
  { key: "radio", label: "rough: small radio", bands: [150, 12000], mono: true, noise: false },
  { key: "mono", label: "in mono", bands: null, mono: true, noise: false },
  { key: "noise", label: "rough: among noise", bands: null, mono: false, noise: true },
];

// Butterworth, fourth order: two biquads with these qualities, in dB as Web Audio takes them.
const QUALITIES_DB = [0.54119610014, 1.3065629649].map((q) => 20 * Math.log10(q));

export class Previews {
  /** Stands between a deck's output and the context's destination. */
  constructor(context, output) {
    this.context = context;
    this.output = output;
    this.ways = new Map();
    this.chosen = "direct";
    this.songLufs = -14;
    this.way("direct").gain.value = 1;
  }

  /** The gain at the entry of a way from the output to the ears; built when it is first wanted. */
  way(key) {
    if (this.ways.has(key)) return this.ways.get(key);
    const { context } = this;
    const { bands, mono } = PREVIEWS.find((preview) => preview.key === key);
    const entry = new GainNode(context, { gain: 0 });
    let last = entry;
    if (mono) {
      entry.channelCount = 1;
      entry.channelCountMode = "explicit"; // left and right are added and halved, as a mono speaker does
    }
    if (bands) {
      for (const [type, edge] of [["highpass", bands[0]], ["lowpass", bands[1]]]) {
        const frequency = Math.min(edge, 0.45 * context.sampleRate); // a file of a low rate ends before the speaker does
        for (const Q of QUALITIES_DB) last = last.connect(new BiquadFilterNode(context, { type, frequency, Q }));
      }
    }
    last.connect(context.destination);
    this.output.connect(entry);
    this.ways.set(key, entry);
    return entry;
  }

  choose(key) {
    this.chosen = key;
    const now = this.context.currentTime;
    this.way(key);
    this.ways.forEach((entry, name) => ramp(entry.gain, name === key ? 1 : 0, now));
    this.setNoise(PREVIEWS.find((preview) => preview.key === key).noise);
  }

  /** How loud the song is as it plays, so that the noise keeps its distance. */
  setSongLevel(lufs) {
    this.songLufs = lufs;
    if (this.noiseGain) this.setNoise(PREVIEWS.find((preview) => preview.key === this.chosen).noise);
  }

  setNoise(wanted) {
    if (!wanted && !this.noiseGain) return;
    if (!this.noiseGain) {
      const source = new AudioBufferSourceNode(this.context, { buffer: pinkNoise(this.context.sampleRate), loop: true });
      this.noiseGain = new GainNode(this.context, { gain: 0 });
      source.connect(this.noiseGain).connect(this.output); // ahead of the output's fade: it is silent in a pause
      source.start();
    }
    const level = 10 ** ((this.songLufs - UNDER_SONG_LU - PINK_LUFS) / 20);
    ramp(this.noiseGain.gain, wanted ? level : 0, this.context.currentTime);
  }
}

/** Two channels of pink noise with an RMS of 1, always the same, that can be repeated without a seam. */
export function pinkNoise(rate) {
  const length = NOISE_S * rate;
  const overlap = Math.round(0.25 * rate);
  const buffer = new AudioBuffer({ numberOfChannels: 2, length, sampleRate: rate });
  for (let channel = 0; channel < 2; channel += 1) {
    const long = pink(length + overlap, SEED + channel);
    const data = buffer.getChannelData(channel);
    data.set(long.subarray(0, length));
    for (let i = 0; i < overlap; i += 1) {
      const angle = (i / overlap) * (Math.PI / 2); // equal power: the two ends are unlike each other
      data[i] = long[i] * Math.sin(angle) + long[length + i] * Math.cos(angle);
    }
    const rms = Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / length);
    data.forEach((value, i) => (data[i] = value / rms));
  }
  return buffer;
}

/** Pink noise: white noise through three first-order filters (Paul Kellet, "economy"), within 0.5 dB of -3 dB an octave. */
function pink(length, seed) {
  const poles = [0.99765, 0.963, 0.57];
  const weights = [0.099046, 0.2965164, 1.0526913];
  const states = [0, 0, 0];
  const noise = new Float32Array(length);
  let random = seed;
  for (let i = 0; i < length; i += 1) {
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
    const white = random / 2 ** 31 - 1;
    let sum = 0.1848 * white;
    for (let k = 0; k < 3; k += 1) {
      states[k] = poles[k] * states[k] + weights[k] * white;
      sum += states[k];
    }
    noise[i] = sum;
  }
  return noise;
}

function ramp(parameter, value, now) {
  parameter.cancelScheduledValues(now);
  parameter.setValueAtTime(parameter.value, now);
  parameter.linearRampToValueAtTime(value, now + FADE_S);
}
