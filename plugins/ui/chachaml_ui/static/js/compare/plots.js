// The plots over all params and metrics of the runs.

import { compared } from "./compared.js";
import { dimensionsOf } from "./dimensions.js";
import { ParallelPlot } from "./parallel.js";
import { ScatterPlot } from "./scatter.js";

/** Draw the plots of `runs`, which follow and lead `stress`. */
export async function drawPlots(runs, stress) {
  const dimensions = dimensionsOf(await compared(runs));
  for (const [id, Plot] of [["scatter", ScatterPlot], ["parallel", ParallelPlot]]) {
    const section = document.getElementById(id);
    section.hidden = dimensions.length === 0;
    section.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
    if (dimensions.length > 0) new Plot(section, { runs, dimensions, stress });
  }
}
