// The points that a chart has: of all of each series, and of the window that it is zoomed to.

import { load } from "./history.js";
import { columns, extend, haveSteps, lay } from "./points.js";
import { smooth } from "./smoothing.js";

const LEAST = 500, MOST = 4000;

export class Data {
  #series; #pixels; #others = []; #asked = 0;

  /** `pixels` tells how wide the chart is. */
  constructor(series, pixels) {
    this.#series = series.map((one) => ({ ...one, whole: null, detail: null }));
    this.#pixels = pixels;
    this.curves = [];
    this.view = null;
  }

  /** How many points are asked for: the least and the greatest of every pixel, in hundreds. */
  get #most() {
    return Math.min(Math.max(Math.ceil(this.#pixels() / 50) * 100, LEAST), MOST);
  }

  /** Read the series, those that are there excepted, and the metric that is the x axis. */
  async load({ x, metric }) {
    const most = this.#most;
    await Promise.all(this.#series.map(async (one) => (one.whole ??= await load(one, most))));
    if (x !== "metric") return;
    this.#others = await Promise.all(
      this.#series.map(async (one) => (await load({ ...one, key: metric }, MOST)).points),
    );
  }

  /** Read the series again; more was added to them than is drawn. */
  async refresh() {
    const most = this.#most;
    await Promise.all(this.#series.map(async (one) => (one.whole = await load(one, most))));
  }

  /** Read what lies around a window in more detail; tell whether there was more to read. */
  async loadDetail([from, to]) {
    const thinned = this.#series.filter(({ whole }) => whole.count > whole.points.value.length);
    if (thinned.length === 0 || this.view.x === "metric") return false;
    this.#asked += 1;
    const asked = this.#asked, half = (to - from) / 2;
    const window = { x: this.view.x, ends: [from - half, to + half] };
    const found = await Promise.all(thinned.map((one) => load(one, 2 * this.#most, window)));
    if (asked !== this.#asked) return false;
    thinned.forEach((one, i) => (one.detail = found[i].points.value.length > 0 ? found[i] : null));
    return true;
  }

  forgetDetail() {
    this.#asked += 1;
    for (const one of this.#series) one.detail = null;
  }

  /** Add points to the series of `run`; tell whether any of them were new. */
  append(sent, run, count) {
    const one = run === null ? this.#series[0] : this.#series.find((other) => other.run === run);
    if (one === undefined || one.whole === null) return false;
    const length = sent.value.length;
    const fresh = Math.min(count === null ? length : count - one.whole.count, length);
    if (fresh <= 0) return false;
    const cut = (column) => column.slice(length - fresh);
    const more = columns({ step: cut(sent.step), timestamp: cut(sent.timestamp), value: cut(sent.value) });
    for (const part of [one.whole, one.detail]) {
      if (part === null) continue;
      extend(part.points, more);
      part.count += fresh;
    }
    return true;
  }

  /** Tell whether a series has become so long that it should be thinned again. */
  isCrowded() {
    return this.#series.some(({ whole }) => whole.points.value.length > 2 * MOST);
  }

  /** Lay all points out as `view` asks for. */
  lay(view) {
    const isTimed = view.x === "step" && !haveSteps(this.#series.map(({ whole }) => whole.points));
    this.view = isTimed ? { ...view, x: "time" } : view;
    this.curves = this.#series.map((one, i) => this.#layOne(one, this.#others[i] ?? null));
  }

  #layOne({ label, colour, origin, whole, detail }, other) {
    const { points, count } = detail ?? whole;
    const laid = lay(points, { ...this.view, origin, other });
    const drawn = smooth(laid.y, this.view.smoothing);
    const thinned = count > points.value.length;
    return { label, colour, points, laid, drawn, thinned, smoothed: drawn !== laid.y };
  }
}
