// The list of experiments: making one, and saying what it is for.

import { send } from "./api.js";
import { submits } from "./forms.js";

const edit = document.getElementById("edit");
const form = edit.querySelector("form");

function open({ edits: name, description = "", owner = "" }) {
  form.reset();
  edit.querySelector("h2").textContent = name === "" ? "New experiment" : `Edit ${name}`;
  edit.querySelector("[data-new]").hidden = name !== "";
  form.elements.name.value = name;
  form.elements.description.value = description;
  form.elements.owner.value = owner;
  edit.showModal();
}

submits(edit.id, (said) => send("POST", "/api/w/experiments", Object.fromEntries(said)));

document.addEventListener("click", (event) => {
  const pressed = event.target.closest("button[data-edits]");
  if (pressed !== null) open(pressed.dataset);
});
