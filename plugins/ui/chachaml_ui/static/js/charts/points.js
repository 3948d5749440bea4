// The points of a series, and where they lie on an axis.

/** Return a history of the API as columns of numbers, words such as "NaN" among them. */
export function columns({ step, timestamp, value }) {
  return { step, time: timestamp, value: value.map(Number) };
}

/**
 * Add to a history, in place, what it misses of `count` points from the position `from` on. Return
 * these, or null where it has them all; or undefined where they do not fit to its end.
 */
export function follow(history, { from, count, points }) {
  const known = history.count - from;
  if (known >= count) return null;
  if (known < 0 || (known > 0 && points.value.length < count)) return undefined;
  const fresh = columns(points);
  for (const name of Object.keys(fresh)) fresh[name] = fresh[name].slice(known);
  extend(history, { points: fresh, count: count - known });
  return { points: fresh, count: count - known };
}

/** Add points to the end of a history, in place. */
export function extend(history, { points, count }) {
  for (const name of ["step", "time", "value"]) {
    for (const entry of points[name]) history.points[name].push(entry);
  }
  history.count += count;
}

/** Tell whether most of all points have a step, so that it can be the axis. */
export function haveSteps(series) {
  let having = 0, all = 0;
  for (const { step } of series) {
    all += step.length;
    for (const one of step) having += one === null ? 0 : 1;
  }
  return having * 2 > all;
}

/** Return what finds the latest value that `other` had when the point `i` of `points` was logged. */
function latestOf(points, other) {
  const order = haveSteps([points]) && haveSteps([other]) ? "step" : "time";
  const known = other[order]
    .map((at, i) => [at, other.value[i]])
    .filter(([at]) => at !== null)
    .sort(([a], [b]) => a - b);
  return (i) => {
    const at = points[order][i];
    let low = 0, high = at === null ? 0 : known.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (known[middle][0] <= at) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? null : known[low - 1][1];
  };
}

/** Return what tells where the point `i` lies on the axis `x`, or null where it has no place. */
function placing(points, { x, origin, other }) {
  if (x === "step") return (i) => points.step[i];
  if (x === "time") return (i) => points.time[i];
  if (x === "relative") return (i) => (points.time[i] - origin) / 1000;
  return other === null ? () => null : latestOf(points, other);
}

/**
 * Lay points out on an axis: `x`, `y` (null where there is nothing to draw) and `at` (their places in
 * `points`) have one length. `gaps` are the stretches of NaN and infinities, counted by `words`;
 * `rises` tells whether x never goes back. What cannot be drawn is counted: `unplaced` points have no
 * place on the axis, `below` are not above zero on a logarithmic axis.
 */
export function lay(points, { x: axis, origin = 0, other = null, log = false, logX = false }) {
  const placeOf = placing(points, { x: axis, origin, other });
  const laid = { x: [], y: [], at: [], gaps: [], rises: true, unplaced: 0, below: 0 };
  let gap = null;
  for (let i = 0; i < points.value.length; i += 1) {
    const here = placeOf(i), value = points.value[i];
    if (here === null || !Number.isFinite(here)) laid.unplaced += 1;
    else if (logX && here <= 0) laid.below += 1;
    else {
      if (here < laid.x[laid.x.length - 1]) {
        laid.rises = false;
        gap = null;
      }
      if (Number.isFinite(value)) {
        if (gap !== null) gap.to = here;
        gap = null;
      } else {
        if (gap === null) laid.gaps.push((gap = { from: here, to: here, words: {} }));
        gap.to = here;
        gap.words[value] = (gap.words[value] ?? 0) + 1;
      }
      const isBelow = log && Number.isFinite(value) && value <= 0;
      laid.below += isBelow ? 1 : 0;
      laid.x.push(here);
      laid.y.push(Number.isFinite(value) && !isBelow ? value : null);
      laid.at.push(i);
    }
  }
  return laid;
}

/** Return how a gap is called: `NaN × 14`; with a plus where there may be more than were sent. */
export function gapText(words, thinned) {
  const sign = { Infinity: "∞", "-Infinity": "−∞" };
  return Object.entries(words)
    .map(([word, count]) => `${sign[word] ?? word} × ${count}${thinned ? "+" : ""}`)
    .join(", ");
}

/** Return the place of the point whose x is nearest to `at`, or null where there are none. */
export function nearest({ x, rises }, at) {
  if (x.length === 0) return null;
  if (!rises) {
    let best = 0;
    for (let i = 1; i < x.length; i += 1) {
      if (Math.abs(x[i] - at) < Math.abs(x[best] - at)) best = i;
    }
    return best;
  }
  const after = Math.min(firstFrom(x, at), x.length - 1);
  return after > 0 && at - x[after - 1] < x[after] - at ? after - 1 : after;
}

/** Return the place of the first of rising numbers that is `at` or more. */
export function firstFrom(x, at) {
  let low = 0, high = x.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x[middle] < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
