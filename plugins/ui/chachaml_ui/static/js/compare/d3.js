// The parts of D3 that plots are drawn with. Its files are no modules, but write into one global;
// nothing else here reads that.

import "../../vendor/d3/d3-dispatch.min.js";
import "../../vendor/d3/d3-selection.min.js";
import "../../vendor/d3/d3-timer.min.js";
import "../../vendor/d3/d3-ease.min.js";
import "../../vendor/d3/d3-color.min.js";
import "../../vendor/d3/d3-interpolate.min.js";
import "../../vendor/d3/d3-transition.min.js";
import "../../vendor/d3/d3-drag.min.js";
import "../../vendor/d3/d3-brush.min.js";
import "../../vendor/d3/d3-array.min.js";
import "../../vendor/d3/d3-format.min.js";
import "../../vendor/d3/d3-time.min.js";
import "../../vendor/d3/d3-time-format.min.js";
import "../../vendor/d3/d3-scale.min.js";

export const { brushY, create, scaleLinear, scaleLog, scalePoint, select } = globalThis.d3;
