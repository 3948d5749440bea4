// Small curves beside the values of one column, for the rows that are seen.

import { send } from "../api.js";
import { onRows, rows } from "./table.js";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT, EDGE] = [88, 20, 2];
const POINTS = 44;
const TOGETHER = 100;
const curves = new Map(); // by run, metric and value: the values of its curve
const wanted = new Map(); // what is asked for next: the same, with what to ask
const seen = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (isIntersecting) want(target);
  }
});
let waiting = 0;

function placeOf(row) {
  return row.querySelector(".spark[data-key]");
}

function nameOf(row) {
  const place = placeOf(row);
  return JSON.stringify([row.dataset.run, place.dataset.key, place.closest("td").title || place.closest("td").textContent]);
}

function want(row) {
  if (placeOf(row) === null || curves.has(nameOf(row))) return;
  wanted.set(nameOf(row), { run: row.dataset.run, key: placeOf(row).dataset.key });
  waiting ||= setTimeout(ask);
}

async function ask() {
  waiting = 0;
  const asked = [...wanted];
  wanted.clear();
  for (const key of new Set(asked.map(([, one]) => one.key))) {
    const some = asked.filter(([, one]) => one.key === key);
    for (let begin = 0; begin < some.length; begin += TOGETHER) await read(key, some.slice(begin, begin + TOGETHER));
  }
}

async function read(key, some) {
  const query = new URLSearchParams({ runs: some.map(([, { run }]) => run).join(","), key, points: POINTS });
  const found = await send("GET", `/api/sparks?${query}`).catch(() => ({}));
  for (const [name, { run }] of some) curves.set(name, found[run]?.value.map(Number) ?? []);
  show();
}

function path(looks, d) {
  const drawn = document.createElementNS(SVG, "path");
  drawn.setAttribute("class", looks);
  drawn.setAttribute("d", d);
  return drawn;
}

/** Return the drawing of some values; where one is no number, the pen is lifted. */
function curve(values) {
  const finite = values.filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const x = (place) => EDGE + ((WIDTH - 2 * EDGE) * place) / Math.max(values.length - 1, 1);
  const y = (value) => EDGE + (HEIGHT - 2 * EDGE) * (high > low ? (high - value) / (high - low) : 0.5);
  const at = (place) => `${x(place).toFixed(1)} ${y(values[place]).toFixed(1)}`;
  const d = values.map((value, place) =>
    Number.isFinite(value) ? `${Number.isFinite(values[place - 1]) ? "L" : "M"}${at(place)}` : "").join("");
  const last = values.findLastIndex(Number.isFinite);
  const drawn = document.createElementNS(SVG, "svg");
  drawn.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  drawn.setAttribute("preserveAspectRatio", "none");
  drawn.setAttribute("aria-hidden", "true");
  drawn.append(path("", d));
  if (last >= 0) drawn.append(path(last === values.length - 1 ? "end" : "end broken", `M${at(last)}h0`));
  return drawn;
}

function show() {
  for (const row of rows()) {
    const place = placeOf(row);
    if (place === null || place.dataset.drawn === nameOf(row) && place.firstChild !== null) continue;
    const values = curves.get(nameOf(row));
    if (values === undefined || values.length === 0) continue;
    place.dataset.drawn = nameOf(row);
    place.replaceChildren(curve(values));
  }
}

onRows(() => {
  seen.disconnect();
  for (const row of rows()) seen.observe(row);
  show();
});
