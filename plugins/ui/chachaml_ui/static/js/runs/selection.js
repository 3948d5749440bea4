// Which runs are selected: kept for the tab, whatever page of the list it shows.

import { onRows, rows } from "./table.js";

const bar = document.querySelector(".selbar");
const place = `picked ${bar.dataset.of}`;
const picked = new Set(JSON.parse(sessionStorage.getItem(place) ?? "[]"));
const watchers = [];
let last = null;

/** Return the ids of the selected runs, in the order in which they were selected. */
export function selected() {
  return [...picked];
}

/** Call `action` whenever the selection changed. */
export function onSelection(action) {
  watchers.push(action);
  action();
}

/** Select runs, or no longer. */
export function select(ids, on) {
  for (const id of ids) {
    if (on) picked.add(id);
    else picked.delete(id);
  }
  sessionStorage.setItem(place, JSON.stringify([...picked]));
  show();
}

/** Turn a row's selection round; as far as the one before it, if `asFarAs`. */
export function toggle(row, { asFarAs = false } = {}) {
  const all = rows();
  const on = !picked.has(row.dataset.run);
  const from = asFarAs ? all.findIndex((one) => one.dataset.run === last) : -1;
  const to = all.indexOf(row);
  const some = from < 0 ? [row] : all.slice(Math.min(from, to), Math.max(from, to) + 1);
  last = row.dataset.run;
  select(some.map((one) => one.dataset.run), on);
}

function boxOf(row) {
  return row.querySelector(".pick input");
}

function show() {
  const all = rows();
  const ticked = all.filter((row) => (boxOf(row).checked = picked.has(row.dataset.run)));
  const whole = document.querySelector(".tbl.runs thead .pick input");
  if (whole !== null) {
    whole.checked = ticked.length > 0 && ticked.length === all.length;
    whole.indeterminate = ticked.length > 0 && !whole.checked;
  }
  bar.hidden = picked.size === 0;
  const elsewhere = picked.size - ticked.length;
  bar.querySelector(".count").textContent = `${picked.size} selected${elsewhere > 0 ? `, ${elsewhere} not shown` : ""}`;
  for (const action of watchers) action();
}

document.addEventListener("click", (event) => {
  const box = event.target.closest(".tbl.runs .pick input");
  if (box === null) return;
  const row = box.closest("tr[data-run]");
  if (row !== null) toggle(row, { asFarAs: event.shiftKey });
  else select(rows().map((one) => one.dataset.run), box.checked);
});

onRows(show);
