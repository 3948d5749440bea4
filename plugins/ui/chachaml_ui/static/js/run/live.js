// The page of a run, kept up to date: curves grow, and all else changes in its place.

import { Live } from "../live.js";
import { bindBanner, bindSwitch } from "../live_controls.js";
import { morph } from "../morph.js";
import { board } from "../run_charts.js";
import { toast } from "../toasts.js";
import { fetchPage } from "./parts.js";

const PAUSE = 2_000; // milliseconds between two readings
const GATHER = 100; // charts that come into view together are followed together
const ROOM = 7_000; // the characters of an address that the keys may take
const SHARE = 10; // a reading that takes long is followed by a rest of so many times as long
const PARTS = ["run-head", "run-figures", "run-params", "run-tags", "run-family", "run-datasets", "run-artifacts", "run-metrics"];

const head = document.getElementById("run-head");
const run = head.dataset.run;
const more = document.querySelector("[data-more]");
let planned = 0;
let rested = 0;

/** Tell whether somebody is at work in `part`, who is not to be disturbed. */
function isInUse(part) {
  const field = document.activeElement;
  return part.contains(field) && field.matches("input, textarea, select");
}

function show(page) {
  for (const id of PARTS) {
    const [old, fresh] = [document.getElementById(id), page.getElementById(id)];
    if (old !== null && fresh !== null && !isInUse(old)) morph(old, fresh);
  }
  if (board === null && page.querySelector("[data-charts]") !== null) location.reload();
  const known = new Set(board?.keys);
  const keys = [...page.querySelectorAll("#run-metrics tbody th")].map((cell) => cell.title);
  const count = keys.filter((key) => !known.has(key)).length;
  if (more === null) return;
  more.hidden = count === 0;
  more.textContent = `${count} new ${count === 1 ? "metric" : "metrics"}: show`;
}

async function read() {
  const began = performance.now();
  try {
    show(await fetchPage(location.href));
  } catch {
    // What is shown stays; the banner tells of a server that is away, and another reading follows.
  }
  const now = performance.now();
  planned = 0;
  rested = now + Math.max(PAUSE, SHARE * (now - began));
}

function plan() {
  planned ||= setTimeout(read, Math.max(0, rested - performance.now()));
}

/** Follow the charts in view, each series from the point on that the last of them has. */
function follow() {
  const least = new Map();
  let room = ROOM;
  for (const { key, count } of board?.counts() ?? []) {
    if (!least.has(key)) room -= encodeURIComponent(key).length + 25;
    if (room < 0) break;
    least.set(key, Math.min(least.get(key) ?? count, count));
  }
  live.subscribe([run], [...least].map(([key, count]) => ({ run, key, count })));
}

const live = new Live({
  hello: plan, // nobody told of what happened since the page was made, or while the line was cut
  run: plan,
  points: (event) => board?.append(event),
  gone: () => toast("This run was deleted"),
  state: () => shown.forEach((tell) => tell()),
});
const shown = [bindSwitch(live, document.querySelector("label.live")), bindBanner(live)];

// The head, with the switch in it, is another one after something was done to the run.
head.parentElement.addEventListener("refreshed", ({ target }) => {
  if (target.id !== head.id) return;
  shown[0] = bindSwitch(live, target.querySelector("label.live"));
  shown[0]();
});

let gathering = 0;
document.querySelector("[data-charts]")?.addEventListener("seen", () => {
  clearTimeout(gathering);
  gathering = setTimeout(follow, GATHER);
});
more?.addEventListener("click", () => location.reload());
follow();
