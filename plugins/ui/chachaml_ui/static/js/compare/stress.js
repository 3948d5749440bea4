// Which runs the table, the charts and the plots show as usual, and which in grey: a brush keeps some
// runs, and the one that is pointed at stands out.

export class Stress extends EventTarget {
  #kept = null; #lit = null;

  /** All runs of the page by `ids`. */
  constructor(ids) {
    super();
    this.ids = ids;
  }

  /** The run that is pointed at, or null. */
  get lit() {
    return this.#lit;
  }

  /** The runs that the brushes keep: all of them where there is none. */
  get kept() {
    return this.#kept ?? new Set(this.ids);
  }

  /** The runs in grey. */
  get faint() {
    const shown = this.#lit === null ? this.kept : new Set([this.#lit]);
    return new Set(this.ids.filter((id) => !shown.has(id)));
  }

  /** Keep a set of runs, all of them for null. */
  keep(kept) {
    this.#kept = kept;
    this.dispatchEvent(new Event("change"));
  }

  /** Let a run stand out, none for null. */
  light(id) {
    if (this.#lit === id) return;
    this.#lit = id;
    this.dispatchEvent(new Event("change"));
  }
}
