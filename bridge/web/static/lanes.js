// The lanes of the waveform: channels of one track, or two tracks over each other, in step and as loud as they play.

/** Peaks at one zoom as {step_s, peaks: [[...]]}: what came with the curves, or bytes the bridge keeps. */
export async function peaksAt(track, curves, step_s) {
  const level = curves.zoom_steps_s.indexOf(step_s);
  if (level < 0) return curves.waveform;
  const answer = await fetch(`/api/${track.kind}/${track.id}/zoom/${level}`);
  if (!answer.ok) return curves.waveform;
  const channels = Number(answer.headers.get("X-Channels"));
  const scale = Number(answer.headers.get("X-Full-Scale")) / 255;
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const length = bytes.length / channels;
  const peaks = Array.from({ length: channels }, (_, c) =>
    Float32Array.from(bytes.subarray(c * length, (c + 1) * length), (value) => value * scale),
  );
  return { step_s: Number(answer.headers.get("X-Step-S")), peaks };
}

/** The coarsest zoom that has a value for every pixel, null when what came with the curves is fine enough. */
export function stepFor(curves, pixelsPerSecond) {
  const wanted = 1.5 / pixelsPerSecond;
  if (!curves.waveform || curves.waveform.step_s <= wanted || curves.zoom_steps_s.length === 0) return null;
  return Math.max(...curves.zoom_steps_s.filter((step) => step <= wanted), curves.zoom_steps_s[0]);
}

function loudest(lanes) {
  if (lanes.length === 1) return lanes[0];
  return lanes[0].map((value, i) => Math.max(value, ...lanes.slice(1).map((lane) => lane[i] ?? 0)));
}

/** A lane at another step and place: column i holds the highest peak of its time, 0 outside the file. */
function placed(lane, from_step_s, step_s, shift_s, columns) {
  return Float32Array.from({ length: columns }, (_, i) => {
    const first = Math.floor((i * step_s + shift_s) / from_step_s);
    const last = Math.max(first, Math.ceil(((i + 1) * step_s + shift_s) / from_step_s) - 1);
    let peak = 0;
    for (let k = Math.max(0, first); k <= Math.min(last, lane.length - 1); k += 1) peak = Math.max(peak, lane[k]);
    return peak;
  });
}

/** What is drawn, as tall as the loudest of it: a quiet mix is to be seen, too. */
export function lanesOf(waveforms, shifts, gains_db, duration_s) {
  let lanes;
  if (waveforms.length === 1) {
    lanes = waveforms[0].peaks;
  } else {
    const step_s = Math.min(...waveforms.map((waveform) => waveform.step_s));
    const columns = Math.ceil(duration_s / step_s);
    lanes = waveforms.map((waveform, i) =>
      placed(loudest(waveform.peaks), waveform.step_s, step_s, shifts[i], columns).map((v) => v * 10 ** (gains_db[i] / 20)),
    );
  }
  const top = lanes.reduce((all, lane) => lane.reduce((high, value) => Math.max(high, value), all), 0.001);
  return lanes.map((lane) => Array.from(lane, (value) => value / top));
}
