// What charts show, as it is chosen above them and kept in the page's address.

import { VIEW } from "./curve.js";

const AXES = ["step", "time", "relative", "metric"];
const NAMES = ["x", "metric", "smooth", "log", "logx", "find"];
const SMOOTHEST = 0.99;

function read(search, usual) {
  const query = new URLSearchParams(search);
  const x = AXES.includes(query.get("x")) ? query.get("x") : VIEW.x;
  const smoothing = Number(query.get("smooth") ?? usual.smoothing);
  return {
    x,
    metric: query.get("metric"),
    smoothing: smoothing >= 0 && smoothing <= SMOOTHEST ? smoothing : usual.smoothing,
    log: query.has("log"),
    logX: query.has("logx"),
    find: query.get("find") ?? "",
  };
}

function write(chosen, usual) {
  const address = new URL(location.href);
  for (const name of NAMES) address.searchParams.delete(name);
  const set = (name, value, isUsual) => isUsual || address.searchParams.set(name, value);
  set("x", chosen.x, chosen.x === VIEW.x);
  set("metric", chosen.metric, chosen.x !== "metric" || chosen.metric === null);
  set("smooth", chosen.smoothing, chosen.smoothing === usual.smoothing);
  set("log", "1", !chosen.log);
  set("logx", "1", !chosen.logX);
  set("find", chosen.find, chosen.find === "");
  history.replaceState(history.state, "", address);
}

/**
 * Let the fields of `form` choose what charts show: call `onChange` with it, now and at every change.
 * The form is the macro `controls` of `_charts.html`; `keys` are the metrics that can be an axis.
 */
export function controls(form, keys, onChange) {
  const { x, metric, smoothing, log, logx, find } = form.elements;
  const usual = { smoothing: Number(smoothing.defaultValue) };
  const chosen = read(location.search, usual);
  const known = new Set(keys);
  if (!known.has(chosen.metric)) chosen.metric = null;

  const show = () => {
    x.value = chosen.x;
    metric.hidden = chosen.x !== "metric";
    form.querySelector("output").textContent = chosen.smoothing.toFixed(2);
  };
  // Until somebody has said which metric, the axis stays.
  const view = () => ({ ...chosen, x: chosen.x === "metric" && chosen.metric === null ? VIEW.x : chosen.x });
  const fill = () => {
    const text = metric.value.toLowerCase();
    const fitting = keys.filter((key) => key.toLowerCase().includes(text)).slice(0, 50);
    metric.list.replaceChildren(...fitting.map((key) => new Option(key, key)));
  };

  metric.value = chosen.metric ?? "";
  smoothing.value = String(chosen.smoothing);
  log.checked = chosen.log;
  logx.checked = chosen.logX;
  if (find !== undefined) find.value = chosen.find;
  show();
  metric.addEventListener("focus", fill);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", (event) => {
    if (event.target === metric) {
      fill();
      if (!known.has(metric.value)) return;
    }
    chosen.x = x.value;
    chosen.metric = known.has(metric.value) ? metric.value : null;
    chosen.smoothing = Number(smoothing.value);
    chosen.log = log.checked;
    chosen.logX = logx.checked;
    chosen.find = find?.value ?? chosen.find;
    show();
    write(chosen, usual);
    onChange(view());
  });
  onChange(view());
}
