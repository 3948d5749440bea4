// The curves of two versions' source runs over each other, drawn when they are seen.

import { onceSeen } from "./seen.js";

const root = document.querySelector("[data-charts]");

/** Return the two source runs, as the head of the diff says them. */
function readSides() {
  return [...document.querySelectorAll("#diff thead [data-run]")].map(({ dataset, textContent }) => (
    { id: dataset.run, name: textContent.trim(), colour: dataset.curve, origin: Number(dataset.origin) }
  ));
}

if (root !== null) {
  onceSeen(root, async () => {
    const { drawCurves } = await import("./compare/curves.js");
    await drawCurves(root, readSides());
  });
}
