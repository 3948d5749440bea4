// The curves of every metric that at least two of the runs have.

import { Board } from "../charts/board.js";
import { controls } from "../charts/controls.js";
import { onKey } from "../frame.js";
import { compared } from "./compared.js";

/** Draw in `root` the curves of `runs`; return the board of the charts. */
export async function drawCurves(root, runs) {
  const { metrics } = await compared(runs);
  const find = new URLSearchParams(location.search).get("find") ?? "";
  const having = new Map();
  for (const [key, values] of Object.entries(metrics)) {
    const own = runs.filter(({ id }) => id in values);
    if (own.length > 1 && key.toLowerCase().includes(find.toLowerCase())) having.set(key, own);
  }
  const said = (own) => (own.length === runs.length ? "" : `${own.length} of ${runs.length} runs`);
  const notes = new Map([...having].map(([key, own]) => [key, said(own)]));
  const seriesOf = (key) => having.get(key).map(({ id, name, colour, dash, origin }) =>
    ({ run: id, key, label: name, colour, dash, origin }));
  let board = null;
  controls(document.querySelector("form.bar-charts"), [...having.keys()], (view) => {
    board ??= new Board(root, notes, { view, seriesOf });
    board.show(view);
  });
  onKey("0", () => board.reset());
  return board;
}
