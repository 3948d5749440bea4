// The runs as lines over any number of dimensions; a brush on an axis keeps those that pass it.

import { choose, chosen } from "./address.js";
import { axisOf } from "./axes.js";
import { Brush } from "./brush.js";
import { offer } from "./choices.js";
import { create } from "./d3.js";
import { ABSENT, telling } from "./dimensions.js";
import { icon } from "../charts/icons.js";
import { scale } from "./scale.js";
import { Tip } from "./tip.js";
import { fillValues, sayLeftOut } from "./values.js";

const HEIGHT = 320;
const BOX = { left: 64, right: 64, top: 44, bottom: 44 };
const APART = 108;
const FIRST = { params: 5, metrics: 2 };

const cut = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

export class ParallelPlot {
  #section; #runs; #dimensions; #stress; #host; #shown; #axes = []; #lines = new Map(); #brushes = []; #tip;

  /** Draw `runs` over some of `dimensions` in `section`. */
  constructor(section, { runs, dimensions, stress }) {
    this.#section = section;
    this.#runs = runs;
    this.#dimensions = dimensions;
    this.#stress = stress;
    this.#host = section.querySelector(".drawn");
    const named = chosen("axis").map((id) => dimensions.find((one) => one.id === id)).filter(Boolean);
    this.#shown = named.length > 0 ? named : telling(dimensions, FIRST);
    section.querySelector("select").addEventListener("change", ({ target }) => {
      const added = dimensions.find(({ id }) => id === target.value);
      if (added !== undefined) this.#show([...this.#shown, added]);
    });
    section.querySelector("[data-brushed] button").addEventListener("click", () => this.#clear());
    stress.addEventListener("change", () => this.#follow());
    this.#offer();
    new ResizeObserver(() => this.#draw()).observe(this.#host.parentElement);
  }

  #show(dimensions) {
    this.#shown = dimensions;
    choose("axis", dimensions.map(({ id }) => id));
    this.#offer();
    this.#draw();
  }

  /** Offer the dimensions that are no axis yet, and to take away those that are. */
  #offer() {
    const rest = this.#dimensions.filter((dimension) => !this.#shown.includes(dimension));
    offer(this.#section.querySelector("select"), rest, [["", "Choose"]]);
    const chips = this.#shown.map((dimension) => {
      const chip = document.createElement("button"), name = document.createElement("bdi");
      chip.type = "button";
      chip.className = "chip";
      name.textContent = dimension.name;
      chip.title = `${dimension.name}: remove this axis`;
      chip.setAttribute("aria-label", chip.title);
      chip.append(name, icon("x"));
      chip.addEventListener("click", () => this.#show(this.#shown.filter((one) => one !== dimension)));
      return chip;
    });
    this.#section.querySelector("[data-axes]").replaceChildren(...chips);
    fillValues(this.#section.querySelector(".values"), this.#runs, this.#shown);
  }

  #draw() {
    const room = this.#host.parentElement.clientWidth / scale();
    if (room === 0) return;
    const width = Math.max(room, BOX.left + BOX.right + APART * (this.#shown.length - 1));
    const kept = new Map(this.#brushes.map(({ axis, span }) => [axis.dimension, span]));
    const apart = this.#shown.length < 2 ? 0 : (width - BOX.left - BOX.right) / (this.#shown.length - 1);
    this.#axes = this.#shown.map((dimension, i) => {
      const left = this.#shown.length < 2 ? width / 2 : BOX.left + i * apart;
      return { ...this.#laid(axisOf(dimension, this.#runs, dimension.isSpread)), left, room: apart || width };
    });
    const names = this.#shown.map(({ name }) => name).join(", ");
    const svg = create("svg").attr("class", "plot").attr("width", width * scale()).attr("height", HEIGHT * scale())
      .attr("viewBox", `0 0 ${width} ${HEIGHT}`).attr("role", "group")
      .attr("aria-label", `Parallel coordinates of ${this.#runs.length} runs over ${names || "no axis"}`);
    this.#drawLines(svg);
    this.#brushes = this.#axes.map((axis) => this.#drawAxis(svg, axis, kept.get(axis.axis.dimension) ?? null));
    this.#host.replaceChildren(svg.node());
    this.#host.removeAttribute("aria-busy");
    this.#tip = new Tip(this.#host);
    this.#keep();
  }

  /** Return an axis with the height of each run on it; those without a place are below its foot. */
  #laid(axis) {
    const foot = HEIGHT - BOX.bottom;
    const words = new Map(), tops = new Map();
    for (const { id } of this.#runs) {
      const at = axis.at(id);
      if (at === null) words.set(id, axis.word(id));
      tops.set(id, at === null ? foot + 16 : BOX.top + (1 - at) * (foot - BOX.top));
    }
    return { axis, tops, words };
  }

  #drawLines(svg) {
    this.#lines = new Map();
    for (const run of this.#runs) {
      const line = svg.append("g").attr("class", run.curve);
      const path = this.#path(run.id);
      line.append("path").attr("class", "line").attr("d", path);
      line.append("path").attr("class", "hit").attr("d", path)
        .on("pointermove", (event) => this.#point(run, event))
        .on("pointerleave", () => this.#leave());
      this.#lines.set(run.id, line);
    }
  }

  #path(id) {
    return this.#axes.map(({ left, tops }, i) => {
      const top = tops.get(id);
      if (i === 0) return `M${left} ${top}`;
      const before = this.#axes[i - 1], middle = (before.left + left) / 2;
      return `C${middle} ${before.tops.get(id)} ${middle} ${top} ${left} ${top}`;
    }).join("");
  }

  #drawAxis(svg, { axis, left, room, words }, span) {
    const foot = HEIGHT - BOX.bottom;
    const group = svg.append("g").attr("transform", `translate(${left} 0)`);
    const most = Math.max(6, Math.floor(room / 7));
    const text = (classes, top, said) => group.append("text").attr("class", classes).attr("y", top).text(cut(said, most));
    group.append("path").attr("class", "base").attr("d", `M0 ${BOX.top}V${foot}`);
    text("lab t-m", 14, `${axis.dimension.name}${axis.log ? " (log)" : ""}`).append("title").text(axis.dimension.name);
    if (axis.dimension.isNumber) {
      const [low, high] = axis.ends;
      text("t-m", BOX.top - 8, high.text);
      text("t-m", words.size > 0 ? foot - 4 : foot + 14, low.text).classed("on", words.size > 0);
    } else {
      for (const { at, text: said } of axis.ends) {
        text("on", BOX.top + (1 - at) * (foot - BOX.top) + 3.5, said).attr("x", 7);
      }
    }
    if (words.size > 0) {
      const said = [...new Set(words.values())];
      text("t-m", foot + 36, said.join(", ")).classed("gaptext", said.some((word) => word !== ABSENT));
    }
    return new Brush(group, { axis, top: BOX.top, foot, span, onChange: () => this.#keep() });
  }

  #clear() {
    for (const brush of this.#brushes) brush.clear();
  }

  /** Keep the runs that pass all brushes. */
  #keep() {
    const spans = this.#brushes.filter(({ span }) => span !== null);
    const passes = ({ axis, span: [from, to] }, id) => {
      const at = axis.at(id);
      return at !== null && at >= from && at <= to;
    };
    const kept = this.#runs.filter(({ id }) => spans.every((brush) => passes(brush, id)));
    const brushed = this.#section.querySelector("[data-brushed]");
    brushed.hidden = spans.length === 0;
    const [link] = brushed.getElementsByTagName("a");
    link.hidden = kept.length === 0;
    link.href = `/compare?ids=${kept.map(({ id }) => encodeURIComponent(id)).join(",")}`;
    const about = spans.length === 0 ? `${this.#runs.length} runs` : `${kept.length} of ${this.#runs.length} runs kept`;
    this.#section.querySelector("[data-about]").textContent = about;
    const words = new Map();
    if (this.#axes.length === 0) for (const { id } of this.#runs) words.set(id, "no axis is chosen");
    sayLeftOut(this.#section.querySelector(".left-out"), this.#runs, words);
    this.#stress.keep(spans.length === 0 ? null : new Set(kept.map(({ id }) => id)));
  }

  #point(run, event) {
    const { left, top } = this.#host.getBoundingClientRect();
    this.#stress.light(run.id);
    this.#tip.show(run, this.#shown, { left: event.clientX - left, top: event.clientY - top });
  }

  #leave() {
    this.#stress.light(null);
    this.#tip.hide();
  }

  #follow() {
    const { faint, lit } = this.#stress;
    for (const [id, line] of this.#lines) line.classed("back", faint.has(id)).classed("lit", id === lit);
  }
}
