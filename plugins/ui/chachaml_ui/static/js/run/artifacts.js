// Artifacts: folders and finds change in place, previews open above the page.

import { fetchPage, refresh } from "./parts.js";
import { toast } from "../toasts.js";

async function go(address) {
  try {
    await refresh(["run-artifacts"], address);
    history.replaceState(null, "", address);
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
    const page = await fetchPage(link.href);
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
  else go(link.href);
});

document.addEventListener("submit", (event) => {
  if (!("inPlace" in event.target.dataset)) return;
  event.preventDefault();
  const address = new URL(event.target.action);
  address.search = new URLSearchParams(new FormData(event.target));
  go(address.href);
});
