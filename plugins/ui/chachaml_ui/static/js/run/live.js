// The page of a run, kept up to date: curves grow, and all else changes in its place.

import { followCharts } from "../charts/following.js";
import { Live } from "../live.js";
import { bindBanner, bindSwitch } from "../live_controls.js";
import { follow } from "../parts.js";
import { reader } from "../reading.js";
import { board, latestValues } from "../run_charts.js";
import { findAgain } from "./finding.js";
import { followNote } from "./note.js";

const PARTS = ["#run-head", "#run-figures", "#run-params", "#run-tags", "#run-family", "#run-datasets", "#run-artifacts", "#run-metrics"];

// Another one after something was done to the run.
const head = () => document.getElementById("run-head");
const more = document.querySelector("[data-more]");

function show(page) {
  follow(PARTS, page);
  findAgain();
  followNote(page);
  if (board === null && page.querySelector("[data-charts]") !== null) location.reload();
  if (more === null) return;
  const known = new Set(board?.keys);
  const count = [...latestValues(page).keys()].filter((key) => !known.has(key)).length;
  more.hidden = count === 0;
  more.textContent = `${count} new ${count === 1 ? "metric" : "metrics"}: show`;
}

/** Leave nothing that could be done to a run that is no more, but what was read and written. */
function sayDeleted() {
  const said = document.createElement("p");
  said.className = "say failed";
  said.role = "alert";
  said.textContent = "This run was deleted. What is shown here was read before that; nothing can be saved to it.";
  head().before(said);
  head().querySelector(".acts").remove();
}

const plan = reader(show);
const live = new Live({
  hello: () => plan(), // nobody told of what happened since the page was made, or while the line was cut
  run: () => plan(),
  points: (event) => board?.append(event),
  gone: sayDeleted,
  state: () => shown.forEach((tell) => tell()),
});
const shown = [bindSwitch(live, document.querySelector("label.live")), bindBanner(live)];

document.addEventListener("refreshed", ({ target }) => {
  if (target !== head()) return;
  shown[0] = bindSwitch(live, target.querySelector("label.live"));
  shown[0]();
});

more?.addEventListener("click", () => location.reload());
followCharts(live, [head().dataset.run], board, document.querySelector("[data-charts]"));
