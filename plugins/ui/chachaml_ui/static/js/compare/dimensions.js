// The params and metrics of the runs, each of which can be an axis of a plot.

const WORDS = new Set(["NaN", "Infinity", "-Infinity"]);
const SPREAD = 100;

/** The word for a run that does not have the key. */
export const ABSENT = "absent";

/** One param or metric: its `id`, such as `param.lr`, its `name`, and what each run has of it. */
class Dimension {
  #values;

  constructor(kind, name, values) {
    this.id = `${kind}.${name}`;
    this.kind = kind;
    this.name = name;
    this.#values = values;
    const all = Object.values(values).filter((value) => !WORDS.has(value));
    this.isNumber = all.length > 0 && all.every((value) => typeof value === "number");
    this.numbers = this.isNumber ? all : [];
    this.isSpread = this.isNumber && Math.min(...all) > 0 && Math.max(...all) >= SPREAD * Math.min(...all);
  }

  /** Return what a run has as text, in full. */
  text(run) {
    if (!(run in this.#values)) return ABSENT;
    const value = this.#values[run];
    return typeof value === "string" ? value : JSON.stringify(value);
  }

  /** Return the number that a run has, or null. */
  number(run) {
    const value = this.#values[run];
    return this.isNumber && typeof value === "number" ? value : null;
  }

  /** Tell whether the runs that have it do not all have the same. */
  get varies() {
    return new Set(Object.keys(this.#values).map((run) => this.text(run))).size > 1;
  }
}

/** Return all params and then all metrics of what `GET /api/compare` answers. */
export function dimensionsOf({ params, metrics }) {
  const of = (kind, by) => Object.entries(by).map(([name, values]) => new Dimension(kind, name, values));
  return [...of("param", params), ...of("metric", metrics)];
}

/** Return the dimensions that a plot begins with: params that differ, numbers first, then metrics. */
export function telling(dimensions, { params, metrics }) {
  const varied = dimensions.filter(({ varies }) => varies);
  varied.sort((one, other) => Number(other.isSpread) - Number(one.isSpread) || Number(other.isNumber) - Number(one.isNumber));
  const first = (kind, count) => varied.filter((one) => one.kind === kind).slice(0, count);
  return [...first("param", params), ...first("metric", metrics)];
}
