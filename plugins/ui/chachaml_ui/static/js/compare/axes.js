// Where on an axis the runs are: a part of its length from 0 to 1, or, where they have no place on it,
// a word that says why.

import { exact, short } from "../charts/numbers.js";
import { logTicks } from "../charts/ticks.js";
import { scaleLinear, scaleLog, scalePoint } from "./d3.js";
import { ABSENT } from "./dimensions.js";

const NOT_ABOVE = "not above 0";

function widened(low, high, log) {
  if (low < high) return [low, high];
  if (log) return [low / 2, high * 2];
  const half = Math.abs(low) * 0.1 || 1;
  return [low - half, high + half];
}

class Numbers {
  constructor(dimension, log) {
    this.dimension = dimension;
    this.log = log;
    const shown = log ? dimension.numbers.filter((number) => number > 0) : dimension.numbers;
    const ends = shown.length === 0 ? [1, 10] : widened(Math.min(...shown), Math.max(...shown), log);
    this.scale = (log ? scaleLog() : scaleLinear()).domain(ends);
  }

  at(run) {
    const number = this.dimension.number(run);
    return number === null || (this.log && number <= 0) ? null : this.scale(number);
  }

  word(run) {
    return this.dimension.number(run) === null ? this.dimension.text(run) : NOT_ABOVE;
  }

  ticks(count) {
    const all = this.log ? logTicks(...this.scale.domain(), count) : this.scale.ticks(count);
    return all.map((at) => ({ at: this.scale(at), text: short(at) }));
  }

  /** The least and the greatest value, as ticks. */
  get ends() {
    return this.scale.domain().map((value, at) => ({ at, text: short(value) }));
  }

  /** Say which values lie between two parts of the axis. */
  span(from, to) {
    return `${exact(this.scale.invert(from))} to ${exact(this.scale.invert(to))}`;
  }
}

class Categories {
  constructor(dimension, runs) {
    this.dimension = dimension;
    this.log = false;
    const texts = runs.map(({ id }) => dimension.text(id)).filter((text) => text !== ABSENT);
    this.texts = [...new Set(texts)].sort(new Intl.Collator("en", { numeric: true }).compare);
    this.scale = scalePoint().domain(this.texts).padding(0.25);
  }

  at(run) {
    return this.scale(this.dimension.text(run)) ?? null;
  }

  word() {
    return ABSENT;
  }

  ticks(count) {
    const each = Math.ceil(this.texts.length / count);
    return this.texts.filter((_, i) => i % each === 0).map((text) => ({ at: this.scale(text), text }));
  }

  get ends() {
    return this.ticks(12);
  }

  span(from, to) {
    const inside = this.texts.filter((text) => this.scale(text) >= from && this.scale(text) <= to);
    return inside.join(", ") || "nothing";
  }
}

/** Return the axis of a dimension for these runs, logarithmic where that is asked for and possible. */
export function axisOf(dimension, runs, log) {
  return dimension.isNumber ? new Numbers(dimension, log) : new Categories(dimension, runs);
}
