// The few things a page may ask of the bridge: buttons, boxes and forms become one action each.
const token = document.querySelector('meta[name="freshears-token"]').content;
const state = document.getElementById("state");
const number = (text) => (text === undefined ? undefined : Number(text));

/** Ask for an action; the reply's words go to a place on the page. */
export async function ask(action, place) {
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
  if (reply.message) (place ?? state).textContent = reply.message;
  return reply;
}

/** The action a form stands for: `words.x` are words of a sheet, boxes are yes or no, what is left empty is not said. */
function actionOf(form) {
  const { form: kind, bounceId, songId } = form.dataset;
  const action = { kind, bounce_id: number(bounceId), song_id: number(songId) };
  for (const field of form.elements) {
    if (!field.name) continue;
    const value = field.type === "checkbox" ? field.checked : field.value;
    if (field.name.startsWith("words.")) {
      action.words ??= {};
      action.words[field.name.slice(6)] = typeof value === "boolean" ? (value ? "yes" : "no") : value;
    } else if (value !== "") {
      action[field.name] = field.type === "number" || "number" in field.dataset ? Number(value) : value;
    }
  }
  return action;
}

/** What was sent is what the form holds from now on: nobody is writing in it any more. */
function settle(form) {
  for (const field of form.elements) {
    if (field.type === "checkbox") field.defaultChecked = field.checked;
    else if (field.tagName === "SELECT") [...field.options].forEach((option) => (option.defaultSelected = option.selected));
    else if ("defaultValue" in field) field.defaultValue = field.value;
  }
}

/** Send a form; a reply that asks shows its one button, which sends the same with `go_on`. */
async function submitted(form, done, more = {}) {
  const button = form.querySelector("button[type=submit]");
  const goesOn = form.querySelector("[data-go-on]");
  button.disabled = true;
  const words = form.parentElement.querySelector("[data-form-words]");
  const reply = await ask({ ...actionOf(form), ...more }, words);
  button.disabled = false;
  if (goesOn) {
    goesOn.hidden = !reply.go_on;
    goesOn.textContent = reply.go_on ?? "";
    if (reply.go_on) goesOn.focus();
  }
  if (!reply.ok) return;
  words.dataset.said = "";
  settle(form);
  done();
}

/** Listen for buttons, boxes and forms; done() is called when something was done. */
export function actions(done) {
  const then = (reply) => reply.ok && done();
  document.addEventListener("click", (event) => {
    const prepared = event.target.closest("button[data-command]");
    if (prepared) ask(JSON.parse(prepared.dataset.command)).then(then);
    const goesOn = event.target.closest("button[data-go-on]");
    if (goesOn) submitted(goesOn.form, done, { go_on: true });
    const button = event.target.closest("button[data-act]");
    if (!button) return;
    const { act, warningId, answer, jobId, bounceId, folder } = button.dataset;
    ask({ kind: act, warning_id: warningId, answer, job_id: number(jobId), bounce_id: number(bounceId), folder }).then(then);
  });
  document.addEventListener("change", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) opener.form.querySelector(`[data-${opener.dataset.opens}]`).hidden = !opener.checked;
    const box = event.target.closest("input[data-act]");
    if (!box) return;
    const kind = box.checked ? box.dataset.act : box.dataset.unact;
    ask({ kind, place: box.dataset.place, bounce_id: number(box.dataset.bounceId) }).then((reply) => {
      if (reply.ok) return done();
      box.checked = !box.checked; // nothing has changed
      return undefined;
    });
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-form]");
    if (!form) return;
    event.preventDefault();
    submitted(form, done);
  });
}
