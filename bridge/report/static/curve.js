// Loudness over time under the waveform, drawn by uPlot, which is loaded when it is first needed.
let loading = null;

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

export async function drawCurve(after, curves, seek) {
  const levels = curves.short_term_lufs;
  if (!levels.some((level) => level !== null)) return null;
  const UPlot = await uplot();
  const times = levels.map((_, i) => curves.start_s + i * curves.step_s);
  const holder = document.createElement("div");
  holder.className = "curve";
  holder.setAttribute("aria-hidden", "true");
  after.after(holder);
  const plot = new UPlot(options(holder, curves, seek), [times, levels], holder);
  const line = document.createElement("div");
  line.className = "curve-now";
  plot.over.append(line);
  new ResizeObserver(() => plot.setSize({ width: holder.clientWidth, height: 130 })).observe(holder);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => plot.redraw(true, true));
  return {
    showPosition(at_s) {
      line.style.transform = `translateX(${plot.valToPos(at_s, "x")}px)`;
    },
  };
}

function options(holder, curves, seek) {
  const clock = (s) => `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, "0")}`;
  const known = curves.short_term_lufs.filter((level) => level !== null);
  const high = Math.ceil((known.reduce((a, b) => Math.max(a, b)) + 1.5) / 3) * 3;
  const low = Math.max(high - 36, Math.floor((known.reduce((a, b) => Math.min(a, b)) - 1.5) / 3) * 3);
  const axis = { stroke: () => colour("--soft"), grid: { stroke: () => colour("--grid"), width: 1 }, ticks: { show: false } };
  return {
    width: holder.clientWidth,
    height: 130,
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
      x: { time: false, range: () => [0, curves.duration_s] },
      y: { range: () => [low, high] },
    },
    axes: [
      { ...axis, size: 24, values: (_, ticks) => ticks.map((at) => (at > 0 ? clock(at) : "")) },
      { ...axis, size: 0, show: false },
    ],
    padding: [4, 0, 0, 0],
    series: [
      { label: "At", value: (_, at) => (at === null ? "" : clock(at)) },
      {
        label: "Short-term loudness",
        value: (_, level) => (level === null ? "" : `${level.toFixed(1).replace("-", "\u2212")} LUFS`),
        stroke: () => colour("--rms"),
        fill: () => `color-mix(in srgb, ${colour("--rms")} 14%, transparent)`,
        fillTo: () => low,
        width: 2,
        points: { show: false },
      },
    ],
  };
}
