// The list of runs, kept up to date: what changes, changes in its place; what is new waits above the
// table until the reader is at its top.

import { Live } from "../live.js";
import { bindBanner, bindSwitch } from "../live_controls.js";
import { morph, morphRows } from "../morph.js";

const PAUSE = 2_000; // milliseconds between two readings
const SHARE = 10; // a reading that takes long is followed by a rest of so many times as long
const BESIDE = [".head .title", "nav[aria-label=Experiments]", "nav.tabs", ".tbl thead", ".pager"]; // what tells of the runs beside the rows

/**
 * Make `table` like the one in the page `html`, and what stands beside it.
 *
 * Where somebody has scrolled away from the table's top, no row comes, goes or moves unless `whole`.
 * Returns how many rows of the page are not in the table then.
 */
export function refresh(table, html, { whole = isAtTop(table) } = {}) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const rows = page.querySelector(".tbl tbody");
  if (rows === null) return 0;
  const left = morphRows(table.querySelector("tbody"), rows, { whole });
  for (const selector of BESIDE) {
    const [old, fresh] = [document.querySelector(selector), page.querySelector(selector)];
    if (old !== null && fresh !== null) morph(old, fresh);
  }
  return left;
}

function isAtTop(table) {
  return table.scrollTop <= 0 && window.scrollY <= 0;
}

function start(table) {
  const waits = document.createElement("button");
  let planned = 0;
  let rested = 0;

  async function read(options) {
    planned = 0;
    const began = performance.now();
    const answer = await fetch(location.href).catch(() => null);
    if (answer?.ok) {
      const left = refresh(table, await answer.text(), options);
      waits.hidden = left === 0;
      waits.textContent = `${left} new ${left === 1 ? "run" : "runs"}`;
    }
    const now = performance.now();
    rested = now + Math.max(PAUSE, SHARE * (now - began));
  }

  function plan() {
    planned ||= setTimeout(read, Math.max(0, rested - performance.now()));
  }

  function concerns(news) {
    return news.more || news.started + news.ended + news.moved > 0 ||
      news.ids.some((id) => table.querySelector(`tr[data-run="${CSS.escape(id)}"]`) !== null);
  }

  const live = new Live({
    hello: plan, // nobody told of what happened since the page was made, or while the line was cut
    runs: (news) => concerns(news) && plan(),
    state: () => shown.forEach((show) => show()),
  });
  const shown = [bindSwitch(live, document.querySelector("label.live")), bindBanner(live)];

  waits.type = "button";
  waits.className = "btn small waits";
  waits.hidden = true;
  waits.addEventListener("click", () => {
    table.scrollTo({ top: 0 });
    read({ whole: true });
  });
  table.before(waits);
  live.subscribe();
}

const table = document.querySelector(".tbl");
if (table !== null) start(table);
