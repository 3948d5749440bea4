// Lines as paths of a canvas: what falls on one column of pixels is drawn once.

import { firstFrom } from "./points.js";

/** Return which of the laid points can be seen between `from` and `to`, their neighbours included. */
function seen({ x, rises }, from, to) {
  if (!rises) return [0, x.length];
  return [Math.max(firstFrom(x, from) - 1, 0), Math.min(firstFrom(x, to) + 2, x.length)];
}

/**
 * Return the line through laid points with the heights `y`. It is interrupted where a height is null,
 * and where x goes back, unless `backwards`; a point that stands alone is a dot.
 *
 * `place` is how the plot lies: `toX` and `toY` make pixels of values, `from` and `to` are its ends on
 * the x axis, `dot` is the radius of a dot in pixels.
 */
export function line(laid, y, { toX, toY, from, to, dot, backwards }) {
  const path = new Path2D();
  const [begin, end] = seen(laid, from, to);
  let column = null, length = 0, low = 0, high = 0, last = 0, before = -Infinity;
  const leaveColumn = () => {
    if (low < last || low < high) path.lineTo(column, low);
    if (high > last) path.lineTo(column, high);
    path.lineTo(column, last);
  };
  const lift = () => {
    if (column === null) return;
    leaveColumn();
    if (length === 1) {
      path.moveTo(column + dot, last);
      path.arc(column, last, dot, 0, 2 * Math.PI);
    }
    column = null;
    length = 0;
  };
  for (let i = begin; i < end; i += 1) {
    const value = y[i], here = laid.x[i];
    if (value === null || (here < before && !backwards)) lift();
    before = here;
    if (value === null) continue;
    const left = Math.round(toX(here)), top = toY(value);
    if (left === column) {
      low = Math.min(low, top);
      high = Math.max(high, top);
    } else {
      if (column === null) path.moveTo(left, top);
      else leaveColumn();
      column = left;
      low = high = top;
    }
    last = top;
    length += 1;
  }
  lift();
  return path;
}

/** Return the area between the least and the greatest height in every `width` pixels. */
export function envelope(laid, { toX, toY, from, to }, width) {
  const path = new Path2D();
  const [begin, end] = seen(laid, from, to);
  let strip = [];
  const close = () => {
    if (strip.length > 1) {
      strip.forEach(({ left, low }, i) => (i === 0 ? path.moveTo(left, low) : path.lineTo(left, low)));
      for (const { left, high } of strip.reverse()) path.lineTo(left, high);
      path.closePath();
    }
    strip = [];
  };
  for (let i = begin; i < end; i += 1) {
    const value = laid.y[i];
    if (value === null || laid.x[i] < laid.x[i - 1]) close();
    if (value === null) continue;
    const left = Math.round(toX(laid.x[i]) / width) * width, top = toY(value);
    const here = strip[strip.length - 1];
    if (here !== undefined && here.left === left) {
      here.low = Math.min(here.low, top);
      here.high = Math.max(here.high, top);
    } else strip.push({ left, low: top, high: top });
  }
  close();
  return path;
}
