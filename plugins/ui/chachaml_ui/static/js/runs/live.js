// The list of runs, kept up to date: what changes, changes in its place; what is new waits above the
// table until the reader is at its top.

import { Live } from "../live.js";
import { bindBanner, bindSwitch } from "../live_controls.js";
import { morph, morphRows } from "../morph.js";
import { follow } from "../parts.js";
import { reader } from "../reading.js";

// What tells of the runs beside the rows.
const BESIDE = [".head .title", "nav[aria-label=Experiments]", "nav.tabs", ".tbl thead", ".pager"];

function isGrouped(table) {
  return table.querySelector("tr[data-run]") === null;
}

/**
 * Make `table` like the one in `page`, and what stands beside it.
 *
 * Where somebody has scrolled away from the table's top, no run comes, goes or moves.
 * Returns how many runs of the page are not in the table then.
 */
function show(table, page) {
  const whole = isAtTop(table);
  const [old, fresh] = [table.querySelector("tbody"), page.querySelector(".tbl tbody")];
  if (fresh === null) return 0;
  let left = 0;
  if (isGrouped(table)) morph(old, fresh);
  else left = morphRows(old, fresh, { whole });
  follow(BESIDE, page);
  return left;
}

function isAtTop(table) {
  return table.scrollTop <= 0 && window.scrollY <= 0;
}

function start(table) {
  const waits = document.createElement("button");
  const plan = reader((page) => {
    const left = show(table, page);
    waits.hidden = left === 0;
    waits.textContent = `${left} new ${left === 1 ? "run" : "runs"}`;
  });

  function concerns(news) {
    return isGrouped(table) || news.more || news.started + news.ended + news.moved > 0 ||
      news.ids.some((id) => table.querySelector(`tr[data-run="${CSS.escape(id)}"]`) !== null);
  }

  const live = new Live({
    hello: () => plan(), // nobody told of what happened since the page was made, or while the line was cut
    runs: (news) => concerns(news) && plan(),
    state: () => shown.forEach((tell) => tell()),
  });
  const shown = [bindSwitch(live, document.querySelector("label.live")), bindBanner(live)];

  waits.type = "button";
  waits.className = "btn small waits";
  waits.hidden = true;
  waits.addEventListener("click", () => {
    table.scrollTo({ top: 0 });
    window.scrollTo({ top: 0 });
    plan({ atOnce: true });
  });
  table.before(waits);
  live.subscribe();
}

const table = document.querySelector(".tbl");
if (table !== null) start(table);
