// Runs side by side, kept up to date while they go on: curves grow, the table changes in its place.

import { followCharts } from "../charts/following.js";
import { Live } from "../live.js";
import { bindBanner, bindSwitch } from "../live_controls.js";
import { follow } from "../parts.js";
import { reader } from "../reading.js";

/** Keep the table of `runs` up to date, and the charts of `board`, if there is one, under `root`. */
export function keepUp(runs, board, root) {
  const plan = reader((page) => follow([".head .title", "table.diff"], page));
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
