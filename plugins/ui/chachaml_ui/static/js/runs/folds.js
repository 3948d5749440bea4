// Children are shown under their parent in place; the address remembers it.

import { refresh, rowOf } from "./table.js";

document.addEventListener("click", async (event) => {
  const fold = event.target.closest("a.fold");
  if (fold === null || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const id = fold.closest("tr").dataset.run;
  await refresh(fold.href);
  history.replaceState(null, "", fold.href);
  rowOf(id)?.querySelector(".fold")?.focus();
});
