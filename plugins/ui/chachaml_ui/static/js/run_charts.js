// The charts of the page of a run.

import { Board } from "./charts/board.js";
import { controls } from "./charts/controls.js";
import { onKey } from "./frame.js";

const root = document.querySelector("[data-charts]");

/** Return the latest value of each metric in words, as `page` has them: this one, or a fresh one. */
export function latestValues(page = document) {
  const written = page.querySelector("template[data-latest]");
  return new Map(written === null ? [] : JSON.parse(written.content.textContent));
}

/** Where the page has metrics: the board of their charts. */
export const board = root === null ? null : start();

function start() {
  const latest = latestValues(), { run, origin } = root.dataset;
  const form = document.querySelector("form.bar-charts"), none = root.querySelector("[data-none]");
  let made = null, find = "";
  controls(form, [...latest.keys()], (chosen) => {
    made ??= new Board(root, latest, {
      view: chosen,
      seriesOf: (key) => [{ run, key, label: key, colour: "c1", origin: Number(origin) }],
    });
    made.show(chosen);
    if (chosen.find !== find) none.hidden = made.find(chosen.find) > 0;
    find = chosen.find;
  });
  onKey("0", () => made.reset());
  onKey("/", () => form.elements.find.focus());
  return made;
}
