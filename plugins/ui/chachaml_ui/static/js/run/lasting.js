// How long a run has been going on: it goes on being told while nothing else happens.

const SECOND = 1_000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR;

const two = (number) => String(Math.floor(number)).padStart(2, "0");

/** Return a length of time in its two largest units, as the server writes it. */
function duration(length) {
  if (length < SECOND) return `${length} ms`;
  if (length < MINUTE) return `${Math.floor(length / SECOND)} s`;
  if (length < HOUR) return `${Math.floor(length / MINUTE)} min ${two((length % MINUTE) / SECOND)} s`;
  if (length < 2 * DAY) return `${Math.floor(length / HOUR)} h ${two((length % HOUR) / MINUTE)} min`;
  return `${Math.floor(length / DAY)} d ${two((length % DAY) / HOUR)} h`;
}

// By the server's clock: the reader's may be another one.
let told = null, since = 0;

function tick() {
  const shown = document.querySelector("#run-figures [data-lasting]");
  if (shown === null) return;
  if (shown.dataset.lasting !== told) [told, since] = [shown.dataset.lasting, performance.now()];
  if (document.querySelector("label.live input")?.checked) { // a run that was deleted has no switch
    shown.textContent = shown.title = duration(Math.round(Number(told) + performance.now() - since));
  }
}

tick();
setInterval(tick, SECOND);
