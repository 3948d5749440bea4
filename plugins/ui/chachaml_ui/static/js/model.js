// The page of a model: moving versions between stages, and describing them.

import { send } from "./api.js";
import { submits } from "./forms.js";

const move = document.getElementById("move");
const describe = document.getElementById("describe");

function showMove() {
  const { version, stage: from } = move.dataset;
  const { model, production, since } = move.dataset;
  const to = move.querySelector("[name=stage]:checked").value;
  const promotes = to === "production";
  const displaces = promotes && production !== undefined && production !== version;
  move.querySelector("h2").textContent = promotes
    ? `Promote ${model} v${version} to production?`
    : `Move ${model} v${version} to ${to}?`;
  move.querySelector(".own b").textContent = `v${version}`;
  for (const one of move.querySelectorAll("[data-from]")) one.hidden = one.dataset.from !== from;
  for (const one of move.querySelectorAll("[data-to]")) one.hidden = one.dataset.to !== to;
  const other = move.querySelector(".other");
  if (other !== null) other.hidden = !displaces;
  move.querySelector(".told").textContent = displaces
    ? `v${production} has been in production for ${since}. It is archived in the same moment; its bytes stay.`
    : "";
  move.querySelector(".worse").hidden = !displaces || move.dataset.worse === "";
  const button = move.querySelector("footer .solid");
  if (displaces) button.textContent = `Promote v${version}, archive v${production}`;
  else button.textContent = promotes ? `Promote v${version}` : `Move v${version} to ${to}`;
  button.disabled = to === from;
}

function openMove(pressed) {
  const row = document.querySelector(`tr[data-version="${pressed.dataset.move}"]`);
  Object.assign(move.dataset, { version: row.dataset.version, stage: row.dataset.stage });
  move.querySelector("form").reset();
  move.querySelector(`[name=stage][value=${pressed.dataset.to}]`).checked = true;
  move.querySelector(".own small").textContent = row.dataset.headline;
  move.querySelector(".worse bdi").textContent = move.dataset.worse = row.dataset.worse ?? "";
  move.querySelector(".worse span span").textContent = row.dataset.how ?? "";
  showMove();
  move.showModal();
  move.querySelector("textarea").focus();
}

function openDescribe(pressed) {
  const version = pressed.dataset.describe;
  describe.dataset.version = version;
  describe.querySelector("h2").textContent =
    version === "" ? "Describe the model" : `Describe v${version}`;
  describe.querySelector("textarea").value = pressed.dataset.text;
  describe.showModal();
}

move.addEventListener("change", showMove);
submits(move.id, (said) => {
  const to = said.get("stage");
  const body = { stage: to, reason: said.get("reason") };
  // What was seen in production, so that nobody's promotion of a moment ago is undone unseen.
  if (to === "production") body.displaces = Number(move.dataset.production) || null;
  return send("POST", `${move.dataset.path}${move.dataset.version}/stage`, body);
});
submits(describe.id, (said) => {
  const { path, version } = describe.dataset;
  const address = version === "" ? path : `${path}/versions/${version}`;
  return send("POST", address, { description: said.get("description") });
});

document.addEventListener("click", (event) => {
  const pressed = event.target.closest("button");
  if (pressed === null) return;
  if ("move" in pressed.dataset) openMove(pressed);
  else if ("describe" in pressed.dataset) openDescribe(pressed);
});
