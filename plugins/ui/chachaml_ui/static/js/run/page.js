// What the page of a run does.

import "./actions.js";
import "./artifacts.js";
import "./finding.js";
import "./lasting.js";
import "./live.js";
import "./note.js";
import "./registering.js";
import "./tags.js";
