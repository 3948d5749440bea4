// Registering a model: what can be chosen is looked up when the dialog is opened.

import { send } from "../api.js";

function options(texts) {
  return texts.map((text) => Object.assign(document.createElement("option"), { value: text, textContent: text }));
}

async function prepare(dialog) {
  const run = dialog.querySelector("[name=run_id]").value;
  const { artifacts } = await send("GET", `/api/runs/${encodeURIComponent(run)}`);
  dialog.querySelector("[name=artifact]").replaceChildren(...options(artifacts.map(({ name }) => name).sort()));
  const models = await send("GET", "/api/models?limit=1000");
  dialog.querySelector("datalist").replaceChildren(...options(models.map(({ name }) => name)));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-opens=register-model]");
  if (button === null) return;
  const dialog = document.getElementById("register-model");
  prepare(dialog).catch((error) => {
    const place = dialog.querySelector("[role=alert]");
    place.lastElementChild.textContent = error.message;
    place.hidden = false;
  });
});
