// Keeps a page alive: hears what happens, brings the parts of the page that changed, sends the few actions.
import { Listening } from "./listen.js";

const token = document.querySelector('meta[name="freshears-token"]').content;
const state = document.getElementById("state");
const page = { song: document.body.dataset.song, bounce: document.body.dataset.bounce };
let lost = false;
let pending = null;

// What the bridge sent for each block, to see what changed; scripts may have changed the block itself meanwhile.
const seen = new Map();
document.querySelectorAll("[data-fresh], [data-whole-page]").forEach((block) => seen.set(block.id, block.innerHTML));

function startPlayers() {
  document.querySelectorAll("[data-player]").forEach((element) => {
    if (!element.listening) element.listening = new Listening(element);
  });
}

/** Fetch this page again and replace what differs, block by block; players go on. */
async function refresh() {
  pending = null;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (document.querySelector("[data-whole-page]") && !fresh.querySelector("[data-whole-page]")) {
    document.getElementById("main").replaceWith(fresh.getElementById("main"));
    startPlayers();
    return;
  }
  document.querySelectorAll("[data-fresh], [data-whole-page]").forEach((old) => {
    const next = fresh.getElementById(old.id);
    if (!next || next.innerHTML === seen.get(old.id)) return;
    seen.set(old.id, next.innerHTML);
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    const same = focused && [...next.querySelectorAll(focused.tagName)].find((e) => e.outerHTML === focused.outerHTML);
    const chosen = [...old.querySelectorAll("input[type=radio]:checked")].map((e) => [e.name, e.value]);
    old.replaceWith(next);
    chosen.forEach(([name, value]) => {
      const input = next.querySelector(`input[name="${CSS.escape(name)}"][value="${CSS.escape(value)}"]`);
      if (input) input.checked = true;
    });
    same?.focus();
  });
  document.querySelectorAll("[data-player]").forEach((element) => element.listening?.makeChips());
}

function soon() {
  pending ??= setTimeout(refresh, 120);
}

function concerns(event) {
  if (event.bounce_id && page.bounce) return String(event.bounce_id) === page.bounce;
  if (event.song_id && page.song) return String(event.song_id) === page.song;
  return true;
}

function progressed(event) {
  const line = document.querySelector(`[data-job="${Number(event.job_id)}"]`);
  if (!line) {
    if (concerns(event)) soon();
    return;
  }
  const bar = line.querySelector("[data-job-progress]");
  const percent = Math.round(100 * (event.fraction ?? 0));
  if (bar) bar.value = event.fraction ?? 0;
  const words = line.querySelector("[data-job-words]");
  if (words) words.textContent = `${event.stage}, ${percent} %`;
}

function listen() {
  const events = new EventSource("/api/events");
  events.addEventListener("hello", (message) => {
    if (lost) location.reload(); // another start of the bridge: another token
    else if (JSON.parse(message.data).changes !== Number(document.body.dataset.changes)) soon(); // it missed something
  });
  events.addEventListener("progress", (message) => progressed(JSON.parse(message.data)));
  events.addEventListener("changed", (message) => {
    const event = JSON.parse(message.data);
    if (event.message && concerns(event)) state.textContent = event.message;
    if (concerns(event)) soon();
  });
  events.addEventListener("state", (message) => {
    state.textContent = JSON.parse(message.data).message ?? "";
  });
  events.addEventListener("error", () => {
    lost = true;
    state.textContent = "The bridge is not running. Waiting for it.";
  });
}

async function ask(action, place) {
  let reply;
  try {
    const answer = await fetch("/api/actions", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-FreshEars-Token": token },
      body: JSON.stringify(action),
    });
    const words = await answer.text();
    reply = answer.headers.get("content-type")?.startsWith("application/json")
      ? JSON.parse(words)
      : { ok: answer.ok, message: words };
  } catch {
    reply = { ok: false, message: "The bridge does not answer. Is it running?" };
  }
  (place ?? state).textContent = reply.message;
  if (reply.ok) soon();
  return reply;
}

const number = (text) => (text === undefined ? undefined : Number(text));

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-act]");
  if (!button) return;
  const { act, warningId, answer, jobId, bounceId } = button.dataset;
  ask({ kind: act, warning_id: warningId, answer, job_id: number(jobId), bounce_id: number(bounceId) });
});

document.addEventListener("change", (event) => {
  const box = event.target.closest("input[data-act]");
  if (box) ask({ kind: box.dataset.act, place: box.dataset.place, bounce_id: number(box.dataset.bounceId) });
});

/** The action a form stands for: `words.x` are words of the sheet, boxes are yes or no. */
function actionOf(form, data) {
  const { form: kind, bounceId, songId } = form.dataset;
  const action = { kind, bounce_id: number(bounceId), song_id: number(songId) };
  for (const field of form.elements) {
    if (!field.name) continue;
    const value = field.type === "checkbox" ? field.checked : data.get(field.name);
    if (field.name.startsWith("words.")) {
      action.words ??= {};
      action.words[field.name.slice(6)] = typeof value === "boolean" ? (value ? "yes" : "no") : value;
    } else {
      action[field.name] = value;
    }
  }
  return action;
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-form]");
  if (!form) return;
  event.preventDefault();
  const data = new FormData(form);
  const button = form.querySelector("button[type=submit]");
  button.disabled = true;
  const words = form.parentElement.querySelector("[data-form-words]");
  await ask(actionOf(form, data), words);
  button.disabled = false;
});

startPlayers();
listen();
