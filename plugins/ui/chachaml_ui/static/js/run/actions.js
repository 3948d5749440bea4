// Changes to a run: each is sent, shown and said, and some can be undone.

import { send } from "../api.js";
import { toast, toastNext } from "../toasts.js";
import { complain, refresh } from "./parts.js";

/** Send `method path body`, show the parts `refreshes` anew and say `says`; `undo` is such a change too. */
export async function change({ method, path, body, says, refreshes, undo = null }) {
  const answer = await send(method, path, body);
  await refresh(refreshes);
  toast(says, { undo: undo === null ? null : () => change(undo).catch((error) => toast(`Not undone: ${error.message}`)) });
  return answer;
}

function read(element) {
  const [method, path] = element.dataset.send.split(" ");
  const refreshes = (element.dataset.refreshes ?? "").split(" ").filter((id) => id !== "");
  return { method, path, says: element.dataset.says, refreshes };
}

function undoOf({ refreshes }, element) {
  if (element.dataset.undo === undefined) return null;
  const [method, path] = element.dataset.undo.split(" ");
  return { method, path, says: "Undone", refreshes };
}

function bodyOf(form) {
  const fields = [...new FormData(form)].filter(([, text]) => text !== "");
  return fields.length === 0 ? undefined : Object.fromEntries(fields);
}

async function press(button) {
  const near = document.getElementById("run-head");
  complain(near, "");
  button.disabled = true;
  const action = read(button);
  try {
    await change({ ...action, undo: undoOf(action, button) });
  } catch (error) {
    complain(document.getElementById("run-head"), error.message);
  }
  button.disabled = false;
}

async function submit(form) {
  const dialog = form.closest("dialog");
  const action = read(form);
  complain(form, "");
  try {
    if (form.dataset.leads === undefined) {
      await change({ ...action, body: bodyOf(form) });
    } else {
      await send(action.method, action.path);
      toastNext(action.says);
      location.assign(form.dataset.leads);
    }
    dialog.close();
  } catch (error) {
    complain(form, error.message);
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-send]");
  if (button !== null) press(button);
});

document.addEventListener("submit", (event) => {
  if (event.target.dataset.send === undefined) return;
  event.preventDefault();
  submit(event.target);
});
