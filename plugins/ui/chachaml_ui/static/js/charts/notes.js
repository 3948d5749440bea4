// What a chart cannot show, said below it.

const points = (count) => `${count.toLocaleString("en")} ${count === 1 ? "point" : "points"}`;

/** Say below `figure` what of its curves is not drawn, and why. */
export function explain(figure, curves, { x, metric }) {
  const sum = (name) => curves.reduce((total, { laid }) => total + laid[name], 0);
  const unplaced = sum("unplaced"), below = sum("below");
  const said = [];
  if (unplaced > 0 && x === "step") said.push(`${points(unplaced)} without a step`);
  if (unplaced > 0 && x === "metric") said.push(`${points(unplaced)} without ${metric}`);
  if (below > 0) said.push(`${points(below)} not above zero on a log axis`);
  let note = figure.querySelector(".left-out");
  if (note === null) {
    note = document.createElement("p");
    note.className = "left-out";
    figure.append(note);
  }
  note.hidden = said.length === 0;
  note.textContent = said.length === 0 ? "" : `Not shown: ${said.join("; ")}.`;
}
