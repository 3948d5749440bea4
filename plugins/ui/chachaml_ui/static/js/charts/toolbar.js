// The buttons of a chart: reset the zoom, show as a table, enlarge.

import { icon } from "./icons.js";
import { tableOf } from "./table.js";

function dress(button, glyph, label) {
  button.title = label;
  button.setAttribute("aria-label", label);
  button.replaceChildren(icon(glyph));
}

function button(glyph, label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn key quiet small";
  dress(made, glyph, label);
  made.addEventListener("click", () => act(made));
  return made;
}

/** Show the points of `chart` as a table in place of its curve, or the curve again. */
function toggleTable(chart, name, pressed) {
  const { figure } = chart, shown = figure.querySelector(".tbl");
  const plot = figure.querySelector(".curve");
  if (shown === null) plot.after(tableOf(chart, name));
  else shown.remove();
  plot.hidden = shown === null;
  pressed.setAttribute("aria-pressed", String(shown === null));
}

/** Move `figure` into the page's dialog for charts until that is closed, as `pressed` then does. */
function enlarge(figure, name, pressed) {
  const dialog = document.getElementById("enlarged");
  if (dialog.open) {
    dialog.close();
    return;
  }
  const place = document.createElement("div");
  place.className = "chart";
  place.style.height = `${figure.offsetHeight}px`;
  figure.replaceWith(place);
  dialog.append(figure);
  dress(pressed, "x", `Close ${name}`);
  dialog.showModal();
  dialog.addEventListener(
    "close",
    () => {
      place.replaceWith(figure);
      dress(pressed, "maximize-2", `Enlarge ${name}`);
      pressed.focus();
    },
    { once: true },
  );
}

/** Give `chart`, which is called `name`, its buttons. */
export function addTools(chart, name) {
  const tools = chart.figure.querySelector(".tools");
  if (tools === null || tools.childElementCount > 0) return;
  tools.append(
    button("rotate-ccw", `Reset zoom of ${name}`, () => chart.reset()),
    button("table-2", `Show ${name} as a table`, (pressed) => toggleTable(chart, name, pressed)),
    button("maximize-2", `Enlarge ${name}`, (pressed) => enlarge(chart.figure, name, pressed)),
  );
}

const STEPS = { ArrowLeft: [-1], ArrowRight: [1], PageUp: [-10], PageDown: [10], Home: [-Infinity], End: [Infinity], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Let `chart` be walked through by the keyboard: points, curves, zoom. */
export function addKeys(chart) {
  const plot = chart.figure.querySelector(".curve");
  plot.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event;
    if (event.shiftKey && key === "ArrowLeft") chart.pan(-0.2);
    else if (event.shiftKey && key === "ArrowRight") chart.pan(0.2);
    else if (key in STEPS) chart.walk(...STEPS[key]);
    else if (key === "+" || key === "=") chart.magnify(2);
    else if (key === "-") chart.magnify(0.5);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}
