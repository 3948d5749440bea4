// The runs as points over two dimensions, coloured by run or by a third one.

import { choose, chosen } from "./address.js";
import { axisOf } from "./axes.js";
import { offer } from "./choices.js";
import { create } from "./d3.js";
import { scale } from "./scale.js";
import { shapeOf } from "./shapes.js";
import { telling } from "./dimensions.js";
import { Tip } from "./tip.js";
import { fillValues, sayLeftOut } from "./values.js";

const HEIGHT = 320;
const BOX = { left: 56, right: 16, top: 12, bottom: 44 };
const ROOM = 12;
const COLOURS = 10;

export class ScatterPlot {
  #section; #runs; #dimensions; #stress; #form; #host; #tip = null; #marks = new Map(); #axes = [];

  /** Draw `runs` over `dimensions` in `section`. */
  constructor(section, { runs, dimensions, stress }) {
    this.#section = section;
    this.#runs = runs;
    this.#dimensions = dimensions;
    this.#stress = stress;
    this.#form = section.querySelector("form");
    this.#host = section.querySelector(".drawn");
    this.#offer();
    this.#form.addEventListener("change", ({ target }) => this.#choose(target));
    stress.addEventListener("change", () => this.#follow());
    new ResizeObserver(() => this.#draw()).observe(this.#host);
  }

  #named(id) {
    return this.#dimensions.find((dimension) => dimension.id === id) ?? null;
  }

  #offer() {
    const { x, y, colour, logx, logy } = this.#form.elements;
    const [first, second] = telling(this.#dimensions, { params: 1, metrics: 1 });
    const usual = { x: first ?? this.#dimensions[0], y: second ?? this.#dimensions.at(-1) };
    for (const field of [x, y]) {
      offer(field, this.#dimensions);
      field.value = (this.#named(chosen(field.name)[0]) ?? usual[field.name]).id;
    }
    offer(colour, this.#dimensions, [["", "Run"]]);
    colour.value = this.#named(chosen("colour")[0])?.id ?? "";
    for (const [log, field] of [[logx, x], [logy, y]]) {
      const [said] = chosen(log.name);
      log.checked = said === undefined ? this.#named(field.value).isSpread : said === "1";
    }
  }

  #choose(field) {
    if (field.type === "checkbox") choose(field.name, [field.checked ? "1" : "0"]);
    else choose(field.name, field.value === "" ? [] : [field.value]);
    const { logx, logy } = this.#form.elements;
    const log = { x: logx, y: logy }[field.name];
    if (log !== undefined) {
      choose(log.name, []);
      log.checked = this.#named(field.value).isSpread;
    }
    this.#draw();
  }

  #draw() {
    const { x, y, colour, logx, logy } = this.#form.elements;
    const width = this.#host.clientWidth / scale();
    if (width === 0) return;
    this.#axes = [[x, logx], [y, logy]].map(([field, log]) => {
      const dimension = this.#named(field.value);
      log.disabled = !dimension.isNumber;
      return axisOf(dimension, this.#runs, log.checked && dimension.isNumber);
    });
    const svg = create("svg").attr("class", "plot").attr("viewBox", `0 0 ${width} ${HEIGHT}`)
      .attr("role", "application").attr("tabindex", 0).attr("aria-label", this.#label());
    this.#drawAxes(svg, width);
    this.#drawMarks(svg, width, this.#paint(this.#named(colour.value)));
    svg.on("keydown", (event) => this.#walk(event));
    this.#host.replaceChildren(svg.node());
    this.#host.removeAttribute("aria-busy");
    this.#tip = new Tip(this.#host);
    this.#about();
    this.#follow();
  }

  #label() {
    const [x, y] = this.#axes.map(({ dimension }) => dimension.name);
    return `${y} against ${x} of ${this.#runs.length} runs; arrow keys go from run to run`;
  }

  #place(width) {
    const [x, y] = this.#axes;
    const across = width - BOX.left - BOX.right - 2 * ROOM, up = HEIGHT - BOX.top - BOX.bottom - 2 * ROOM;
    return { toX: (at) => BOX.left + ROOM + at * across, toY: (at) => BOX.top + ROOM + (1 - at) * up, x, y };
  }

  #drawAxes(svg, width) {
    const { toX, toY, x, y } = this.#place(width);
    const foot = HEIGHT - BOX.bottom;
    const cut = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
    for (const { at, text } of y.ticks(4)) {
      svg.append("path").attr("class", "grid").attr("d", `M${BOX.left} ${toY(at)}H${width - BOX.right}`);
      svg.append("text").attr("class", "t-r").attr("x", BOX.left - 6).attr("y", toY(at) + 3.5).text(cut(text, 9));
    }
    svg.append("path").attr("class", "base").attr("d", `M${BOX.left} ${foot}H${width - BOX.right}`);
    const count = Math.max(2, Math.floor(width / 90));
    for (const { at, text } of x.ticks(count)) {
      svg.append("text").attr("class", "t-m").attr("x", toX(at)).attr("y", foot + 16).text(cut(text, 12));
    }
    const name = `${x.dimension.name}${x.log ? " (log)" : ""}`;
    svg.append("text").attr("class", "t-m lab").attr("x", toX(0.5)).attr("y", HEIGHT - 8).text(cut(name, Math.floor(width / 8)));
  }

  /** Return what gives a mark the colour of a dimension, of its run for null. */
  #paint(dimension) {
    const legend = this.#section.querySelector(".legend");
    legend.hidden = dimension === null;
    if (dimension === null) return (mark, run) => mark.classed(run.colour, true);
    const axis = axisOf(dimension, this.#runs, dimension.isSpread);
    const entry = (swatch, text) => {
      const made = document.createElement("span"), isolated = document.createElement("bdi");
      isolated.textContent = text.slice(0, 60);
      made.append(swatch, isolated);
      return made;
    };
    const dot = (classes, part = null) => {
      const made = document.createElement("i");
      made.className = `dab ${classes}`;
      if (part !== null) made.style.setProperty("--part", `${part * 100}%`);
      return made;
    };
    if (!dimension.isNumber) {
      const colourOf = (text) => `c${(axis.texts.indexOf(text) % COLOURS) + 1}`;
      legend.replaceChildren(dimension.name, ...axis.texts.slice(0, 20).map((text) => entry(dot(colourOf(text)), text)));
      return (mark, run) => mark.classed(axis.at(run.id) === null ? "lack" : colourOf(dimension.text(run.id)), true);
    }
    const parts = [0, 0.5, 1].map((part) => entry(dot("shade", part), axis.span(part, part).split(" to ")[0]));
    legend.replaceChildren(dimension.name, ...parts);
    return (mark, run) => {
      const at = axis.at(run.id);
      mark.classed(at === null ? "lack" : "shade", true);
      if (at !== null) mark.style("--part", `${at * 100}%`);
    };
  }

  #drawMarks(svg, width, paint) {
    const { toX, toY, x, y } = this.#place(width);
    const words = new Map();
    this.#marks = new Map();
    for (const run of this.#runs) {
      const [atX, atY] = [x.at(run.id), y.at(run.id)];
      if (atX === null || atY === null) {
        const axis = atX === null ? x : y;
        words.set(run.id, `${axis.dimension.name} is ${axis.word(run.id)}`);
        continue;
      }
      const [left, top] = [toX(atX), toY(atY)];
      const mark = svg.append("a").attr("href", run.href).attr("tabindex", -1).attr("aria-label", run.name)
        .attr("class", "spot");
      paint(mark, run);
      mark.append("circle").attr("class", "hit").attr("cx", left).attr("cy", top).attr("r", 12);
      mark.append("path").attr("class", "dot").attr("transform", `translate(${left} ${top})`).attr("d", shapeOf(run.lap));
      mark.on("pointerenter", () => this.#point(run.id)).on("pointerleave", () => this.#point(null));
      this.#marks.set(run.id, { mark, run, left, top });
    }
    sayLeftOut(this.#section.querySelector(".left-out"), this.#runs, words);
  }

  #about() {
    const [x, y] = this.#axes.map(({ dimension }) => dimension.name);
    const shown = this.#section.querySelector("[data-about]");
    const bdi = (text) => Object.assign(document.createElement("bdi"), { textContent: text });
    shown.replaceChildren(bdi(y), " against ", bdi(x));
    const { colour } = this.#form.elements;
    const third = this.#named(colour.value);
    const dimensions = [...this.#axes.map(({ dimension }) => dimension), ...(third === null ? [] : [third])];
    fillValues(this.#section.querySelector(".values"), this.#runs, [...new Set(dimensions)]);
  }

  #point(id) {
    this.#stress.light(id);
    if (id === null) {
      this.#tip.hide();
      return;
    }
    const { run, left, top } = this.#marks.get(id);
    this.#tip.show(run, this.#axes.map(({ dimension }) => dimension), { left: left * scale(), top: top * scale() });
  }

  #walk(event) {
    const ids = [...this.#marks.values()].sort((one, other) => one.left - other.left).map(({ run }) => run.id);
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const at = ids.indexOf(this.#stress.lit);
    if (by !== undefined && ids.length > 0) {
      this.#point(ids[at === -1 ? (by > 0 ? 0 : ids.length - 1) : (at + by + ids.length) % ids.length]);
    } else if (event.key === "Enter" && at !== -1) location.assign(this.#marks.get(ids[at]).run.href);
    else if (event.key === "Escape") this.#point(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #follow() {
    const { faint, lit } = this.#stress;
    for (const [id, { mark }] of this.#marks) mark.classed("back", faint.has(id));
    if (lit !== null) this.#marks.get(lit)?.mark.raise();
  }
}
