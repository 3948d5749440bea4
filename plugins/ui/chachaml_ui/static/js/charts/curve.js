// A chart of one metric, of one run or of several.
//
//     const chart = curve(figure, { series: [{ run, key, label, colour: "c1", origin }], view });
//
// `figure` is made by the macro `chart` of _charts.html, or by `figureFor` of figures.js. Each series is read from
// the server: `run` is an id, `key` a metric, `colour` one of c1 to c10, `origin` the time at which
// the run started, in milliseconds since the Unix epoch; `dash`, lengths in pixels, is left out where
// the colour says enough.
//
// `view` is what can be chosen, and is given again to `chart.show(view)`:
//   x: "step", "time", "relative" (since `origin`) or "metric", which is named by `metric`;
//   smoothing: from 0 to less than 1, see smoothing.js;  log, logX: logarithmic axes.
// A chart whose points mostly have no step is drawn over time where steps are asked for.
//
//   chart.append({ run, key, from, count, points })  adds points that were just logged, as an event of
//       GET /api/live tells of them: from the position `from` on, `count` or, thinned, fewer. What the
//       chart has is left out, what it misses is read
//   chart.counts()                       how many points of each series it has: [{ run, key, count }]
//   chart.zoom(from, to), chart.reset()  show a part of the x axis, or all of it and what follows
//   chart.fade(runs)                     greys the curves of some runs, a set of their ids
//   chart.destroy()                      takes the chart away
//   chart.ready                          is settled once the points are there and drawn
//
// All charts of a page over the same axis share their crosshair. Nothing that is added or shown
// changes the zoom, but another axis does.

import { Data } from "./data.js";
import { Plot } from "./plot.js";
import { sentence } from "./tip.js";
import { explain } from "./notes.js";
import { addKeys, addTools } from "./toolbar.js";

const PAUSE = 150;

/** What a chart shows where nothing was chosen. */
export const VIEW = { x: "step", metric: null, smoothing: 0, log: false, logX: false };

/** Draw series in `figure`; see the top of this file. */
export function curve(figure, { series, view = VIEW }) {
  const chart = new Curve(figure, series, view);
  addTools(chart, figure.querySelector(".curve").getAttribute("aria-label"));
  addKeys(chart);
  return chart;
}

class Curve {
  #host; #data; #plot = null; #view; #ends = null; #timer; #frame = null; #walk = null; #observer;

  constructor(figure, series, view) {
    this.figure = figure;
    this.#host = figure.querySelector(".curve");
    this.#data = new Data(series, () => this.#host.clientWidth * devicePixelRatio);
    this.#view = view;
    this.#observer = new ResizeObserver(() => this.#plot?.fit());
    this.#observer.observe(this.#host);
    this.ready = this.#load();
  }

  /** What is drawn: the curves, with their points as they were laid out. */
  get curves() {
    return this.#data.curves;
  }

  /** The view as it is drawn, which may be over time although steps were asked for. */
  get view() {
    return this.#data.view;
  }

  /** The part of the x axis that was zoomed to, or null. */
  get window() {
    return this.#ends;
  }

  show(view) {
    this.#view = view;
    if (!this.#data.has(view)) {
      this.ready = this.#load();
      return;
    }
    const before = this.view;
    this.#lay();
    if (before.x !== this.view.x || before.metric !== this.view.metric) this.#leaveWindow();
    if (["x", "metric", "log", "logX"].every((name) => before[name] === this.view[name])) this.#draw();
    else this.#build();
  }

  counts() {
    return this.#data.counts();
  }

  append(event) {
    if (!this.#data.append(event)) return;
    // Many deltas may come between two frames, but one drawing is enough for them.
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null;
      this.#lay();
      this.#draw();
      if (this.#data.isStale()) this.#refresh();
    });
  }

  fade(runs) {
    this.#data.fade(runs);
    this.#plot?.repaint();
  }

  zoom(from, to) {
    if (!(from < to)) return;
    this.#ends = [from, to];
    if (this.#data.keepDetail(this.#ends)) this.#lay();
    this.#draw();
    this.#refine();
  }

  reset() {
    if (this.#ends === null) return;
    this.#leaveWindow();
    this.#draw();
  }

  /** Move the crosshair to another point, of another curve if `other` is not 0. */
  walk(by, other = 0) {
    const curves = this.curves;
    if (this.#plot === null || curves.every(({ laid }) => laid.x.length === 0)) return;
    const walk = this.#walk ?? { of: 0, i: curves[0].laid.x.length };
    const of = (walk.of + other + curves.length) % curves.length;
    const last = curves[of].laid.x.length - 1;
    this.#walk = { of, i: Math.min(Math.max(walk.i + by, 0), Math.max(last, 0)) };
    this.#plot.point(this.#walk);
    this.#tell();
  }

  /** Shift what is shown by a part of its length. */
  pan(part) {
    if (this.#ends === null) return;
    const [from, to] = this.#ends, by = (to - from) * part;
    this.zoom(from + by, to + by);
  }

  /** Show more or less of the x axis, around what the crosshair points at. */
  magnify(factor) {
    const [from, to] = this.#plot.ends;
    const middle = this.#plot.pointed ?? (from + to) / 2;
    this.zoom(middle - (middle - from) / factor, middle + (to - middle) / factor);
  }

  destroy() {
    clearTimeout(this.#timer);
    this.#observer.disconnect();
    this.#plot?.destroy();
    this.#plot = null;
    this.#host.replaceChildren();
  }

  async #load() {
    this.#host.setAttribute("aria-busy", "true");
    try {
      await this.#data.load(this.#view);
      // Another view may have been asked for meanwhile, and reads what it needs.
      if (!this.#data.has(this.#view)) return;
      this.#leaveWindow();
      this.#build();
    } catch (error) {
      this.#fail(error);
    }
    this.#host.removeAttribute("aria-busy");
  }

  #fail(error) {
    const said = document.createElement("p"), again = document.createElement("button");
    said.className = "fault";
    said.textContent = `The points did not come: ${error.message} `;
    again.type = "button";
    again.className = "btn small";
    again.textContent = "Try again";
    again.addEventListener("click", () => (this.ready = this.#load()));
    said.append(again);
    this.#plot?.destroy();
    this.#plot = null;
    this.#host.replaceChildren(said);
  }

  /** Read the points again, unseen: what comes next asks once more where that fails. */
  async #refresh() {
    if (await this.#data.refresh(this.#view)) {
      this.#lay();
      this.#draw();
    }
  }

  /** Fetch all points of the window, once it has come to rest; the old ones stay until then. */
  #refine() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(async () => {
      if (await this.#data.loadDetail(this.#ends)) {
        this.#lay();
        this.#draw();
      }
    }, PAUSE);
  }

  #leaveWindow() {
    clearTimeout(this.#timer);
    this.#ends = null;
    this.#data.keepDetail(null);
    this.#lay();
  }

  #lay() {
    this.#data.lay(this.#view);
    this.#walk = null;
    explain(this.figure, this.curves, this.view);
  }

  #build() {
    this.#plot?.destroy();
    this.#host.replaceChildren();
    this.#plot = new Plot(this.#host, this, {
      onZoom: (from, to) => this.zoom(from, to),
      onReset: () => this.reset(),
      onHover: () => (this.#walk = null),
    });
    this.#tell();
  }

  #draw() {
    this.#plot?.draw();
    this.figure.classList.toggle("zoomed", this.#ends !== null);
    this.#tell();
  }

  /** Keep the slider, which the plot is to those who hear it, at the point that is walked to. */
  #tell() {
    const curves = this.curves;
    const { of, i } = this.#walk ?? { of: 0, i: curves[0].laid.x.length - 1 };
    const length = curves[of].laid.x.length;
    const text = length === 0 ? "no points" : sentence(curves[of], i, this.view, curves.length > 1);
    const set = (name, value) => this.#host.setAttribute(`aria-${name}`, String(value));
    set("valuemin", 0);
    set("valuemax", Math.max(length - 1, 0));
    set("valuenow", Math.max(i, 0));
    set("valuetext", text);
  }
}
