// The page of a running run keeps up with it: points come into the charts, its head and its figures
// are shown anew.

import { ApiError } from "../api.js";
import { Live } from "../live.js";
import { bindBanner, bindSwitch } from "../live_controls.js";
import { morph } from "../morph.js";
import { board } from "../run_charts.js";
import { toast } from "../toasts.js";
import { fetchPage } from "./parts.js";

const PAUSE = 2_000; // milliseconds between two readings of the page
const SHARE = 10; // a reading that takes long is followed by a rest of so many times as long
const GATHER = 100; // charts that come into view together are followed together
const ROOM = 7_000; // the characters of an address that the keys may take
const PARTS = ["run-head", "run-figures"];

const run = decodeURIComponent(location.pathname.split("/").at(-1));
let planned = 0, rested = 0, gathering = 0;

async function read() {
  planned = 0;
  const began = performance.now();
  try {
    const page = await fetchPage(location.href);
    for (const id of PARTS) morph(document.getElementById(id), page.getElementById(id));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error; // the banner tells of a lost connection
  }
  const now = performance.now();
  rested = now + Math.max(PAUSE, SHARE * (now - began));
}

function plan() {
  planned ||= setTimeout(read, Math.max(0, rested - performance.now()));
}

/** Follow the charts in view, each series from the point on that the last of them has. */
function follow() {
  gathering = 0;
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
  run: plan,
  points: (event) => board?.append(event),
  gone: () => toast("This run was deleted meanwhile"),
  state: () => shown.forEach((show) => show()),
});
const shown = [bindSwitch(live, document.querySelector("label.live")), bindBanner(live)];

document.querySelector("[data-charts]")?.addEventListener("seen", () => {
  gathering ||= setTimeout(follow, GATHER);
});
follow();
