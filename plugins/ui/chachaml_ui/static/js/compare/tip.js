// The tooltip of a plot: a run's name, and what it has on the axes.

import { placeTip } from "../charts/tip.js";

export class Tip {
  #host; #element = document.createElement("div");

  /** The tooltip in `host`, which it must not leave. */
  constructor(host) {
    this.#host = host;
    this.#element.className = "tip";
    this.#element.setAttribute("role", "status");
    this.#element.hidden = true;
    host.append(this.#element);
  }

  /** Say beside a point what a run has of some dimensions. */
  show(run, dimensions, { left, top }) {
    const head = document.createElement("p"), name = document.createElement("b"), list = document.createElement("dl");
    name.textContent = run.name;
    const isolated = document.createElement("bdi");
    isolated.append(name);
    head.append(isolated);
    list.append(...dimensions.map((dimension) => {
      const row = document.createElement("div"), term = document.createElement("dt"), said = document.createElement("dd");
      const key = document.createElement("bdi"), value = document.createElement("bdi");
      key.textContent = dimension.name;
      value.textContent = dimension.text(run.id).slice(0, 60);
      term.append(key);
      said.append(value);
      row.append(term, said);
      return row;
    }));
    this.#element.replaceChildren(head, list);
    placeTip(this.#element, { left, top, width: this.#host.clientWidth, height: this.#host.clientHeight });
  }

  hide() {
    this.#element.hidden = true;
  }
}
