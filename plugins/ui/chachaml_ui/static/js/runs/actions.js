// What can be done with the selected runs.

import { send } from "../api.js";
import { toast } from "../toasts.js";
import { onSelection, select, selected } from "./selection.js";
import { refresh, rowOf, rows } from "./table.js";

const EXPORTED = 200; // ids that fit into an address
const bar = document.querySelector(".selbar");
const most = Number(bar.dataset.most);

function counted(ids) {
  return `${ids.length} ${ids.length === 1 ? "run" : "runs"}`;
}

function change(action, ids, more = {}) {
  return send("POST", "/api/w/bulk", { action, ids, ...more });
}

async function attempt(action) {
  try {
    await action();
  } catch (error) {
    toast(error.message);
  }
}

async function move(action, ids, { back = null } = {}) {
  await change(action, ids);
  select(ids, false);
  await refresh();
  const undo = back === null ? null : () => attempt(() => move(back, ids));
  toast(`${counted(ids)} ${action}d`, { undo });
}

/**
 * Open a dialog that names how many runs are selected. When it is confirmed, do `action`, and once
 * that is done and the dialog is closed, whatever it returned.
 */
function ask(id, action) {
  const dialog = document.getElementById(id);
  const fault = dialog.querySelector("[role=alert]");
  for (const place of dialog.querySelectorAll("[data-count]")) place.textContent = counted(selected());
  fault.hidden = true;
  dialog.querySelector("form").onsubmit = async (event) => {
    event.preventDefault();
    try {
      const after = await action(selected(), new FormData(event.target));
      dialog.close();
      await after();
    } catch (error) {
      fault.textContent = error.message;
      fault.hidden = false;
    }
  };
  dialog.showModal();
}

async function tag(ids, form) {
  const [key, value] = [form.get("key"), form.get("value")];
  await change("tag", ids, { key, value });
  return async () => {
    await refresh();
    toast(`${counted(ids)} tagged ${key}`);
  };
}

async function remove(ids) {
  await change("delete", ids);
  return async () => {
    const next = rows().find((row) => !ids.includes(row.dataset.run))?.dataset.run;
    select(ids, false);
    await refresh();
    if (next !== undefined) rowOf(next)?.querySelector("th a").focus();
    toast(`${counted(ids)} deleted`);
  };
}

const refusals = {
  compare: (ids) =>
    ids.length >= 2 && ids.length <= most ? "" : `Comparing takes 2 to ${most} runs; ${ids.length} selected`,
  export: (ids) =>
    ids.length <= EXPORTED ? "" : `Up to ${EXPORTED} selected runs are exported at once; export the whole list instead`,
};

const actions = {
  tag: () => ask("tag-runs", tag),
  archive: () => attempt(() => move("archive", selected(), { back: "restore" })),
  restore: () => attempt(() => move("restore", selected(), { back: "archive" })),
  delete: () => ask("delete-runs", remove),
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

onSelection(() => {
  const ids = selected();
  const quoted = ids.map((id) => JSON.stringify(id)).join(", ");
  const whose = `id in (${quoted}) and archived = ${bar.dataset.of === "archived"}`;
  bar.querySelector("[data-acts=compare]").href = `/compare?ids=${ids.map(encodeURIComponent).join(",")}`;
  bar.querySelector("[data-acts=export]").href = `/api/export?q=${encodeURIComponent(whose)}`;
});
