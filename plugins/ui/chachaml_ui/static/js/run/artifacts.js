// Artifacts: folders and finds change in place, previews open above the page.

import { awaited, fetchPage } from "../api.js";
import { refresh } from "../parts.js";
import { toast } from "../toasts.js";

const NAMES = ["folder", "artifact"];

/** Show the artifacts that `asked` names; what else the address says stays. */
async function go(asked) {
  const address = new URL(location.href);
  for (const name of NAMES) {
    address.searchParams.delete(name);
    if (asked.get(name)) address.searchParams.set(name, asked.get(name));
  }
  try {
    await refresh(["run-artifacts"], address);
    history.replaceState(history.state, "", address);
  } catch (error) {
    toast(error.message);
  }
}

async function preview(link) {
  const dialog = document.getElementById("preview-dialog");
  const row = link.closest("tr");
  dialog.querySelector("h2 bdi").textContent = link.dataset.artifact;
  dialog.querySelector("a[download]").href = row.querySelector("a[download]").href;
  const room = dialog.querySelector(".room");
  room.replaceChildren();
  dialog.showModal();
  try {
    const page = await awaited(fetchPage(link.href));
    room.replaceChildren(document.adoptNode(page.getElementById("preview")));
  } catch (error) {
    room.textContent = error.message;
  }
}

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const link = event.target.closest("a[data-previews], a[data-in-place]");
  if (link === null) return;
  event.preventDefault();
  if ("previews" in link.dataset) preview(link);
  else go(new URL(link.href).searchParams);
});

document.addEventListener("submit", (event) => {
  if (!("inPlace" in event.target.dataset)) return;
  event.preventDefault();
  go(new FormData(event.target));
});
