// A brush on a vertical axis, for pointers and for the keyboard.

import { brushY } from "./d3.js";

const HALF = 9, STEP = 0.05, FIRST = [0.5, 1];
const BEYOND = 8;  // pixels that a brush reaches beyond the ends, so that those are easily in it

export class Brush {
  #brush; #group; #top; #foot; #onChange;

  /**
   * Put a brush on the `axis` drawn in `group` between two heights. Its `span`, from 0 to 1 up the
   * axis, is null where nothing is brushed; `onChange` is called when that changes.
   */
  constructor(group, { axis, top, foot, span, onChange }) {
    this.axis = axis;
    this.span = span;
    this.#top = top;
    this.#foot = foot;
    this.#onChange = onChange;
    this.#brush = brushY().extent([[-HALF, top - BEYOND], [HALF, foot + BEYOND]]);
    this.#group = group.append("g").attr("tabindex", 0).attr("role", "slider")
      .attr("aria-orientation", "vertical").attr("aria-valuemin", 0).attr("aria-valuemax", 100)
      .attr("aria-label", `${axis.dimension.name}: runs to keep`);
    this.#group.call(this.#brush);
    if (span !== null) this.#group.call(this.#brush.move, this.#heights(span));
    this.#brush.on("brush end", ({ selection }) => this.#take(selection));
    this.#group.on("keydown", (event) => this.#press(event));
    this.#tell();
  }

  clear() {
    this.#group.call(this.#brush.clear);
  }

  #heights([from, to]) {
    const toTop = (at) => this.#top + (1 - at) * (this.#foot - this.#top);
    return [toTop(to), toTop(from)];
  }

  #take(selection) {
    const toAt = (top) => Math.min(Math.max(1 - (top - this.#top) / (this.#foot - this.#top), 0), 1);
    this.span = selection === null ? null : [toAt(selection[1]), toAt(selection[0])];
    this.#tell();
    this.#onChange();
  }

  #tell() {
    const { span } = this;
    this.#group.attr("aria-valuenow", span === null ? 100 : Math.round(span[1] * 100));
    this.#group.attr("aria-valuetext", span === null ? "all" : this.axis.span(...span));
  }

  /** Move the brush up or down; with shift, its upper end only. */
  #press(event) {
    const by = { ArrowUp: STEP, ArrowDown: -STEP }[event.key];
    if (event.key === "Escape" || event.key === "Delete") this.clear();
    else if (by === undefined) return;
    else this.#group.call(this.#brush.move, this.#heights(this.#moved(by, event.shiftKey)));
    event.preventDefault();
    event.stopPropagation();
  }

  #moved(by, isEnd) {
    if (this.span === null) return FIRST;
    const [from, to] = this.span;
    if (isEnd) return [from, Math.min(Math.max(to + by, from + STEP), 1)];
    const shift = Math.min(Math.max(by, -from), 1 - to);
    return [from + shift, to + shift];
  }
}
