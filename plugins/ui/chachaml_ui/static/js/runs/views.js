// What the page shows, under a name, for everybody: saving it, and another name for it, or none.

import { send } from "../api.js";
import { submits } from "../forms.js";

const dialog = document.getElementById("save-view");
const { view } = dialog.dataset;
const path = `/api/w/views/${encodeURIComponent(view)}`;
let told = null;

function query() {
  const asked = new URLSearchParams(location.search);
  for (const name of ["cursor", "open"]) asked.delete(name);
  return asked.toString();
}

async function exists(name) {
  const views = await send("GET", "/api/views?limit=1000");
  return views.some((one) => one.name === name);
}

async function save(name) {
  if (name !== told && (await exists(name))) {
    told = name;
    throw new Error("There is a view of this name. Save once more to replace it for everybody.");
  }
  await send("POST", "/api/w/views", { name, query: query() });
}

dialog.addEventListener("close", () => {
  told = null;
});
submits("save-view", (said) => {
  const name = said.get("name");
  return view === undefined ? save(name) : send("POST", path, { name });
});
if (view !== undefined) submits("delete-view", () => send("DELETE", path));
