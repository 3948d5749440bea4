// The params and metrics of the runs, each of which can be an axis of a plot.

const WORDS = new Set(["NaN", "Infinity", "-Infinity"]);
const SPREAD = 100;

/** The word for a run that does not have the key. */
export const ABSENT = "absent";

/** One param or metric: its `id`, such as `param.lr`, its `name` on the page, and what each run has of it. */
class Dimension {
  #values;

  constructor(kind, key, values, { name, leads = 0 }) {
    this.id = `${kind}.${key}`;
    this.kind = kind;
    this.name = name;
    this.leads = leads;
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
export function dimensionsOf({ params, metrics, best, runs }) {
  const heads = new Set(runs.map(({ headline }) => headline?.key));
  const of = (kind, by, others, more) => Object.entries(by).map(([key, values]) =>
    new Dimension(kind, key, values, { name: Object.hasOwn(others, key) ? `${key} (${kind})` : key, ...more(key) }));
  return [
    ...of("param", params, metrics, () => ({})),
    // A metric has a best run unless neither more nor less of it is better, as of a learning rate.
    ...of("metric", metrics, params, (key) => ({ leads: 2 * Number(heads.has(key)) + Number(best[key]?.length > 0) })),
  ];
}

/** Return the dimensions that a plot begins with: those that differ, params first, of each the most telling. */
export function telling(dimensions, { params, metrics }) {
  const varied = dimensions.filter(({ varies }) => varies);
  const by = (what) => (one, other) => Number(other[what]) - Number(one[what]);
  varied.sort((one, other) =>
    by("leads")(one, other) || by("isSpread")(one, other) || by("isNumber")(one, other));
  const first = (kind, count) => varied.filter((one) => one.kind === kind).slice(0, count);
  return [...first("param", params), ...first("metric", metrics)];
}
