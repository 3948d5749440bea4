// What can be done with the selected runs.

import { send } from "../api.js";
import { toast } from "../toasts.js";
import { onSelection, select, selected } from "./selection.js";
import { refresh, rowOf, rows } from "./table.js";

const bar = document.querySelector(".selbar");
const most = Number(bar.dataset.most);
const atOnce = Number(bar.dataset.atOnce);

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
    ids.length <= atOnce ? "" : `Up to ${atOnce} selected runs are exported at once; ${ids.length} selected`,
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

// What an address could not hold goes into the body; the answer is a file, so the page stays.
bar.querySelector("form").addEventListener("formdata", (event) => {
  for (const id of selected()) event.formData.append("ids", id);
});

onSelection(() => {
  const ids = selected().map(encodeURIComponent).join(",");
  bar.querySelector("[data-acts=compare]").href = `/compare?ids=${ids}`;
});
