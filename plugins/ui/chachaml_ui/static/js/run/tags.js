// Tags: added and removed where they stand.

import { attempt } from "../forms.js";
import { change } from "./actions.js";

const card = () => document.getElementById("run-tags");

function setting(key, value) {
  return { method: "POST", path: card().dataset.tags, body: { key, value }, refreshes: ["run-tags"] };
}

function removing(key) {
  return { method: "DELETE", path: `${card().dataset.tags}?key=${encodeURIComponent(key)}`, refreshes: ["run-tags"] };
}

function show(action) {
  attempt(() => change(action), { at: card().id });
}

function add(form) {
  const { key, value } = Object.fromEntries(new FormData(form));
  const before = [...card().querySelectorAll("[data-tag]")].find((one) => one.dataset.tag === key);
  const undo = before === undefined ? removing(key) : setting(key, before.dataset.value);
  show({ ...setting(key, value), form, says: `Tag ${key} ${before === undefined ? "added" : "changed"}`, undo: { ...undo, says: "Undone" } });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("#run-tags button");
  if (button === null) return;
  if ("tag" in button.dataset) {
    const { tag, value } = button.dataset;
    show({ ...removing(tag), says: `Tag ${tag} removed`, undo: { ...setting(tag, value), says: "Undone" } });
  } else if ("adds" in button.dataset) {
    const form = document.getElementById("add-tag");
    form.hidden = !form.hidden;
    button.setAttribute("aria-expanded", String(!form.hidden));
    if (!form.hidden) form.elements.key.focus();
  }
});

document.addEventListener("submit", (event) => {
  if (event.target.id !== "add-tag") return;
  event.preventDefault();
  add(event.target);
});
