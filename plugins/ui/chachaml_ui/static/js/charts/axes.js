// The axes of a chart: which part of them is shown, where their ticks are, how these are called.

import { ahead, clock, moment } from "../times.js";
import { apart, counted, exact, lasting, short } from "./numbers.js";
import { logTicks, spanTicks, ticks } from "./ticks.js";

const LINES = 4;
const ROOM = { step: 7, time: 8.5, relative: 7, metric: 7 }; // for each tick's text, in its own heights
/** Pixels beside the plot, at its right edge. */
export const EDGE = 12;
const WIDTH = 0.56; // of a character, in heights of the text
const MARGIN = 0.05;
/** How much is shown on either side of a moment at which all points were logged. */
const AROUND = { time: 30_000, relative: 30 };

/** How the values on the x axis are said, by the name of the axis. */
export const SAYINGS = {
  step: (at) => `step ${exact(at)}`,
  time: moment,
  relative: (at) => `after ${lasting(at)}`,
  metric: (at, name) => `${name} ${exact(at)}`,
};

/** Return a range around what is one number, or none, so that it can be drawn. */
function widened(low, high, { log, half = Math.abs(low) * 0.1 || 1 }) {
  if (!(low <= high)) return log ? [1, 10] : [0, 1];
  if (low < high) return [low, high];
  return log ? [low / 2, high * 2] : [low - half, high + half];
}

/** Return the ends of all x of laid curves on the axis of a view. */
export function extent(curves, { x: axis, logX: log }) {
  let low = Infinity, high = -Infinity;
  for (const { laid: { x, rises } } of curves) {
    if (x.length === 0) continue;
    const ends = rises ? [x[0], x[x.length - 1]] : x;
    for (const at of ends) {
      if (at < low) low = at;
      if (at > high) high = at;
    }
  }
  return widened(low, high, { log, half: AROUND[axis] });
}

/** Return the ends of the y axis: all heights between `from` and `to`, and some room. */
export function reach(curves, [from, to], log) {
  let low = Infinity, high = -Infinity;
  for (const { laid: { x, y } } of curves) {
    for (let i = 0; i < x.length; i += 1) {
      if (y[i] === null || x[i] < from || x[i] > to) continue;
      if (y[i] < low) low = y[i];
      if (y[i] > high) high = y[i];
    }
  }
  [low, high] = widened(low, high, { log });
  if (log) {
    const factor = 10 ** ((Math.log10(high) - Math.log10(low)) * MARGIN);
    return [Math.max(low / factor, Number.MIN_VALUE), finite(high * factor)];
  }
  const room = high / 2 - low / 2;  // halves, since a difference may be infinite
  return [low - room * 2 * MARGIN, high + room * 2 * MARGIN].map(finite);
}

function finite(end) {
  return Math.min(Math.max(end, -Number.MAX_VALUE), Number.MAX_VALUE);
}

function ticksOfX(x, log, low, high, most) {
  if (log) return logTicks(low, high, most);
  if (x === "time") {
    const by = ahead(low); // so that days begin at the reader's midnight
    return spanTicks(low + by, high + by, most, 1000).map((at) => at - by);
  }
  if (x === "relative") return spanTicks(low, high, most, 1);
  return ticks(low, high, most, { whole: x === "step" });
}

/** Return how ticks on the axis `x` are called, each in another way. */
export function namesOfX(x, found) {
  const step = found.length > 1 ? found[1] - found[0] : 1000;
  if (x === "relative") return apart(found, [lasting, (at) => counted(at, step)]);
  return x === "time" ? found.map((at) => clock(at, step)) : apart(found, [short, exact, String]);
}

/** Return `names` without one that would be cut at the right edge. */
function uncut(plot, found, names, size) {
  const edge = plot.bbox.width / devicePixelRatio + EDGE;
  const end = (name, i) => plot.valToPos(found[i], "x") + (name.length * size * WIDTH) / 2;
  return names.map((name, i) => (end(name, i) > edge ? null : name));
}

/** Return uPlot's options for both axes. */
export function axes({ x, log, logX }, palette) {
  const shared = {
    stroke: () => palette()["ink-3"],
    font: palette().font,
    ticks: { show: false },
    filter: (_, found) => found,
    incrs: [Number.MAX_VALUE], // `splits` has its own; uPlot's end at 1e32, and leave longer axes bare
    gap: 6,
  };
  return [
    {
      ...shared,
      grid: { show: false },
      border: { show: true, stroke: () => palette()["line-2"], width: 1 },
      size: palette().size + 12,
      splits: (plot, _, low, high) => ticksOfX(x, logX, low, high, Math.max(2, Math.floor(plot.bbox.width / devicePixelRatio / (ROOM[x] * palette().size)))),
      values: (plot, found) => uncut(plot, found, namesOfX(x, found), palette().size),
    },
    {
      ...shared,
      grid: { stroke: () => palette().line, width: 1 },
      size: (_, names) => Math.max(...(names ?? []).map((name) => name.length), 2) * palette().size * WIDTH + 14,
      splits: (_, __, low, high) => (log ? logTicks : ticks)(low, high, LINES),
      values: (_, found) => apart(found, [short, exact, String]),
    },
  ];
}
