// Completing a query while it is written. Positions are of characters, as the server counts them.

import { send } from "../api.js";

const field = document.querySelector("[data-query]");
const pop = document.getElementById("q-pop");
const list = document.getElementById("q-list");
const PAUSE = 80;
let found = null;
let chosen = -1;
let waiting = 0;

function cursor() {
  return [...field.value.slice(0, field.selectionStart)].length;
}

function close() {
  clearTimeout(waiting);
  found = null;
  chosen = -1;
  pop.hidden = true;
  list.replaceChildren();
  field.setAttribute("aria-expanded", "false");
  field.removeAttribute("aria-activedescendant");
}

function choose(place) {
  const options = [...list.children];
  chosen = (place + options.length) % options.length;
  options.forEach((option, at) => option.setAttribute("aria-selected", String(at === chosen)));
  field.setAttribute("aria-activedescendant", options[chosen].id);
  options[chosen].scrollIntoView({ block: "nearest" });
}

function option(text, place, typed) {
  const entry = document.createElement("div");
  const mark = document.createElement("mark");
  mark.textContent = text.slice(0, typed.length);
  entry.append(mark, text.slice(typed.length));
  entry.id = `q-option-${place}`;
  entry.setAttribute("role", "option");
  entry.setAttribute("aria-selected", "false");
  return entry;
}

function show(completion) {
  const text = [...field.value].slice(completion.begin, cursor()).join("");
  const options = completion.options.filter((one) => one !== text);
  if (options.length === 0 || document.activeElement !== field) return close();
  found = { ...completion, options };
  chosen = -1;
  const typed = (one) => (one.toLowerCase().startsWith(text.toLowerCase()) ? text : "");
  list.replaceChildren(...options.map((one, place) => option(one, place, typed(one))));
  pop.hidden = false;
  field.setAttribute("aria-expanded", "true");
  field.removeAttribute("aria-activedescendant");
}

async function look() {
  const asked = field.value;
  const query = new URLSearchParams({ q: asked, at: cursor() });
  const completion = await send("GET", `/api/complete?${query}`).catch(() => null);
  if (completion !== null && field.value === asked) show(completion);
}

function take(place) {
  const characters = [...field.value];
  const text = found.options[place];
  const before = characters.slice(0, found.begin).join("") + text;
  const after = characters.slice(found.end).join("");
  const gap = text.endsWith(".") || after.startsWith(" ") ? "" : " ";
  field.value = before + gap + after;
  field.setSelectionRange(before.length + gap.length, before.length + gap.length);
  close();
  look();
}

function soon() {
  clearTimeout(waiting);
  waiting = setTimeout(look, PAUSE);
}

field.setAttribute("role", "combobox");
field.setAttribute("aria-autocomplete", "list");
field.setAttribute("aria-controls", list.id);
field.setAttribute("aria-expanded", "false");

field.addEventListener("input", soon);
field.addEventListener("click", soon);
field.addEventListener("blur", close);
list.addEventListener("pointerdown", (event) => {
  event.preventDefault(); // the field keeps the focus
  const entry = event.target.closest("[role=option]");
  if (entry !== null) take([...list.children].indexOf(entry));
});

field.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.key === "Escape") {
    if (found === null) return field.blur();
    event.preventDefault();
    return close();
  }
  if (event.key === "ArrowDown" && found === null) return look();
  if (found === null) return;
  if (event.key === "ArrowDown") choose(chosen + 1);
  else if (event.key === "ArrowUp") choose(chosen < 0 ? -1 : chosen - 1);
  else if (event.key === "Tab" && !event.shiftKey) take(Math.max(chosen, 0));
  else if (event.key === "Enter" && chosen >= 0) take(chosen);
  else return;
  event.preventDefault();
});

if (field.dataset.at !== undefined) {
  const before = [...field.value].slice(0, Number(field.dataset.at)).join("").length;
  field.focus();
  field.setSelectionRange(before, before);
}
