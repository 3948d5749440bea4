// Registering a model: what can be chosen is looked up when the dialog is opened.

import { send } from "../api.js";
import { attempt } from "../forms.js";

const DIALOG = "register-model";

function options(texts) {
  return texts.map((text) => Object.assign(document.createElement("option"), { value: text, textContent: text }));
}

async function prepare(dialog) {
  const run = dialog.querySelector("[name=run_id]").value;
  const { artifacts } = await send("GET", `/api/runs/${encodeURIComponent(run)}`);
  const names = artifacts.map(({ name }) => name).sort();
  // Of several, none is the likely one by its name.
  const none = names.length > 1 ? [new Option("Choose one", "")] : [];
  dialog.querySelector("[name=artifact]").replaceChildren(...none, ...options(names));
  const models = await send("GET", "/api/models?limit=1000");
  dialog.querySelector("datalist").replaceChildren(...options(models.map(({ name }) => name)));
}

document.addEventListener("click", (event) => {
  if (event.target.closest(`[data-opens=${DIALOG}]`) === null) return;
  attempt(() => prepare(document.getElementById(DIALOG)), { at: DIALOG });
});
