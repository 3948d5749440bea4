// The points of series, as the server has them.

import { send } from "../api.js";
import { columns } from "./points.js";

/** Return the query's window between two values of the axis `x`; none where that cannot be asked. */
function windowOf(x, [from, to], origin) {
  if (x === "metric") return null;
  const [scale, shift] = x === "relative" ? [1000, origin] : [1, 0];
  const whole = (at, round) => {
    const number = round(at * scale + shift);
    return String(Math.min(Math.max(number, -Number.MAX_SAFE_INTEGER), Number.MAX_SAFE_INTEGER));
  };
  return { x: x === "step" ? "step" : "time", from: whole(from, Math.floor), to: whole(to, Math.ceil) };
}

/**
 * Return the points of a series of a run and how many they stand for: at most `most`, so thinned that
 * peaks stay; with a window, those between two values of the axis `x` only.
 */
export async function load({ run, key, origin }, most, window = null) {
  const within = window === null ? {} : windowOf(window.x, window.ends, origin);
  const query = new URLSearchParams({ key, max_points: String(most), ...within });
  const { points, count } = await send("GET", `/api/runs/${encodeURIComponent(run)}/metrics?${query}`);
  return { points: columns(points), count };
}
