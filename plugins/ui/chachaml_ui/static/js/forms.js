// What a page sends to the server: nothing twice at a time, and what goes wrong is said where it was done.

import { toast } from "./toasts.js";

/** Say `text` in the place for trouble of the part or dialog `id`; with an empty one, say nothing more. */
export function complain(id, text) {
  const place = document.getElementById(id).querySelector("[role=alert]");
  place.lastElementChild.textContent = text;
  place.hidden = text === "";
}

/**
 * Do `action`, during which `button` cannot be pressed again; return whether it went well.
 *
 * What went wrong is said in the part or dialog `at`, or at the corner of the page.
 */
export async function attempt(action, { at = null, button = null } = {}) {
  const say = at === null ? toast : (text) => complain(at, text);
  if (at !== null) complain(at, "");
  if (button !== null) button.disabled = true;
  try {
    await action();
    return true;
  } catch (error) {
    say(error.message);
    return false;
  } finally {
    if (button !== null) button.disabled = false;
  }
}

/**
 * Send what the form in the dialog `id` says, by `request(data)`, when it is submitted. After that
 * close the dialog and call `after(data)`, or else load the page anew.
 */
export function submits(id, request, after = () => location.reload()) {
  const dialog = document.getElementById(id);
  const form = dialog.querySelector("form");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = new FormData(form);
    if (!(await attempt(() => request(said), { at: id, button: event.submitter }))) return;
    dialog.close();
    attempt(() => after(said));
  });
  dialog.addEventListener("close", () => complain(id, ""));
}
