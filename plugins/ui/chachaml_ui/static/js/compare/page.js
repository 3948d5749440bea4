// The page of a comparison: the address, the curves, and the plots when they come into view.

import { onKey } from "../frame.js";
import { onceSeen } from "../seen.js";
import { watchAddress } from "./address.js";
import { keepUp } from "./live.js";
import { readRuns } from "./runs.js";
import { Stress } from "./stress.js";
import { followStress } from "./table.js";

const runs = readRuns();
const stress = new Stress(runs.map(({ id }) => id));

watchAddress();
onKey("/", () => document.querySelector('.only [name="find"]').focus());

if (runs.length > 0) followStress(stress);

const curves = document.querySelector("[data-charts]");
if (curves !== null) {
  import("./curves.js").then(({ drawCurves }) => drawCurves(curves, runs)).then((board) => {
    stress.addEventListener("change", () => board.fade(stress.faint));
    keepUp(runs, board, curves);
  });
} else if (runs.length > 0) keepUp(runs, null, null);

const scatter = document.getElementById("scatter");
if (scatter !== null) {
  onceSeen(scatter, () => import("./plots.js").then(({ drawPlots }) => drawPlots(runs, stress)));
}
