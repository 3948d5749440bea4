// What every page has: times by the reader's clock, light or dark, the keyboard, dialogs, copying, toasts.

import "./menus.js";
import { localise } from "./times.js";
import { toast } from "./toasts.js";

const root = document.documentElement;

localise(document);

function isDark() {
  return getComputedStyle(root).colorScheme === "dark" ||
    (root.dataset.theme === undefined && matchMedia("(prefers-color-scheme: dark)").matches);
}

function switchTheme() {
  root.dataset.theme = isDark() ? "light" : "dark";
  // A cookie, so that the server sets it on the next page and nothing flashes.
  document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
  document.dispatchEvent(new Event("themechange"));
}

/** Copy a text, and say so. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied");
  } catch {
    toast("The browser did not let this page copy; select the text and copy it yourself");
  }
}

function visibleText(selector, near) {
  const found = [...near.querySelectorAll(selector)].find((one) => one.offsetParent !== null);
  return found === undefined ? "" : found.textContent;
}

document.addEventListener("click", (event) => {
  const pressed = event.target.closest("button, a");
  if (pressed === null) return;
  if ("themeSwitch" in pressed.dataset) switchTheme();
  else if ("opens" in pressed.dataset) document.getElementById(pressed.dataset.opens).showModal();
  else if ("closes" in pressed.dataset) pressed.closest("dialog").close();
  else if ("copy" in pressed.dataset) copy(pressed.dataset.copy);
  else if ("copies" in pressed.dataset) copy(visibleText(pressed.dataset.copies, pressed.closest(".code")));
});

// A click beside a dialog closes it: only the backdrop is the dialog itself, all else is inside it.
document.addEventListener("pointerdown", (event) => {
  if (event.target instanceof HTMLDialogElement && event.target.open) event.target.close();
});

const shortcuts = new Map();
let prefix = "";

/** Let `key` (such as "x", or "g r" for two in a row) call `action`, except while typing. */
export function onKey(key, action) {
  shortcuts.set(key, action);
}

/** Tell whether what has the focus is a field that takes text or keys. */
export function isTyping(target) {
  return target.closest("input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable]") !== null;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (isTyping(event.target) || document.querySelector("dialog[open]") !== null) return;
  const action = shortcuts.get(prefix + event.key);
  prefix = prefix === "" && event.key === "g" ? "g " : "";
  if (action === undefined) return;
  event.preventDefault();
  action(event);
});

for (const place of document.querySelectorAll("nav.main [data-key]")) {
  onKey(`g ${place.dataset.key}`, () => location.assign(place.href));
}
onKey("?", () => document.getElementById("keys").showModal());
