// The plot of a chart: uPlot's axes, brush and crosshair, our lines.

import uPlot from "../../vendor/uplot.js";
import { EDGE, axes, extent, reach } from "./axes.js";
import { isDashed, onPalette, palette } from "./palette.js";
import { paintGaps, paintLatest, paintNames, paintRaw } from "./paint.js";
import { line } from "./paths.js";
import { pinch } from "./pinch.js";
import { nearest } from "./points.js";
import { fillTip, placeTip } from "./tip.js";

const WIDTH = 1.75;
const NAMES = 150;
// How uPlot calls an axis of powers, and one that we have bent: ours is in quarters, as a difference of
// large values may be infinite.
const LOG = 3, BENT = 100;
const quarter = (value) => value / 4;
const SHARED = (type) => type === "mousemove" || type === "mouseleave";

/** Return how wide the names of several curves are, in pixels. */
function widthOfNames(curves) {
  if (curves.length < 2) return EDGE;
  const context = document.createElement("canvas").getContext("2d");
  context.font = palette().font;
  const widths = curves.map(({ label }) => context.measureText(label).width);
  return Math.min(Math.max(...widths), NAMES) + 22;
}

/** Return what makes pixels of the canvas of values on a scale. */
function toPixels(u, name) {
  const { min, max, distr } = u.scales[name];
  if (distr === LOG) return (value) => u.valToPos(value, name, true);
  // Two points make a line, and much less work than to ask for each value.
  const start = u.valToPos(min, name, true), first = quarter(min);
  const slope = (u.valToPos(max, name, true) - start) / (quarter(max) - first);
  return (value) => start + (quarter(value) - first) * slope;
}

export class Plot {
  #host; #chart; #on; #tip; #u; #isUnder = false; #walk = null; #forget;

  /** Draw the curves of `chart` in `host`; `on` are called when somebody zooms, resets or hovers. */
  constructor(host, chart, on) {
    this.#host = host;
    this.#chart = chart;
    this.#on = on;
    this.#tip = document.createElement("div");
    this.#tip.className = "tip";
    this.#tip.hidden = true;
    this.#u = new uPlot(this.#options(), this.#data(), host);
    this.#u.over.append(this.#tip);
    this.#listen(this.#u.over);
    this.#forget = onPalette(() => this.#u.redraw(false, true));
  }

  /** The ends of the x axis as it is drawn. */
  get ends() {
    const { min, max } = this.#u.scales.x;
    return [min, max];
  }

  /** What on the x axis the crosshair points at, or null. */
  get pointed() {
    const { left } = this.#u.cursor;
    return left >= 0 ? this.#u.posToVal(left, "x") : null;
  }

  /** Draw anew after the points, the window or the smoothing have changed. */
  draw() {
    const [min, max] = this.#ends();
    this.#u.batch(() => {
      this.#u.setData(this.#data(), false);
      this.#u.setScale("x", { min, max });
    });
  }

  /** Draw the same curves again, in the colours that they have now. */
  repaint() {
    this.#u.redraw(false);
  }

  /** Take the size of the host. */
  fit() {
    const { clientWidth: width, clientHeight: height } = this.#host;
    if (width > 0 && (width !== this.#u.width || height !== this.#u.height)) this.#u.setSize({ width, height });
  }

  /** Put the crosshair on the point `i` of the curve `of`. */
  point({ of, i }) {
    const { laid, drawn } = this.#chart.curves[of];
    this.#walk = { of, i };
    const left = this.#u.valToPos(laid.x[i], "x");
    const top = drawn[i] === null ? 0 : this.#u.valToPos(drawn[i], "y");
    this.#u.setCursor({ left: Math.max(left, 0), top }, true, true);
    this.#showTip();
  }

  destroy() {
    this.#forget();
    this.#u.destroy();
  }

  #data() {
    return [null, ...this.#chart.curves.map(({ laid, drawn }) => [laid.x, drawn])];
  }

  #ends() {
    return this.#chart.window ?? extent(this.#chart.curves, this.#chart.view);
  }

  #options() {
    const { curves, view } = this.#chart;
    const scale = (log, range) => ({ time: false, distr: log ? LOG : BENT, fwd: quarter, bwd: (value) => value * 4, range });
    return {
      mode: 2,
      width: this.#host.clientWidth,
      height: this.#host.clientHeight,
      legend: { show: false },
      padding: [10, widthOfNames(curves), 0, 0],
      scales: {
        x: scale(view.logX, () => this.#ends()),
        y: scale(view.log, () => reach(this.#chart.curves, this.#ends(), view.log)),
      },
      axes: axes(view, palette),
      series: [null, ...curves.map((curve, i) => this.#series(curve, i))],
      cursor: this.#cursor(),
      hooks: {
        drawAxes: [(u) => this.#paint(u, true)],
        draw: [(u) => this.#paint(u, false)],
        setSelect: [(u) => this.#select(u)],
        setCursor: [() => (this.#isUnder ? this.#showTip() : undefined)],
      },
    };
  }

  #series({ own, dash }, i) {
    return {
      auto: false,
      facets: [{ scale: "x", auto: false }, { scale: "y", auto: false }],
      stroke: () => palette()[this.#chart.curves[i].colour],
      width: WIDTH,
      dash: dash ?? (isDashed(own) ? [5, 3] : []),
      points: { show: false },
      paths: (u) => {
        const { laid, drawn } = this.#chart.curves[i];
        return { stroke: line(laid, drawn, this.#place(u)), fill: null, clip: null, flags: 0 };
      },
    };
  }

  #cursor() {
    return {
      y: false,
      drag: { x: true, y: false, setScale: false, dist: 4 },
      sync: { key: `curves over ${this.#chart.view.x}`, scales: ["x", null], setSeries: false, filters: { pub: SHARED, sub: SHARED } },
      points: { size: 8, width: 2, stroke: () => palette().surface, fill: (_, i) => palette()[this.#chart.curves[i - 1].colour] },
      dataIdx: (u, i) => this.#pointAt(u, i - 1),
      bind: {
        dblclick: () => () => null,
        mousedown: (u, _, act) => (event) => (event.button === 0 && event.shiftKey ? this.#grab(event) : act(event)),
      },
    };
  }

  /** Return which point of a curve the crosshair is at: the one walked to, or the nearest. */
  #pointAt(u, of) {
    if (this.#walk?.of === of) return this.#walk.i;
    return u.cursor.left < 0 ? null : nearest(this.#chart.curves[of].laid, u.posToVal(u.cursor.left, "x"));
  }

  #place(u) {
    const { min: from, max: to } = u.scales.x;
    return {
      toX: toPixels(u, "x"),
      toY: toPixels(u, "y"),
      from,
      to,
      dot: 1.5 * devicePixelRatio,
      backwards: this.#chart.view.x === "metric",
    };
  }

  #paint(u, behind) {
    const { curves } = this.#chart;
    const { ctx: context, bbox: box } = u;
    const place = this.#place(u), colours = palette(), scale = devicePixelRatio;
    const how = { colours, place, box, scale, size: colours.size, toX: place.toX };
    context.save();
    context.setLineDash([]);
    context.font = `${colours.size * scale}px ${colours.font.slice(colours.font.indexOf(" "))}`;
    if (behind) {
      context.beginPath();
      context.rect(box.left, 0, box.width, box.top + box.height);
      context.clip();
      paintGaps(context, curves, how);
      paintRaw(context, curves, how);
    } else {
      paintLatest(context, curves, how);
      if (curves.length > 1) paintNames(context, curves, how);
    }
    context.restore();
  }

  #listen(over) {
    over.addEventListener("mouseenter", () => (this.#isUnder = true));
    over.addEventListener("mousemove", () => {
      this.#walk = null;
      this.#on.onHover();
    });
    over.addEventListener("mouseleave", () => {
      this.#isUnder = false;
      this.#tip.hidden = true;
    });
    over.addEventListener("dblclick", () => this.#on.onReset());
    pinch(over, { ends: () => this.ends, log: this.#chart.view.logX, onZoom: (from, to) => this.#pinch(from, to) });
  }

  #select(u) {
    const { left, width } = u.select;
    if (width === 0) return;
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.#on.onZoom(u.posToVal(left, "x"), u.posToVal(left + width, "x"));
  }

  #pinch(from, to) {
    const [low, high] = extent(this.#chart.curves, this.#chart.view);
    if (from <= low && to >= high) this.#on.onReset();
    else this.#on.onZoom(from, to);
  }

  /** Let the plot be dragged along until the button is let go. */
  #grab(event) {
    const u = this.#u, { min, max } = u.scales.x;
    const at = (move) => u.posToVal(move.clientX - u.rect.left, "x");
    const held = at(event);
    const move = (moved) => {
      const { min: from, max: to } = u.scales.x;
      const by = held - at(moved);
      if (by !== 0) this.#on.onZoom(from + by, to + by);
    };
    const drop = () => document.removeEventListener("mousemove", move);
    if (min < max) document.addEventListener("mousemove", move);
    document.addEventListener("mouseup", drop, { once: true });
  }

  #showTip() {
    const u = this.#u, { curves, view } = this.#chart;
    const hits = curves
      .map((curve, of) => ({ curve, i: this.#pointAt(u, of) }))
      .filter(({ i }) => i !== null);
    if (hits.length === 0) {
      this.#tip.hidden = true;
      return;
    }
    const { left, top } = u.cursor;
    fillTip(this.#tip, hits, view, u.posToVal(top, "y"));
    placeTip(this.#tip, { left, top, width: u.over.clientWidth, height: u.over.clientHeight });
  }
}
