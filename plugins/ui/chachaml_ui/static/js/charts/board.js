// Charts of many metrics, grouped by their prefixes; each is drawn when it is seen.

import { curve } from "./curve.js";
import { prefixOf } from "./figures.js";
import { Group } from "./group.js";
import { figure } from "./numbers.js";

const MARGIN = "200px";
const OPENED = 24;
const FOLDS = 40;

/** Calls what is told for an element whenever that comes into view. */
class Eyes {
  #acts = new WeakMap();
  #inView = new WeakSet();
  #observer = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) this.#inView.delete(target);
      else {
        this.#inView.add(target);
        this.#acts.get(target)();
      }
    }
  }, { rootMargin: MARGIN });

  sees(element) {
    return this.#inView.has(element);
  }

  watch(element, act) {
    this.#acts.set(element, act);
    this.#observer.observe(element);
  }
}

/** Return the keys by their prefixes, those without one first. */
function grouped(keys) {
  const found = new Map();
  for (const key of keys) {
    const prefix = prefixOf(key);
    if (!found.has(prefix)) found.set(prefix, []);
    found.get(prefix).push(key);
  }
  return new Map([...found].sort(([one], [other]) => (one === "" ? -1 : other === "" ? 1 : 0)));
}

export class Board {
  #prefixes; #groups = new Map(); #charts = new Map(); #views = new Map(); #latest; #seriesOf;
  #view; #find = ""; #faint = new Set(); #eyes = new Eyes(); #end; #root;

  /**
   * `root` holds a fold for each of the first groups. `latest` has the latest value of each metric by
   * its key, in words; `seriesOf` returns the series that the chart of a key shows, see curve.js.
   * A "seen" event on `root` tells that another chart has come into view, with its points.
   */
  constructor(root, latest, { seriesOf, view }) {
    this.#root = root;
    this.#latest = latest;
    this.#seriesOf = seriesOf;
    this.#view = view;
    this.#prefixes = grouped(latest.keys());
    this.#end = root.querySelector("[data-end]");
    for (const details of root.querySelectorAll("details")) this.#group(details.dataset.prefix, details);
    this.#eyes.watch(this.#end, () => this.#unfold(this.#groups.size + FOLDS));
  }

  /** The keys of all metrics, drawn or not. */
  get keys() {
    return [...this.#latest.keys()];
  }

  /** All charts that were drawn so far, by key. */
  get charts() {
    return this.#charts;
  }

  /** Show the metrics whose keys hold `text`, in any case; tell how many there are. */
  find(text) {
    const sought = text.trim().toLowerCase();
    const isNew = sought !== this.#find;
    this.#find = sought;
    let found = 0;
    for (const [prefix, keys] of this.#prefixes) {
      const count = this.#count(keys);
      const isKnown = this.#groups.has(prefix);
      if (count > 0 && !isKnown && sought !== "" && found < OPENED) this.#group(prefix);
      const isOpen = sought === "" || !isNew ? null : found < OPENED;
      this.#groups.get(prefix)?.filter((key) => this.#fits(key), isOpen);
      found += count;
    }
    return found;
  }

  /** Draw all charts as `view` asks for, those out of sight when they are seen. */
  show(view) {
    this.#view = view;
    for (const [key, chart] of this.#charts) {
      if (this.#isSeen(chart)) this.#update(key);
    }
  }

  /** Return how many points the charts in view have of each series that they follow. */
  counts() {
    const inView = [...this.#charts.values()].filter((chart) => this.#isSeen(chart));
    return inView.flatMap((chart) => chart.counts()).filter(({ count }) => count !== null);
  }

  /** Add points to the charts that show them, as an event of GET /api/live tells of them. */
  append(event) {
    const chart = this.#charts.get(event.key);
    if (chart?.counts().length === 1) { // of several runs, none is the one whose value is told
      chart.figure.querySelector("output").textContent = figure(Number(event.points.value.at(-1)));
    }
    for (const each of this.#charts.values()) each.append(event);
  }

  /** Grey the curves of some runs, a set of their ids, in every chart. */
  fade(runs) {
    this.#faint = runs;
    for (const chart of this.#charts.values()) chart.fade(runs);
  }

  /** Show all of the x axis in every chart. */
  reset() {
    for (const chart of this.#charts.values()) chart.reset();
  }

  #isSeen({ figure: frame }) {
    return this.#eyes.sees(frame.querySelector(".curve"));
  }

  #fits(key) {
    return this.#find === "" || key.toLowerCase().includes(this.#find);
  }

  #count(keys) {
    return this.#find === "" ? keys.length : keys.filter((key) => this.#fits(key)).length;
  }

  /** Add folds until there are so many. */
  #unfold(most) {
    if (this.#find !== "") return;
    for (const prefix of this.#prefixes.keys()) {
      if (this.#groups.size >= most) return;
      if (!this.#groups.has(prefix)) this.#group(prefix);
    }
  }

  #group(prefix, details = null) {
    const keys = this.#prefixes.get(prefix);
    const group = new Group(prefix, keys, {
      details,
      latest: this.#latest,
      eyes: this.#eyes,
      onFigure: (frame) => this.#eyes.watch(frame.querySelector(".curve"), () => this.#see(frame)),
    });
    this.#groups.set(prefix, group);
    if (details === null) {
      group.filter((key) => this.#fits(key), null);
      this.#end.before(group.details);
    }
  }

  #see(frame) {
    const { key } = frame.dataset;
    if (this.#charts.has(key)) this.#update(key);
    else {
      const chart = curve(frame, { series: this.#seriesOf(key), view: this.#view });
      chart.fade(this.#faint);
      this.#charts.set(key, chart);
      this.#views.set(key, this.#view);
    }
    this.#charts.get(key).ready.then(() => this.#root.dispatchEvent(new Event("seen")));
  }

  #update(key) {
    if (this.#views.get(key) === this.#view) return;
    this.#views.set(key, this.#view);
    this.#charts.get(key).show(this.#view);
  }
}
