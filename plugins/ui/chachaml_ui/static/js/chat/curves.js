// The curves that an answer is about: those that its calls have read, each metric a chart.

import { send } from "../api.js";
import { curve } from "../charts/curve.js";
import { figureFor } from "../charts/figures.js";

const CHARTS = 4;
const COLOURS = 10; // and so many runs in a chart

/** Draw in `place` what `read` names: for each key of a metric, the ids of the runs. */
export async function drawCurves(place, read) {
  const wanted = [...read].slice(0, CHARTS).map(([key, ids]) => [key, [...ids].slice(0, COLOURS)]);
  const ids = [...new Set(wanted.flatMap(([, runs]) => runs))];
  const found = new Map((await Promise.all(ids.map(runOf))).filter((run) => run !== null).map((run) => [run.id, run]));
  for (const [key, runs] of wanted) {
    const own = runs.filter((id) => found.has(id)).map((id) => found.get(id));
    if (own.length > 0) draw(place, key, own);
  }
}

async function runOf(id) {
  try {
    return await send("GET", `/api/runs/${encodeURIComponent(id)}`);
  } catch {
    return null; // it was deleted since, and an old answer is read again
  }
}

function draw(place, key, runs) {
  const figure = figureFor(key, "");
  figure.querySelector("output").replaceChildren(link(runs));
  place.append(figure);
  const series = runs.map(({ id, name, started_at: origin }, i) => ({ run: id, key, label: name ?? id.slice(0, 8), colour: `c${i + 1}`, origin }));
  curve(figure, { series });
}

/** Return a link to where the runs can be looked at. */
function link(runs) {
  const made = document.createElement("a");
  const ids = runs.map(({ id }) => encodeURIComponent(id));
  made.className = "btn quiet small";
  made.href = ids.length === 1 ? `/runs/${ids[0]}` : `/compare?ids=${ids.join(",")}`;
  made.textContent = ids.length === 1 ? "Open run" : "Open in compare";
  return made;
}
