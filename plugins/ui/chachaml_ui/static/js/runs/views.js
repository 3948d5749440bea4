// Saving what the page shows under a name, for everybody.

import { send } from "../api.js";
import { attempt, submits } from "../forms.js";

function query() {
  const asked = new URLSearchParams(location.search);
  for (const name of ["cursor", "open"]) asked.delete(name);
  return asked.toString();
}

async function remove(name) {
  await send("DELETE", `/api/w/views/${encodeURIComponent(name)}`);
  location.reload();
}

submits("save-view", (said) => send("POST", "/api/w/views", { name: said.get("name"), query: query() }));

document.querySelector("#save-view [data-deletes]")?.addEventListener("click", ({ currentTarget: button }) => {
  attempt(() => remove(button.dataset.deletes), { at: "save-view", button });
});
