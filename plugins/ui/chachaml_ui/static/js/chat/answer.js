// One answer on the page: the calls that the model makes, and its text as it comes.

import { onceSeen } from "../seen.js";
import { table } from "./rows.js";

const PAUSE = 500; // milliseconds between two drawings of a text that is coming
const CURVE = "get_metric_history"; // the tool that reads one
const LONG = 80; // characters of arguments that are shown in one line

/** Draws what is said in one turn at the end of `chat`. */
export class Answer {
  #box;
  #rows = new Map();
  #read = new Map(); // the ids of the runs whose curves were read, by the metric's key
  #text = "";
  #drawn = "";
  #drawing = null;

  constructor(chat) {
    chat.append(document.getElementById("answer").content.cloneNode(true));
    this.#box = chat.lastElementChild;
  }

  /** Show that the model calls the tool `name` with some `given` arguments. */
  call(id, name, given) {
    const row = document.getElementById("call").content.cloneNode(true).firstElementChild;
    row.querySelector("code").textContent = `${name}(${inShort(given)})`;
    this.#rows.set(id, { row, name, given });
    this.#find(".calls").append(row);
  }

  /** Show what a call brought, or, `is_error`, what was wrong with it. */
  result(id, { result, is_error, milliseconds }) {
    const known = this.#rows.get(id);
    if (known === undefined || result === undefined) return;
    const use = known.row.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, is_error ? "#triangle-alert" : "#check"));
    known.row.querySelector("summary span").textContent = is_error ? "refused" : `${counted(result)}${took(milliseconds)}`;
    const rows = is_error ? null : table(parsed(result));
    if (rows !== null) known.row.querySelector(".rows").replaceChildren(rows);
    known.row.querySelector("pre").textContent = `${pretty(known.given)}\n\n${pretty(result)}`;
    if (!is_error && known.name === CURVE) this.#remember(parsed(known.given));
  }

  #remember({ run_id, key }) {
    if (!this.#read.has(key)) this.#read.set(key, new Set());
    this.#read.get(key).add(run_id);
  }

  /** Add to the text. */
  say(text) {
    this.#text += text;
    this.#drawing ??= this.#draw();
  }

  /**
   * Show all that came, and that no more will: what it took (`spent`), what is missing (`note`), or
   * why it broke off (`wrong`).
   */
  async end({ spent = "", note = "", wrong = "" } = {}) {
    await this.#drawing;
    await this.#render();
    this.#box.removeAttribute("aria-busy");
    this.#find(".prose").classList.remove("caret");
    this.#find("[data-copies-answer]").hidden = this.#text === "";
    this.#find("[data-again]").hidden = wrong === "";
    this.#find("p.row > span").textContent = spent;
    if (note !== "" || wrong !== "") this.#find(".prose").after(complaint(wrong || note));
    const place = this.#find(".charts");
    if (this.#read.size > 0) onceSeen(place, async () => (await import("./curves.js")).drawCurves(place, this.#read));
  }

  /** Return the part that `selector` finds in this answer. */
  #find(selector) {
    return this.#box.querySelector(selector);
  }

  /** Tell whether `element` is in this answer. */
  has(element) {
    return this.#box.contains(element);
  }

  get text() {
    return this.#text;
  }

  async #draw() {
    await this.#render();
    await new Promise((done) => setTimeout(done, PAUSE));
    this.#drawing = this.#drawn === this.#text ? null : this.#draw();
    await this.#drawing;
  }

  async #render() {
    const text = this.#text;
    if (text === this.#drawn) return;
    const place = this.#find(".prose");
    const html = await asHtml(text);
    if (html === null) place.textContent = text;
    else place.innerHTML = html; // made and sanitised by the server
    place.classList.toggle("raw", html === null);
    place.classList.add("caret");
    for (const link of place.querySelectorAll("a[href^='/']:not([href^='//'])")) link.classList.add("cite");
    this.#drawn = text;
  }
}

// No bar says that the server is waited for: the text itself does.
async function asHtml(text) {
  try {
    const answer = await fetch("/api/markdown", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ text }),
    });
    return answer.ok ? (await answer.json()).html : null;
  } catch {
    return null;
  }
}

function complaint(text) {
  const line = document.createElement("p");
  line.className = "say failed";
  line.role = "alert";
  line.textContent = text;
  return line;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null; // a sentence, or cut
  }
}

function pretty(text) {
  const value = parsed(text);
  return value === null ? text : JSON.stringify(value, null, 2);
}

function inShort(given) {
  const value = parsed(given);
  const said = value === null ? given : Object.entries(value).map(([key, one]) => `${key}=${JSON.stringify(one)}`).join(", ");
  return said.length > LONG ? `${said.slice(0, LONG)}…` : said;
}

function took(milliseconds) {
  return milliseconds === undefined ? "" : `, ${milliseconds.toLocaleString("en")} ms`; // not kept of old answers
}

/** Say how much a result is: how long its first list is, if it has one. */
function counted(result) {
  const list = Object.entries(parsed(result) ?? {}).find(([, value]) => Array.isArray(value));
  if (list === undefined) return "done";
  const [name, { length }] = list;
  return `${length.toLocaleString("en")} ${(length === 1 ? name.replace(/s$/, "") : name).replaceAll("_", " ")}`;
}
