// Loudness over time under the waveform, one line a track, drawn by uPlot, which is loaded when it is first needed.
import { clock } from "./times.js";

let loading = null;
const HEIGHT = 130;
const FINEST_S = 0.11; // loudness is measured every tenth of a second
const LINES = ["--rms", "--second"];

function uplot() {
  loading ??= new Promise((resolve, reject) => {
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = "/static/vendor/uplot.css";
    const script = document.createElement("script");
    script.src = "/static/vendor/uplot.js";
    script.onload = () => resolve(window.uPlot);
    script.onerror = reject;
    document.head.append(style, script);
  });
  return loading;
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** The levels of all tracks at the times of the first, in step with it and as loud as they are played. */
export function linesOf(curves, tracks, gains) {
  const [first] = curves;
  const times = first.short_term_lufs.map((_, i) => first.start_s + i * first.step_s);
  const lines = curves.map((curve, track) =>
    times.map((at) => {
      const level = curve.short_term_lufs[Math.round((at + (tracks[track].shift_s ?? 0) - curve.start_s) / curve.step_s)];
      return level === undefined || level === null ? null : level + gains[track];
    }),
  );
  if (curves.length === 1 && first.sections.length > 1) lines.push(times.map((at) => sectionAt(first.sections, at)));
  return [times, ...lines];
}

/** The level of the section a time lies in; nothing at its very edge, so that sections stand apart. */
function sectionAt(sections, at) {
  const section = sections.find(({ start_s, end_s }) => at > start_s && at < end_s - 0.15);
  return section?.level_lufs ?? null;
}

export async function drawCurve(after, { curves, tracks, gains, duration, seek }) {
  const known = curves.flatMap((curve) => curve.short_term_lufs.filter((level) => level !== null));
  if (known.length === 0) return null;
  const UPlot = await uplot();
  const holder = document.createElement("div");
  holder.className = "curve";
  holder.setAttribute("aria-hidden", "true");
  after.after(holder);
  let played = gains;
  let refined = false;
  const shown = { from: 0, to: duration };
  const names = tracks.length > 1 ? tracks.map((track, i) => `${"AB"[i]} ${track.name}`) : ["Short-term loudness", "Sections"];
  const data = linesOf(curves, tracks, gains);
  const plot = new UPlot(options(holder, names.slice(0, data.length - 1), shown, seek), data, holder);
  const line = document.createElement("div");
  line.className = "curve-now";
  plot.over.append(line);
  new ResizeObserver(() => plot.setSize({ width: holder.clientWidth, height: HEIGHT })).observe(holder);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => plot.redraw(true, true));
  return {
    plot,
    showPosition(at_s) {
      const inside = at_s >= shown.from && at_s <= shown.to;
      line.style.visibility = inside ? "visible" : "hidden";
      if (inside) line.style.transform = `translateX(${plot.valToPos(at_s, "x")}px)`;
    },
    setGains(next) {
      played = next;
      plot.setData(linesOf(curves, tracks, next), false);
      plot.setScale("x", { min: shown.from, max: shown.to });
    },
    /** Fetch every value there is, once: what came first was thinned to what a page shows of a whole song. */
    async refine() {
      if (refined || curves.every((curve) => curve.step_s <= FINEST_S)) return;
      refined = true;
      await Promise.all(
        curves.map(async (curve, i) => {
          const answer = await fetch(`/api/${tracks[i].kind}/${tracks[i].id}/loudness`);
          if (!answer.ok) return;
          const { start_s, step_s, values } = await answer.json();
          Object.assign(curve, { start_s, step_s, short_term_lufs: values });
        }),
      );
      plot.setData(linesOf(curves, tracks, played), false);
      plot.setScale("x", { min: shown.from, max: shown.to });
    },
    showRange(from, to) {
      Object.assign(shown, { from, to });
      plot.setScale("x", { min: from, max: to });
    },
  };
}

function levelRange(plot) {
  let high = -Infinity;
  let low = Infinity;
  for (const line of plot.data.slice(1)) {
    for (const level of line) {
      if (level === null) continue;
      high = Math.max(high, level);
      low = Math.min(low, level);
    }
  }
  const top = Math.ceil((high + 1.5) / 3) * 3;
  return [Math.max(top - 36, Math.floor((low - 1.5) / 3) * 3), top];
}

function options(holder, names, shown, seek) {
  const axis = { stroke: () => colour("--soft"), grid: { stroke: () => colour("--grid"), width: 1 }, ticks: { show: false } };
  const series = names.map((label, i) => ({
    label,
    value: (_, level) => (level === null ? "" : `${level.toFixed(1).replace("-", "\u2212")} LUFS`),
    stroke: () => colour(LINES[i]),
    ...(i === 0 ? { fill: () => `color-mix(in srgb, ${colour("--rms")} 14%, transparent)`, fillTo: (plot) => levelRange(plot)[0] } : {}),
    width: 2,
    points: { show: false },
  }));
  return {
    width: holder.clientWidth,
    height: HEIGHT,
    legend: { show: true, live: true },
    cursor: {
      y: false,
      drag: { x: false, y: false },
      bind: {
        click: (plot) => (event) => {
          seek(plot.posToVal(event.clientX - plot.over.getBoundingClientRect().left, "x"));
          return null;
        },
      },
    },
    scales: {
      x: { time: false, range: () => [shown.from, shown.to] },
      y: { range: (plot) => levelRange(plot) },
    },
    axes: [
      { ...axis, size: 24, values: (_, ticks) => ticks.map((at) => (at > 0 ? clock(at, ticks[1] - ticks[0] < 1 ? 1 : 0) : "")) },
      { ...axis, size: 0, show: false },
    ],
    padding: [4, 0, 0, 0],
    series: [{ label: "At", value: (_, at) => (at === null ? "" : clock(at)) }, ...series],
  };
}
