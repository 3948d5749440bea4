// How charts write numbers, times and spans of time.

const UNITS = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]];
// Made once: making one takes longer than writing a thousand numbers with it.
const WHOLE = new Intl.NumberFormat("en");
const SEVEN = new Intl.NumberFormat("en", { maximumSignificantDigits: 7 });
const FOUR = new Intl.NumberFormat("en", { minimumFractionDigits: 4, maximumFractionDigits: 4 });
const MINUTE = 60, HOUR = 3600, DAY = 86400;

/** Return a tick's text: `5k`, `0.25`, `1e-4`; at most four digits count. */
export function short(value) {
  const size = Math.abs(value);
  if (value === 0) return "0";
  if (size < 1e-3 || size >= 1e15) return value.toExponential(3).replace(/\.?0+e/, "e").replace("e+", "e");
  const [unit, letter] = UNITS.find(([unit]) => size >= unit) ?? [1, ""];
  return `${Number((value / unit).toPrecision(4))}${letter}`.replace("-", "−");
}

/** Return a value to read: seven digits at most, thousands apart; NaN and infinities as words. */
export function exact(value) {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return WHOLE.format(value);
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e15) return value.toExponential(3);
  return SEVEN.format(value);
}

/** Return a value as a column of figures has it: four decimals, or a power of ten. */
export function figure(value) {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (value !== 0 && (size < 1e-3 || size >= 1e7)) {
    return value.toExponential(3).replace(/e([+-])(\d)$/, "e$10$2");
  }
  return FOUR.format(value);
}

/** Return a number of seconds in its two largest units, such as `54 min 20 s`. */
export function lasting(seconds) {
  const sign = seconds < 0 ? "−" : "";
  const left = Math.abs(seconds);
  const two = (size, unit, part, smaller) => {
    const rest = Math.floor((left % size) / part);
    return `${sign}${Math.floor(left / size)} ${unit}${rest === 0 ? "" : ` ${rest} ${smaller}`}`;
  };
  if (left < MINUTE) return `${sign}${Number(left.toPrecision(3))} s`;
  if (left < HOUR) return two(MINUTE, "min", 1, "s");
  if (left < 2 * DAY) return two(HOUR, "h", MINUTE, "min");
  return two(DAY, "d", HOUR, "h");
}

/** Return a number of seconds to the millisecond, such as `1:00:10`, as finely as `step` asks for. */
export function counted(seconds, step) {
  const all = Math.round(Math.abs(seconds) * 1000), whole = Math.floor(all / 1000);
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(whole / HOUR), minutes = Math.floor((whole % HOUR) / MINUTE);
  const part = step < 1 ? `.${String(all % 1000).padStart(3, "0")}` : "";
  return `${seconds < 0 ? "−" : ""}${hours > 0 ? `${hours}:` : ""}${two(minutes)}:${two(whole % MINUTE)}${part}`;
}

/** Return texts of all `numbers` that differ, in the first of some `ways` that tells them apart. */
export function apart(numbers, ways) {
  const written = ways.map((way) => numbers.map(way));
  return written.find((texts) => new Set(texts).size === texts.length) ?? written[written.length - 1];
}
