// Times by the reader's own clock: what the server writes is in UTC, and so is every `title`. And
// lengths of time.

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const SECOND = 1_000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR;

const two = (number) => String(number).padStart(2, "0");
const day = (then) => `${then.getDate()} ${MONTHS[then.getMonth()]}`;
const hour = (then) => `${two(then.getHours())}:${two(then.getMinutes())}`;

/** Write the times of `page`, or of a part of it, in the reader's zone, each in the form that it has. */
export function localise(page) {
  for (const shown of page.querySelectorAll("time")) {
    const then = new Date(shown.dateTime), text = shown.textContent;
    if (/ \d\d:\d\d$/.test(text)) shown.textContent = `${day(then)} ${hour(then)}`;
    else if (/ \d{4}$/.test(text)) shown.textContent = `${day(then)} ${then.getFullYear()}`;
  }
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  for (const said of page.querySelectorAll("[data-zone]")) said.textContent = `times in ${timeZone}`;
}

/** Return a page of the server, parsed and never run, with its times in the reader's zone. */
export function pageOf(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  localise(page);
  return page;
}

/** Return how far the reader's clock is ahead of UTC at a moment; both are milliseconds. */
export function ahead(at) {
  return -new Date(at).getTimezoneOffset() * MINUTE || 0;
}

/** Return a moment, in milliseconds since the Unix epoch, to the millisecond where it has any. */
export function moment(at) {
  const then = new Date(at);
  if (Number.isNaN(then.valueOf())) return "beyond all calendars";
  const date = `${then.getFullYear()}-${two(then.getMonth() + 1)}-${two(then.getDate())}`;
  return `${date} ${hour(then)}:${two(then.getSeconds())}${at % SECOND === 0 ? "" : fraction(then, 3)}`;
}

/**
 * Return a tick's text for a moment: the day at midnight, else the hour, as finely as `step`, the
 * milliseconds from one tick to the next, asks for.
 */
export function clock(at, step) {
  const then = new Date(at);
  if (Number.isNaN(then.valueOf())) return "";
  const isMidnight = then.getHours() + then.getMinutes() + then.getSeconds() + then.getMilliseconds() === 0;
  if (step >= DAY || isMidnight) return day(then);
  if (step >= MINUTE) return hour(then);
  const second = `${hour(then)}:${two(then.getSeconds())}`;
  if (step >= SECOND) return second;
  return second + fraction(then, step % 100 === 0 ? 1 : step % 10 === 0 ? 2 : 3);
}

/** Return a length of time in its two largest units, as the server writes it (`pages/words.py`). */
export function duration(milliseconds) {
  const pair = (size, unit, part, smaller) =>
    `${Math.floor(milliseconds / size)} ${unit} ${two(Math.floor((milliseconds % size) / part))} ${smaller}`;
  if (milliseconds < SECOND) return `${Math.max(milliseconds, 0)} ms`;
  if (milliseconds < MINUTE) return `${Math.floor(milliseconds / SECOND)} s`;
  if (milliseconds < HOUR) return pair(MINUTE, "min", SECOND, "s");
  if (milliseconds < 2 * DAY) return pair(HOUR, "h", MINUTE, "min");
  return pair(DAY, "d", HOUR, "h");
}

function fraction(then, digits) {
  return `.${String(then.getMilliseconds()).padStart(3, "0").slice(0, digits)}`;
}
