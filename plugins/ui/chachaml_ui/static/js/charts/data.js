// The points that a chart has: of all of each series, and of the window that it is zoomed to.

import { ApiError } from "../api.js";
import { load } from "./history.js";
import { extend, follow, haveSteps, lay } from "./points.js";
import { smooth } from "./smoothing.js";

const LEAST = 1000, MOST = 4000;

export class Data {
  #series; #pixels; #others = []; #asked = 0; #covered = null; #metric = null; #wanted = null; #missed = false; #isReading = false;
  #faint = new Set();

  /** `pixels` tells how wide the chart is. */
  constructor(series, pixels) {
    this.#series = series.map((one) => ({ ...one, whole: null, detail: null, reading: null }));
    this.#pixels = pixels;
    this.curves = [];
    this.view = null;
  }

  /**
   * How many points are asked for: the least and the greatest of every pixel, in hundreds; but many
   * series are so short that they can be had whole.
   */
  get #most() {
    return Math.min(Math.max(Math.ceil(this.#pixels() / 50) * 100, LEAST), MOST);
  }

  /** Tell whether everything is there that `view` shows. */
  has({ x, metric }) {
    return this.#series.every(({ whole }) => whole !== null) && (x !== "metric" || metric === this.#metric);
  }

  /** Read what is not there yet of what `view` shows. */
  async load(view) {
    const most = this.#most;
    await Promise.all(this.#series.map((one) => this.#loadOne(one, most)));
    await this.#loadOthers(view);
  }

  /** Read everything again; tell whether that came to an end, and not to a fault. */
  async refresh(view) {
    if (this.#isReading) return false;
    this.#isReading = true;
    try {
      const most = this.#most;
      const whole = await Promise.all(this.#series.map((one) => load(one, most)));
      await this.#loadOthers(view);
      whole.forEach((read, i) => (this.#series[i].whole = read));
      this.#missed = false;
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return false;
    } finally {
      this.#isReading = false;
    }
  }

  async #loadOne(one, most) {
    one.reading ??= load(one, most);
    try {
      one.whole ??= await one.reading;
    } finally {
      one.reading = null;
    }
  }

  /** Read the metric that is the x axis. */
  async #loadOthers({ x, metric }) {
    if (x !== "metric") return;
    this.#wanted = metric;
    const others = await Promise.all(this.#series.map((one) => load({ ...one, key: metric }, MOST)));
    if (this.#wanted !== metric) return; // another one was chosen meanwhile
    this.#others = others;
    this.#metric = metric;
  }

  /** Read what lies around a window in more detail; tell whether there was more to read. */
  async loadDetail([from, to]) {
    const thinned = this.#series.filter(({ whole }) => whole.count > whole.points.value.length);
    if (thinned.length === 0 || this.view.x === "metric") return false;
    this.#asked += 1;
    const asked = this.#asked, half = (to - from) / 2, ends = [from - half, to + half];
    const window = { x: this.view.x, ends };
    let found;
    try {
      found = await Promise.all(thinned.map((one) => load(one, 2 * this.#most, window)));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return false;
    }
    if (asked !== this.#asked) return false;
    thinned.forEach((one, i) => (one.detail = found[i].points.value.length > 0 ? found[i] : null));
    this.#covered = ends;
    return true;
  }

  /** Forget the details where they are not of what `ends` holds; tell whether there were any. */
  keepDetail(ends) {
    const isCovered = ends !== null && this.#covered !== null && this.#covered[0] <= ends[0] && ends[1] <= this.#covered[1];
    if (isCovered) return false;
    this.#asked += 1;
    const isLost = this.#covered !== null;
    this.#covered = null;
    for (const one of this.#series) one.detail = null;
    return isLost;
  }

  /** Return how many points there are of each series, and of the metric that is the x axis. */
  counts() {
    const own = this.#series.map(({ run, key, whole }) => ({ run, key, count: whole?.count ?? null }));
    const others = this.#others.map(({ count }, i) => ({ run: own[i].run, key: this.#metric, count }));
    return [...own, ...others];
  }

  /** Add the points of an event of GET /api/live; tell whether anything has changed by that. */
  append(event) {
    const i = this.#series.findIndex(({ run }) => run === event.run);
    if (i < 0 || this.#series[i].whole === null) return false;
    const { whole, detail } = this.#series[i], other = this.#others[i];
    const followed = [];
    if (event.key === this.#series[i].key) {
      const fresh = follow(whole, event);
      if (fresh && detail !== null) extend(detail, fresh);
      followed.push(fresh);
    }
    if (event.key === this.#metric && other !== undefined) followed.push(follow(other, event));
    this.#missed ||= followed.includes(undefined);
    return followed.some((fresh) => fresh !== null);
  }

  /** Tell whether points were missed, or more were added than should be drawn. */
  isStale() {
    return this.#missed || this.#series.some(({ whole }) => whole.points.value.length > 2 * MOST);
  }

  /** Lay all points out as `view` asks for. */
  lay(view) {
    const isTimed = view.x === "step" && !haveSteps(this.#series.map(({ whole }) => whole.points));
    this.view = isTimed ? { ...view, x: "time" } : view;
    this.curves = this.#series.map((one, i) => this.#layOne(one, this.#others[i]?.points ?? null));
    this.fade(this.#faint);
  }

  /** Give the curves of the runs `faint` the colour of rules, and the others their own. */
  fade(faint) {
    this.#faint = faint;
    for (const curve of this.curves) curve.colour = faint.has(curve.run) ? "line-2" : curve.own;
  }

  #layOne({ run, label, colour, dash, origin, whole, detail }, other) {
    const { points, count } = detail ?? whole;
    const laid = lay(points, { ...this.view, origin, other });
    const drawn = smooth(laid.y, this.view.smoothing);
    const thinned = count > points.value.length;
    return { run, label, colour, own: colour, dash, points, laid, drawn, thinned, smoothed: drawn !== laid.y };
  }
}
