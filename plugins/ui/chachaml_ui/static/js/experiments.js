// The list of experiments: making one, and saying what it is for.

import { send } from "./api.js";
import { submits } from "./forms.js";

const edit = document.getElementById("edit");
const form = edit.querySelector("form");

let isNew = false;

function open({ edits: name, description = "", owner = "" }) {
  form.reset();
  isNew = name === "";
  edit.querySelector("h2").textContent = isNew ? "New experiment" : `Edit ${name}`;
  edit.querySelector("[data-new]").hidden = !isNew;
  form.elements.name.value = name;
  form.elements.description.value = description;
  form.elements.owner.value = owner;
  edit.showModal();
}

async function exists(name) {
  try {
    await send("GET", `/api/experiments/${encodeURIComponent(name)}`);
    return true;
  } catch (error) {
    if (error.status === 404) return false;
    throw error;
  }
}

// Saving puts what the form says in the place of what is known, so nobody does that unawares.
submits(edit.id, async (said) => {
  if (isNew && (await exists(said.get("name")))) {
    throw new Error("There is an experiment of this name; edit it in the list.");
  }
  await send("POST", "/api/w/experiments", Object.fromEntries(said));
});

document.addEventListener("click", (event) => {
  const pressed = event.target.closest("button[data-edits]");
  if (pressed !== null) open(pressed.dataset);
});
