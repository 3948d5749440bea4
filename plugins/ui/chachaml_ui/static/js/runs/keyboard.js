// The table by keyboard: a row is under it, and keys do what is done to rows.

import { onKey } from "../frame.js";
import { isMenuOpen } from "../menus.js";
import { selected, select, toggle } from "./selection.js";
import { onRows, rowOf, rows } from "./table.js";

let current = null;

function show() {
  for (const row of rows()) {
    const is = row.dataset.run === current;
    if (is === row.hasAttribute("aria-current")) continue;
    if (is) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

function move(by) {
  const all = rows();
  if (all.length === 0) return;
  const at = all.findIndex((row) => row.dataset.run === current);
  const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1);
  current = all[next].dataset.run;
  show();
  all[next].scrollIntoView({ block: "nearest" });
}

function withRow(action) {
  const row = current === null ? null : rowOf(current);
  if (row !== null) action(row);
}

function press(selector) {
  document.querySelector(selector)?.click();
}

onKey("j", () => move(1));
onKey("k", () => move(-1));
onKey("x", () => withRow((row) => toggle(row)));
onKey("X", () => withRow((row) => toggle(row, { asFarAs: true })));
onKey("c", () => press("[data-acts=compare]"));
onKey("t", () => press("[data-acts=tag]"));
onKey("v", () => press("[popovertarget=columns]"));
onKey("l", () => press("label.live input"));
onKey("/", () => document.querySelector("[data-query]")?.focus());

document.addEventListener("keydown", (event) => {
  const isFree = event.target.closest("a, button, input, select, textarea, dialog, [popover]") === null;
  if (event.key === "Enter" && isFree) withRow((row) => row.querySelector("th a").click());
  if (event.key !== "Escape" || event.defaultPrevented) return;
  if (isMenuOpen() || document.querySelector("dialog[open], [aria-expanded=true][role=combobox]") !== null) return;
  if (isFree || event.target.closest(".pick") !== null) select(selected(), false);
});

onRows(show);
