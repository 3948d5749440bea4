// The figures of charts, one for each metric.

/** Return the prefix of a metric's key, which is its group: what is before its first slash. */
export function prefixOf(key) {
  const slash = key.indexOf("/");
  return slash > 0 ? key.slice(0, slash) : "";
}

/** Return an empty figure for the metric `key`, as the server's templates write it. */
export function figureFor(key, latest) {
  const figure = document.createElement("figure");
  const caption = document.createElement("figcaption"), what = document.createElement("span");
  const name = document.createElement("bdi"), output = document.createElement("output");
  const tools = document.createElement("span"), plot = document.createElement("div");
  const before = key.slice(0, key.lastIndexOf("/") + 1);
  figure.className = "chart";
  figure.dataset.key = key;
  what.className = "what";
  what.title = key;
  if (before !== "" && before !== key) {
    const grey = document.createElement("i");
    grey.textContent = before;
    name.append(grey);
  }
  name.append(before === key ? key : key.slice(before.length));
  output.textContent = latest;
  what.append(name);
  tools.className = "tools";
  plot.className = "curve";
  plot.tabIndex = 0;
  plot.setAttribute("role", "slider");
  plot.setAttribute("aria-label", key);
  plot.setAttribute("aria-valuenow", "0");
  caption.append(what, output, tools);
  figure.append(caption, plot);
  return figure;
}
