// A group of figures under one prefix: a fold that is filled when it is opened, some at a time.

import { figureFor } from "./figures.js";
import { icon } from "./icons.js";

const AT_ONCE = 24;

function fold(prefix) {
  const details = document.createElement("details"), summary = document.createElement("summary");
  const title = document.createElement("h2"), name = document.createElement("bdi");
  const charts = document.createElement("div");
  details.className = "group";
  details.dataset.prefix = prefix;
  name.textContent = prefix;
  title.append(name);
  summary.append(icon("chevron-right"), title, document.createElement("small"));
  charts.className = "charts";
  details.append(summary, charts);
  return details;
}

const counted = (count) => `${count.toLocaleString("en")} ${count === 1 ? "metric" : "metrics"}`;

export class Group {
  #keys; #latest; #figures = new Map(); #shown = AT_ONCE; #fitting; #onFigure; #more;

  /**
   * The group of `keys` under `prefix`. `details` is its fold, if the page has one already; figures
   * in it are kept. `latest` has the latest values by key; `onFigure` is told of every new figure.
   */
  constructor(prefix, keys, { details, latest, onFigure, eyes }) {
    this.details = details ?? fold(prefix);
    this.#keys = this.#fitting = keys;
    this.#latest = latest;
    this.#onFigure = onFigure;
    this.#more = document.createElement("button");
    this.#more.type = "button";
    this.#more.className = "btn";
    this.#more.addEventListener("click", () => this.more());
    for (const figure of this.details.querySelectorAll("figure")) this.#adopt(figure);
    this.#shown = Math.max(this.#figures.size, AT_ONCE);
    this.details.addEventListener("toggle", () => this.#fill());
    eyes.watch(this.#more, () => this.more());
    this.#fill();
  }

  /** Show the metrics for which `fits` is true, or no fold where there are none; return how many. */
  filter(fits, isOpen) {
    this.#fitting = this.#keys.filter(fits);
    this.#shown = AT_ONCE;
    this.details.hidden = this.#fitting.length === 0;
    if (isOpen !== null) this.details.open = isOpen;
    this.details.querySelector("small").textContent = counted(this.#fitting.length);
    this.#fill();
    return this.#fitting.length;
  }

  /** Show some more of the metrics. */
  more() {
    this.#shown += AT_ONCE;
    this.#fill();
  }

  #adopt(figure) {
    this.#figures.set(figure.dataset.key, figure);
    this.#onFigure(figure);
  }

  #figure(key) {
    if (!this.#figures.has(key)) this.#adopt(figureFor(key, this.#latest.get(key)));
    return this.#figures.get(key);
  }

  #fill() {
    if (!this.details.open) return;
    const charts = this.details.querySelector(".charts");
    const wanted = this.#fitting.slice(0, this.#shown).map((key) => this.#figure(key));
    const left = this.#fitting.length - wanted.length;
    this.#more.textContent = `Show more of the ${left.toLocaleString("en")} left`;
    // Only what changes is moved, so that a figure with the focus keeps it.
    const kept = new Set(wanted);
    for (const child of [...charts.children]) if (!kept.has(child)) child.remove();
    wanted.forEach((figure, i) => {
      if (charts.children[i] !== figure) charts.insertBefore(figure, charts.children[i] ?? null);
    });
    if (left > 0) charts.append(this.#more);
  }
}
