// Live updates: one connection to GET /api/live, which docs/http.md describes.
//
// The server remembers nobody. The page knows how many points of each series it has, and says so
// whenever it connects; so a lost connection, a pause and a sleep all end in the same way.

const LONGEST_ADDRESS = 8_000; // servers and proxies refuse longer ones
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 30_000;
const SLEEP = 20_000; // a page that is hidden for so long gives its connection back: browsers open
// six to a server, over all tabs
const EVENTS = ["hello", "run", "points", "gone", "runs", "models", "experiments", "beat"];

/**
 * Watches runs for a page.
 *
 * `handlers` has functions by the names of events, each of which gets the event's data, and `state`,
 * which is called whenever something of this object changes. After a break `hello` comes again, with
 * all that is watched as it is then; of lists it says nothing, so these are to be read anew then.
 *
 * `state` is "connecting" at first, then "live", "paused" or "lost". `heard` is when the server last
 * said something. `waiting` is what came while paused: how many points, and what `runs` would say.
 */
export class Live {
  state = "connecting";
  heard = Date.now();
  waiting = nothing();

  #handlers;
  #runs = [];
  #counts = new Map(); // by key, then by run: the points that the page has, or null: "from now on"
  #source = null;
  #wait = FIRST_WAIT;
  #beat = 15_000;
  #retry = 0;
  #watchdog = 0;
  #bedtime = 0;

  constructor(handlers) {
    this.#handlers = handlers;
    document.addEventListener("visibilitychange", () => this.#sleepOrWake());
    window.addEventListener("online", () => this.state === "lost" && this.#connect());
    // A page that is left may be kept, to be come back to.
    window.addEventListener("pagehide", () => this.#disconnect());
    window.addEventListener("pageshow", (event) => event.persisted && this.#connect());
  }

  /**
   * Watch these runs from now on, and follow series of them: {run, key, count}, where `count` is how
   * many points the page has. Without a count, a series goes on from where it was followed to, and a
   * new one from now on.
   */
  subscribe(runs = [], series = []) {
    const before = this.#counts;
    this.#runs = runs;
    this.#counts = new Map();
    for (const { run, key, count } of series) {
      if (!this.#counts.has(key)) this.#counts.set(key, new Map());
      this.#counts.get(key).set(run, count ?? before.get(key)?.get(run) ?? null);
    }
    if (this.#address().length > LONGEST_ADDRESS) throw new RangeError("this is too much to watch at once");
    this.#connect();
  }

  /** Tell the page of nothing until `resume`, but count in `waiting` what there is. */
  pause() {
    this.#become("paused");
  }

  /** Tell the page of what has happened meanwhile, and go on. */
  resume() {
    const { runs } = this.waiting;
    this.waiting = nothing();
    this.#become("connecting");
    this.#connect(); // the points that were not taken come again
    if (runs !== null) this.#handlers.runs?.(runs);
  }

  #address() {
    const query = new URLSearchParams();
    if (this.#runs.length > 0) query.set("runs", this.#runs.join(","));
    for (const [key, counts] of this.#counts) {
      const each = this.#runs.map((run) => (counts.has(run) ? counts.get(run) ?? "" : "-"));
      query.set(`key.${key}`, each.join(","));
    }
    return `/api/live?${query}`;
  }

  #connect() {
    this.#disconnect();
    if (document.hidden) return;
    const source = new EventSource(this.#address());
    for (const name of EVENTS) {
      source.addEventListener(name, (event) => this.#hear(name, JSON.parse(event.data)));
    }
    // The browser itself would ask for the same address again, with counts that are true no more.
    source.addEventListener("error", () => this.#lose());
    this.#source = source;
    this.#expectSigns();
  }

  #disconnect() {
    this.#source?.close();
    this.#source = null;
    clearTimeout(this.#retry);
    clearTimeout(this.#watchdog);
  }

  #lose() {
    this.#disconnect();
    if (this.state !== "paused") this.#become("lost");
    this.#retry = setTimeout(() => this.#connect(), this.#wait * (0.5 + Math.random()));
    this.#wait = Math.min(2 * this.#wait, LONGEST_WAIT);
  }

  // A network that is gone says nothing of it.
  #expectSigns() {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#lose(), 2.5 * this.#beat);
  }

  #hear(name, told) {
    this.heard = Date.now();
    this.#expectSigns();
    if (name === "hello") this.#greet(told);
    if (this.state === "paused") {
      this.#keepCount(name, told);
      return;
    }
    if (name === "points") this.#counts.get(told.key)?.set(told.run, told.from + told.count);
    this.#handlers[name]?.(told);
  }

  #greet(hello) {
    this.#wait = FIRST_WAIT;
    this.#beat = hello.heartbeat;
    if (this.state === "paused") {
      this.waiting.points = 0; // those that were not taken come again
      return;
    }
    // Who follows a series from now on has all the points that there are.
    for (const run of hello.runs) {
      const there = new Map(run.metrics.map((metric) => [metric.key, metric.count]));
      for (const [key, counts] of this.#counts) {
        if (counts.get(run.id) === null) counts.set(run.id, there.get(key) ?? 0);
      }
    }
    this.#become("live");
  }

  #keepCount(name, told) {
    if (name === "points") this.waiting.points += told.count;
    if (name === "runs" && this.#handlers.runs !== undefined) {
      const { started, ended, moved, changed } = this.waiting.runs ?? NONE;
      this.waiting.runs = {
        started: started + told.started,
        ended: ended + told.ended,
        moved: moved + told.moved,
        changed: changed + told.changed,
        ids: [],
        more: true,
      };
    }
    this.#handlers.state?.();
  }

  #become(state) {
    this.state = state;
    this.#handlers.state?.();
  }

  #sleepOrWake() {
    clearTimeout(this.#bedtime);
    if (document.hidden) this.#bedtime = setTimeout(() => this.#disconnect(), SLEEP);
    else if (this.#source === null) this.#connect();
  }
}

const NONE = { started: 0, ended: 0, moved: 0, changed: 0 };

const nothing = () => ({ points: 0, runs: null });
