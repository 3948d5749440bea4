// Changes to a run: each is sent, shown and said, and some can be undone.

import { send } from "../api.js";
import { attempt, submits } from "../forms.js";
import { refresh } from "../parts.js";
import { toast, toastNext } from "../toasts.js";

/** Show the parts `refreshes` anew and say `says`, beside a button for the change `undo` if there is one. */
async function show({ says, refreshes, undo = null }) {
  await refresh(refreshes);
  toast(says, { undo: undo === null ? null : () => change(undo).catch((error) => toast(`Not undone: ${error.message}`)) });
}

/**
 * Send `method path body`, empty the `form` that it is from, show the parts `refreshes` anew and say
 * `says`; `undo` is such a change too.
 */
export async function change({ method, path, body, form = null, ...shown }) {
  await send(method, path, body);
  form?.reset();
  await show(shown);
}

function read(element) {
  const { send: sent, says, refreshes = "", undo } = element.dataset;
  const [method, path] = sent.split(" ");
  const action = { method, path, says, refreshes: refreshes.split(" ").filter((id) => id !== "") };
  if (undo === undefined) return action;
  const [back, there] = undo.split(" ");
  return { ...action, undo: { ...action, method: back, path: there, says: "Undone" } };
}

function bodyOf(said) {
  const fields = [...said].filter(([, text]) => text !== "");
  return fields.length === 0 ? undefined : Object.fromEntries(fields);
}

function leave({ says }, place) {
  toastNext(says);
  location.assign(place);
}

for (const form of document.querySelectorAll("dialog form[data-send]")) {
  const [action, { leads }] = [read(form), form.dataset];
  submits(
    form.closest("dialog").id,
    (said) => send(action.method, action.path, bodyOf(said)),
    () => (leads === undefined ? show(action) : leave(action, leads)),
  );
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-send]");
  if (button !== null) attempt(() => change(read(button)), { at: "run-head", button });
});
