// The menu of columns: found by their keys, ticked, and moved to the left and to the right.

import { send } from "../api.js";

const KINDS = ["param", "metric", "tag"];
const PAUSE = 150;
const menu = document.getElementById("columns");
const list = menu.querySelector("ul");
const field = menu.querySelector("input[type=search]");
const [pattern] = menu.querySelector("template").content.children;
let waiting = 0;

/** Offer what other runs have too: keys that begin as is written; any where there are none to tick. */
async function offer() {
  const prefix = field.value.trim();
  if (prefix === "" && list.querySelector("input:not(:checked)") !== null) return;
  const ask = (kind) => send("GET", `/api/keys?${new URLSearchParams({ kind, prefix })}`).catch(() => []);
  const found = await Promise.all(KINDS.map(ask));
  if (field.value.trim() !== prefix) return;
  KINDS.forEach((kind, place) => found[place].forEach((key) => add(kind, key)));
  find();
}

function add(kind, key) {
  const written = `${kind}.${key}`.replaceAll("%", "%25").replaceAll(",", "%2C");
  if ([...list.querySelectorAll("input")].some((box) => box.value === written)) return;
  const entry = pattern.cloneNode(true);
  const [box, shown] = [entry.querySelector("input"), entry.querySelector("bdi")];
  box.value = written;
  entry.querySelector("small").textContent = kind;
  shown.textContent = shown.title = key;
  for (const button of entry.querySelectorAll("button")) {
    button.title = button.ariaLabel = `Move ${kind}.${key} to the ${button.dataset.moves}`;
  }
  list.append(entry);
}

function find() {
  const words = field.value.toLowerCase().split(/\s+/);
  for (const entry of list.children) {
    const text = entry.textContent.toLowerCase();
    entry.hidden = !words.every((word) => text.includes(word));
  }
}

menu.addEventListener("toggle", (event) => {
  if (event.newState !== "open") return;
  field.focus();
  offer();
});

menu.addEventListener("click", (event) => {
  const button = event.target.closest("[data-moves]");
  if (button === null) return;
  const entry = button.closest("li");
  // The neighbour is moved, not the entry itself, so that the button keeps the focus.
  if (button.dataset.moves === "left") {
    if (entry.previousElementSibling !== null) entry.after(entry.previousElementSibling);
  } else if (entry.nextElementSibling !== null) {
    entry.before(entry.nextElementSibling);
  }
});

field.addEventListener("input", () => {
  find();
  clearTimeout(waiting);
  waiting = setTimeout(offer, PAUSE);
});
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter") event.preventDefault();
});
