// What a chart cannot show, said below it.

const NAMED = 5;

const points = (count) => `${count.toLocaleString("en")} ${count === 1 ? "point" : "points"}`;

/**
 * Say which of several curves have values that are no numbers: what is hatched does not
 * say whose it is. Whatever their labels say, each is written in its own direction.
 */
function hatched(curves) {
  const whose = curves.filter(({ laid }) => laid.gaps.length > 0).map(({ label }) => `\u2068${label}\u2069`);
  if (curves.length < 2 || whose.length === 0) return [];
  const more = whose.length > NAMED ? [`${whose.length - NAMED} more`] : [];
  return [`Hatched: ${[...whose.slice(0, NAMED), ...more].join(", ")}.`];
}

/** Say below `figure` what of its curves is not drawn as a line, and why. */
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
  const all = [...hatched(curves), ...(said.length === 0 ? [] : [`Not shown: ${said.join("; ")}.`])];
  note.hidden = all.length === 0;
  note.textContent = all.join(" ");
}
