// What can be done with the selected runs.

import { send } from "../api.js";
import { attempt, submits } from "../forms.js";
import { toast } from "../toasts.js";
import { onSelection, select, selected } from "./selection.js";
import { refresh, rowOf, rows } from "./table.js";

const bar = document.querySelector(".selbar");
const most = Number(bar.dataset.most);
const atOnce = Number(bar.dataset.atOnce);
let asked = [];

function counted(ids) {
  return `${ids.length} ${ids.length === 1 ? "run" : "runs"}`;
}

function change(action, ids, more = {}) {
  return send("POST", "/api/w/bulk", { action, ids, ...more });
}

/** Return the run that is nearest to the first of `ids` in the table, the next one rather than one before. */
function beside(ids) {
  const all = rows().map((row) => row.dataset.run);
  const at = all.findIndex((id) => ids.includes(id));
  const others = (some) => some.filter((id) => !ids.includes(id));
  return others(all.slice(at + 1))[0] ?? others(all).at(-1);
}

/** Go to the first of these runs that is in the table. */
function goTo(ids) {
  const row = ids.map((id) => rowOf(id ?? "")).find((one) => one !== null);
  row?.querySelector("th a").focus();
}

async function move(action, ids, { back = null } = {}) {
  const isByKeys = document.activeElement.matches(":focus-visible");
  await change(action, ids);
  const next = beside(ids);
  select(ids, false);
  await refresh();
  if (isByKeys) goTo([...ids, next]);
  const undo = back === null ? null : () => attempt(() => move(back, ids));
  toast(`${counted(ids)} ${action}d`, { undo });
}

/** Open a dialog about the runs that are selected now: what it says and does is meant for these. */
function open(id) {
  const dialog = document.getElementById(id);
  asked = selected();
  for (const place of dialog.querySelectorAll("[data-count]")) place.textContent = counted(asked);
  dialog.showModal();
}

async function showTagged(said) {
  await refresh();
  toast(`${counted(asked)} tagged ${said.get("key")}`);
}

async function showDeleted() {
  const next = beside(asked);
  select(asked, false);
  await refresh();
  goTo([next]);
  toast(`${counted(asked)} deleted`);
}

submits("tag-runs", (said) => change("tag", asked, Object.fromEntries(said)), showTagged);
submits("delete-runs", () => change("delete", asked), showDeleted);

const refusals = {
  compare: (ids) =>
    ids.length >= 2 && ids.length <= most ? "" : `Comparing takes 2 to ${most} runs; ${ids.length} selected`,
  export: (ids) =>
    ids.length <= atOnce ? "" : `Up to ${atOnce} selected runs are exported at once; ${ids.length} selected`,
};

const actions = {
  tag: () => open("tag-runs"),
  archive: () => attempt(() => move("archive", selected(), { back: "restore" })),
  restore: () => attempt(() => move("restore", selected(), { back: "archive" })),
  delete: () => open("delete-runs"),
  clear: () => select(selected(), false),
};

bar.addEventListener("click", (event) => {
  const name = event.target.closest("[data-acts]")?.dataset.acts;
  if (name === undefined) return;
  const refusal = refusals[name]?.(selected()) ?? "";
  if (refusal !== "") {
    event.preventDefault();
    toast(refusal);
  }
  actions[name]?.();
});

// What an address could not hold goes into the body; the answer is a file, so the page stays.
bar.querySelector("form").addEventListener("formdata", (event) => {
  for (const id of selected()) event.formData.append("ids", id);
});

onSelection(() => {
  const ids = selected().map(encodeURIComponent).join(",");
  bar.querySelector("[data-acts=compare]").href = `/compare?ids=${ids}`;
});
