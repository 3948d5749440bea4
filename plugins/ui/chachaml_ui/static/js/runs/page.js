// The page of all runs.

import "./actions.js";
import "./columns.js";
import "./dragging.js";
import "./folds.js";
import "./keyboard.js";
import "./query.js";
import "./sparks.js";
import "./views.js";

for (const field of document.querySelectorAll("[data-submits]")) {
  field.addEventListener("change", () => field.form.requestSubmit());
}
