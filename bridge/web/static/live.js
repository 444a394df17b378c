// Keeps a page alive: hears what happens and brings the parts of the page that changed.
import { actions, ask } from "./actions.js";
import { Listening } from "./listen.js";
import { makeTimes } from "./times.js";

const state = document.getElementById("state");
const page = { song: document.body.dataset.song, bounce: document.body.dataset.bounce };
let pending = null;
let changes = Number(document.body.dataset.changes); // how many this page knows of
let events = null;

// What the bridge sent for each block, to see what changed; scripts may have changed the block itself meanwhile.
const seen = new Map();
document.querySelectorAll("[data-fresh], [data-whole-page]").forEach((block) => seen.set(block.id, block.innerHTML));

function startPlayers() {
  document.querySelectorAll("[data-player]").forEach((element) => {
    if (!element.listening) element.listening = new Listening(element);
  });
}

/** Ask for what a page wants to show and has not got yet: a comparison, references. Once for each. */
const asked = new Set();
function askForMissing() {
  document.querySelectorAll("[data-ask]").forEach(({ dataset }) => {
    if (!dataset.ask || asked.has(dataset.ask)) return;
    asked.add(dataset.ask);
    ask(JSON.parse(dataset.ask)).then((reply) => reply.ok && soon());
  });
}

/** Fetch this page again and replace what differs, block by block; players go on. */
async function refresh() {
  pending = null;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (document.querySelector("[data-whole-page]") && !fresh.querySelector("[data-whole-page]")) {
    document.getElementById("main").replaceWith(fresh.getElementById("main"));
    startPlayers();
    askForMissing();
    return;
  }
  document.querySelectorAll("[data-fresh], [data-whole-page]").forEach((old) => replace(old, fresh.getElementById(old.id)));
  makeTimes();
  document.querySelectorAll("[data-player]").forEach((element) => {
    const next = fresh.getElementById(element.id);
    if (next) element.listening?.take(next.dataset);
  });
  askForMissing();
}

/** Put a block in the place of an old one, unless somebody is writing in it; what was open or chosen stays so. */
function replace(old, next) {
  if (!next || next.innerHTML === seen.get(old.id) || isBeingWritten(old)) return;
  seen.set(old.id, next.innerHTML);
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const same = focused && [...next.querySelectorAll(focused.tagName)].find((e) => e.outerHTML === focused.outerHTML);
  const chosen = [...old.querySelectorAll("input[type=radio]:checked")].map((e) => [e.name, e.value]);
  const open = [...old.querySelectorAll("details")].map((e) => e.open);
  const said = old.querySelector("[data-said]")?.textContent;
  old.replaceWith(next);
  chosen.forEach(([name, value]) => {
    const input = next.querySelector(`input[name="${CSS.escape(name)}"][value="${CSS.escape(value)}"]`);
    if (input) input.checked = true;
  });
  next.querySelectorAll("details").forEach((e, i) => (e.open ||= Boolean(open[i])));
  const words = next.querySelector("[data-form-words]");
  if (said && words) words.textContent = said;
  same?.focus();
}

function isBeingWritten(block) {
  return [...block.querySelectorAll("form[data-form]")].some((form) => [...form.elements].some(differs));
}

function differs(field) {
  if (field.type === "checkbox") return field.checked !== field.defaultChecked;
  if (field.tagName === "SELECT") {
    const before = [...field.options].find((option) => option.defaultSelected) ?? field.options[0];
    return field.value !== before?.value;
  }
  return ["INPUT", "TEXTAREA"].includes(field.tagName) && field.value !== field.defaultValue;
}

export function soon() {
  pending ??= setTimeout(refresh, 120);
}

function concerns(event) {
  if (event.bounce_id && page.bounce) return String(event.bounce_id) === page.bounce;
  if (event.song_id && page.song) return String(event.song_id) === page.song;
  return true;
}

const announced = new Set();
function progressed(event) {
  const line = document.querySelector(`[data-job="${Number(event.job_id)}"]`);
  if (!line) {
    // A job this page does not show yet: look once whether it should, not at every step of it.
    if (concerns(event) && !announced.has(event.job_id)) soon();
    announced.add(event.job_id);
    return;
  }
  const bar = line.querySelector("[data-job-progress]");
  const percent = Math.round(100 * (event.fraction ?? 0));
  if (bar) bar.value = event.fraction ?? 0;
  const words = line.querySelector("[data-job-words]");
  if (words) words.textContent = `${event.stage}, ${percent} %`;
}

function listen() {
  if (events) return;
  events = new EventSource("/api/events");
  events.addEventListener("hello", (message) => {
    const hello = JSON.parse(message.data);
    if (hello.run !== document.body.dataset.run) location.reload(); // another start of the bridge: another token
    if (state.dataset.lost) state.textContent = "";
    delete state.dataset.lost;
    if (hello.changes !== changes) soon(); // it missed something
    changes = hello.changes;
  });
  events.addEventListener("progress", (message) => progressed(JSON.parse(message.data)));
  events.addEventListener("changed", (message) => {
    const event = JSON.parse(message.data);
    changes += 1;
    if (event.message && concerns(event)) state.textContent = event.message;
    if (concerns(event)) soon();
  });
  events.addEventListener("state", (message) => {
    state.textContent = JSON.parse(message.data).message ?? "";
  });
  events.addEventListener("error", () => {
    state.dataset.lost = "yes";
    state.textContent = "The bridge is not running. Waiting for it.";
  });
}

// A browser opens six connections to one server: a page nobody looks at does not keep one of them.
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") return listen();
  events?.close();
  events = null;
  return undefined;
});

actions(soon);
startPlayers();
askForMissing();
if (document.visibilityState === "visible") listen();
