// The tooltip at the crosshair: what the curves say there.

import { moment } from "../times.js";
import { exact } from "./numbers.js";
import { SAYINGS } from "./axes.js";

const ROWS = 10;

/** Say one point in words, for those who hear the chart. */
export function sentence({ label, laid, points, drawn }, i, { x, metric }, several) {
  const at = laid.at[i], value = points.value[at];
  const smoothed = drawn[i] === null || drawn[i] === value ? "" : `, smoothed ${exact(drawn[i])}`;
  return `${several ? `${label}, ` : ""}${SAYINGS[x](laid.x[i], metric)}: ${exact(value)}${smoothed}`;
}

function row(name, text, colour = null) {
  const shown = document.createElement("div");
  const term = document.createElement("dt"), said = document.createElement("dd");
  if (colour !== null) {
    const swatch = document.createElement("i");
    swatch.className = `mark ${colour}`;
    term.append(swatch);
  }
  const isolated = document.createElement("bdi");
  isolated.textContent = name;
  term.append(isolated);
  said.textContent = text;
  shown.append(term, said);
  return shown;
}

function rowsOfOne({ laid, points, drawn, colour }, i, x) {
  const at = laid.at[i], value = points.value[at];
  const rows = [];
  if (drawn[i] !== null && drawn[i] !== value) rows.push(row("smoothed", exact(drawn[i]), colour));
  rows.push(row(rows.length === 0 ? "value" : "raw", exact(value), rows.length === 0 ? colour : null));
  if (x !== "step" && points.step[at] !== null) rows.push(row("step", exact(points.step[at])));
  if (x !== "time") rows.push(row("at", moment(points.time[at])));
  return rows;
}

/** Rows of those curves that are nearest to the height `level`, from the highest to the lowest. */
function rowsOfMany(hits, level) {
  const value = ({ curve, i }) => curve.drawn[i] ?? curve.points.value[curve.laid.at[i]];
  const far = (hit) => (Number.isFinite(value(hit)) ? Math.abs(value(hit) - level) : Infinity);
  const near = [...hits].sort((one, other) => far(one) - far(other)).slice(0, ROWS);
  near.sort((one, other) => value(other) - value(one));
  const rows = near.map((hit) => row(hit.curve.label, exact(value(hit)), hit.curve.colour));
  if (hits.length > ROWS) rows.push(row(`and ${hits.length - ROWS} more`, ""));
  return rows;
}

/** Fill `tip` with what the `hits`, points of curves, are: {curve, i}, at the height `level`. */
export function fillTip(tip, hits, { x, metric }, level) {
  const head = document.createElement("p");
  const [first] = hits;
  head.textContent = SAYINGS[x](first.curve.laid.x[first.i], metric);
  const list = document.createElement("dl");
  list.append(...(hits.length === 1 ? rowsOfOne(first.curve, first.i, x) : rowsOfMany(hits, level)));
  tip.replaceChildren(head, list);
}

/** Put `tip` beside the pixel `left`, `top` of a plot of that width and height. */
export function placeTip(tip, { left, top, width, height }) {
  tip.hidden = false;
  const size = tip.getBoundingClientRect();
  const beside = left + 12 + size.width <= width ? left + 12 : Math.max(left - 12 - size.width, 0);
  const below = Math.min(Math.max(top - size.height / 2, 0), Math.max(height - size.height, 0));
  tip.style.transform = `translate(${Math.round(beside)}px, ${Math.round(below)}px)`;
}
