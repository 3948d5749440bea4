// How long a run has been going on: it goes on being told while nothing else happens.

import { duration } from "../times.js";

// By the server's clock: the reader's may be another one.
let told = null, since = 0;

function tick() {
  const shown = document.querySelector("#run-figures [data-lasting]");
  if (shown === null) return;
  if (shown.dataset.lasting !== told) [told, since] = [shown.dataset.lasting, performance.now()];
  // There is no switch any more once the run was deleted.
  if (document.querySelector("label.live input")?.checked) {
    shown.textContent = shown.title = duration(Math.round(Number(told) + performance.now() - since));
  }
}

tick();
setInterval(tick, 1_000);
