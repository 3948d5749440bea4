// Saving what the page shows under a name, for everybody.

import { send } from "../api.js";

const dialog = document.getElementById("save-view");
const form = dialog.querySelector("form");
const fault = dialog.querySelector("[role=alert]");

function query() {
  const asked = new URLSearchParams(location.search);
  for (const name of ["cursor", "open"]) asked.delete(name);
  return asked.toString();
}

async function attempt(action) {
  fault.hidden = true;
  try {
    await action();
    location.reload();
  } catch (error) {
    fault.textContent = error.message;
    fault.hidden = false;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(() => send("POST", "/api/w/views", { name: form.elements.name.value, query: query() }));
});

dialog.querySelector("[data-deletes]")?.addEventListener("click", (event) => {
  const name = encodeURIComponent(event.currentTarget.dataset.deletes);
  attempt(() => send("DELETE", `/api/w/views/${name}`));
});
