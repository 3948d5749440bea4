// The table of runs as it stands on the page. Its rows may be replaced at any time.

import { refresh as refreshParts } from "../parts.js";

const PARTS = ["runs-summary", "runs-tabs", "runs-table", "runs-pager"];

/** Return the rows that stand for runs, from the top. */
export function rows() {
  return [...document.querySelectorAll(".tbl.runs tr[data-run]")];
}

/** Return the row of a run, or null. */
export function rowOf(id) {
  return document.querySelector(`.tbl.runs tr[data-run="${CSS.escape(id)}"]`);
}

/**
 * Call `action` now, and again whenever something in the table was replaced: so it must change
 * nothing where nothing is to be changed.
 */
export function onRows(action) {
  action();
  const table = document.querySelector(".tbl.runs");
  if (table === null) return;
  const changes = { childList: true, subtree: true, attributeFilter: ["aria-current"] };
  new MutationObserver(action).observe(table, changes);
}

/** Show what the server now says at `address`, in place: nothing that was scrolled moves. */
export async function refresh(address = location.href) {
  await refreshParts(PARTS, address).catch(() => location.assign(address));
}
