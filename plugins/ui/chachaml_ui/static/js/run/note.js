// The note: written, looked at, saved; kept in the browser until it is.

import { send } from "../api.js";
import { complain } from "../forms.js";
import { morph } from "../morph.js";
import { refresh } from "../parts.js";
import { toast } from "../toasts.js";

const note = () => document.getElementById("run-note");
const form = () => note().querySelector("form");
const path = () => encodeURIComponent(note().dataset.run);
const draftKey = () => `note ${note().dataset.run}`;

/** The note that was saved when editing began; another one then is somebody else's. */
let base = null;

// Not the field's text: a field makes every end of a line the same.
const saved = () => JSON.parse(note().dataset.saved);

function keepDraft() {
  try {
    localStorage.setItem(draftKey(), JSON.stringify({ text: form().elements.note.value, base }));
  } catch {
    // The browser keeps nothing for this page; the text is still in the field.
  }
}

function forgetDraft() {
  try {
    localStorage.removeItem(draftKey());
  } catch {
    // There is none.
  }
}

function readDraft() {
  try {
    return JSON.parse(localStorage.getItem(draftKey()));
  } catch {
    return null;
  }
}

function edit({ text, isDraft }) {
  const shown = form();
  shown.hidden = false;
  shown.elements.note.value = text;
  shown.querySelector(".draft").hidden = !isDraft;
  shown.elements.note.focus();
}

function cancel() {
  forgetDraft();
  form().hidden = true;
  form().elements.note.value = saved();
  for (const said of form().querySelectorAll(".theirs, .newer")) said.hidden = true;
  complain(note().id, "");
  note().querySelector("[data-edits]").focus();
}

async function showMode(mode) {
  const looks = mode === "preview";
  form().querySelector(".write").hidden = looks;
  const place = form().querySelector(".preview");
  place.hidden = !looks;
  if (!looks) return;
  try {
    const { html } = await send("POST", "/api/markdown", { text: form().elements.note.value });
    place.innerHTML = html;
  } catch (error) {
    place.textContent = error.message;
  }
}

/** Show the note as `page`, the same page read anew, has it; to somebody who writes, only say so. */
export function followNote(page) {
  const fresh = page.getElementById("run-note");
  if (form().hidden) {
    morph(note(), fresh);
    return;
  }
  const theirs = JSON.parse(fresh.dataset.saved);
  form().querySelector(".newer").hidden = theirs === base || theirs === form().elements.note.value;
}

async function showTheirs() {
  const theirs = (await send("GET", `/api/runs/${path()}`)).note;
  base = theirs;
  keepDraft();
  const place = form().querySelector(".theirs");
  place.hidden = false;
  place.querySelector("pre bdi").textContent = theirs;
  form().querySelector(".newer").hidden = true;
}

async function save() {
  complain(note().id, "");
  try {
    await send("POST", `/api/note/${path()}`, { note: form().elements.note.value, previous: base });
    forgetDraft();
    await refresh(["run-note"]);
    toast("Note saved");
  } catch (error) {
    const told = () => complain(note().id, `Not saved, but kept here: ${error.message}`);
    if (error.status === 409) await showTheirs().catch(told);
    else told();
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("#run-note button[type=button]");
  if (button === null) return;
  if ("edits" in button.dataset) {
    base = saved();
    edit({ text: base, isDraft: false });
  } else if ("cancels" in button.dataset) cancel();
  else if ("takes" in button.dataset) {
    form().elements.note.value = base;
    form().querySelector(".theirs").hidden = true;
    keepDraft();
  }
});

document.addEventListener("input", (event) => {
  if (event.target.closest("#run-note form") === null) return;
  if (event.target.name === "mode") showMode(event.target.value);
  else keepDraft();
});

document.addEventListener("submit", (event) => {
  if (event.target.closest("#run-note") === null) return;
  event.preventDefault();
  save();
});

const draft = readDraft();
if (draft !== null && draft.text !== saved()) {
  base = draft.base;
  edit({ text: draft.text, isDraft: true });
}
