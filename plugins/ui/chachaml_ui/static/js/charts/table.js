// A chart as a table, for those who would rather read it.

import { moment } from "../times.js";
import { exact } from "./numbers.js";

const ROWS = 500;

function cell(kind, text, name = "") {
  const made = document.createElement(kind);
  made.className = name;
  made.textContent = text;
  return made;
}

function rowOf({ label, points, laid, drawn, smoothed }, i, several) {
  const at = laid.at[i], row = document.createElement("tr");
  const step = points.step[at];
  if (several) row.append(cell("td", label));
  row.append(cell("td", step === null ? "" : exact(step), "n"));
  row.append(cell("td", exact(points.value[at]), Number.isFinite(points.value[at]) ? "n" : "n down"));
  if (smoothed) row.append(cell("td", drawn[i] === null ? "" : exact(drawn[i]), "n"));
  row.append(cell("td", moment(points.time[at])));
  return row;
}

/** Return which points are listed: those in the window, evenly left out where they are too many. */
function listed(curves, window) {
  const [from, to] = window ?? [-Infinity, Infinity];
  const places = curves.flatMap((curve) =>
    curve.laid.x.map((at, i) => ({ curve, i, at })).filter(({ at }) => at >= from && at <= to),
  );
  const every = Math.ceil(places.length / ROWS);
  return { places: places.filter((_, n) => n % every === 0 || n === places.length - 1), every };
}

/** Return a table of the points that `chart` shows, named by `name`. */
export function tableOf(chart, name) {
  const { curves, window } = chart;
  const { places, every } = listed(curves, window);
  const region = document.createElement("div"), table = document.createElement("table");
  region.className = "box tbl";
  region.tabIndex = 0;
  region.setAttribute("role", "region");
  region.setAttribute("aria-label", `${name} as a table`);
  const head = table.createTHead().insertRow();
  const several = curves.length > 1, smoothed = curves.some((curve) => curve.smoothed);
  const titles = [...(several ? ["Run"] : []), "Step", "Value", ...(smoothed ? ["Smoothed"] : []), "Time"];
  for (const title of titles) {
    const shown = cell("th", title, title === "Run" || title === "Time" ? "" : "n");
    shown.scope = "col";
    head.append(shown);
  }
  table.createTBody().append(...places.map(({ curve, i }) => rowOf(curve, i, several)));
  region.append(table);
  if (every > 1) region.append(cell("p", `One of every ${every} points; zoom in to read all.`, "dim"));
  return region;
}
