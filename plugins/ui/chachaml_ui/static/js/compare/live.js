// Runs side by side, kept up to date while they go on: curves grow, the table changes in its place.

import { followCharts } from "../charts/following.js";
import { Live } from "../live.js";
import { bindBanner, bindSwitch } from "../live_controls.js";
import { morph } from "../morph.js";
import { reader } from "../reading.js";

const PARTS = [".head .title", "table.diff"];

function show(page) {
  for (const selector of PARTS) {
    const [old, fresh] = [document.querySelector(selector), page.querySelector(selector)];
    if (old !== null && fresh !== null) morph(old, fresh);
  }
}

/** Keep the table of `runs` up to date, and the charts of `board`, if there is one, under `root`. */
export function keepUp(runs, board, root) {
  const plan = reader(show);
  const live = new Live({
    hello: () => plan(), // nobody told of what happened since the page was made, or while the line was cut
    run: () => plan(),
    gone: () => plan(),
    points: (event) => board?.append(event),
    state: () => shown.forEach((tell) => tell()),
  });
  const shown = [bindSwitch(live, document.querySelector("label.live")), bindBanner(live)];
  followCharts(live, runs.map(({ id }) => id), board, root);
}
