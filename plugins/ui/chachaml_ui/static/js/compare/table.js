// The table of the page: it greys the runs that a brush left out, and lets a run stand out.

/** Let the table follow `stress`, and a pointed head light its run. */
export function followStress(stress) {
  const table = document.querySelector(".diff");
  const heads = [...table.querySelectorAll("thead [data-run]")];
  let out = new Set();
  stress.addEventListener("change", () => {
    const now = new Set(stress.ids.filter((id) => !stress.kept.has(id)));
    heads.forEach((head, i) => {
      const { run } = head.dataset;
      head.classList.toggle("lit", run === stress.lit);
      if (out.has(run) === now.has(run)) return;
      for (const row of table.rows) row.cells[i + 1]?.classList.toggle("out", now.has(run));
    });
    out = now;
  });
  for (const head of heads) {
    head.addEventListener("pointerenter", () => stress.light(head.dataset.run));
    head.addEventListener("pointerleave", () => stress.light(null));
  }
}
