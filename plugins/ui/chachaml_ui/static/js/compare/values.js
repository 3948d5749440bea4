// The table that says what a plot shows.

// A text that turns nothing around it, in whatever direction it is read.
function isolated(text) {
  const made = document.createElement("bdi");
  made.textContent = text;
  return made;
}

function cell(tag, text) {
  const made = document.createElement(tag);
  made.title = text.slice(0, 2000);
  made.append(isolated(text.slice(0, 200)));
  return made;
}

function table(runs, dimensions) {
  const made = document.createElement("table");
  const head = made.createTHead().insertRow(), body = made.createTBody();
  for (const text of ["Run", ...dimensions.map(({ name }) => name)]) {
    const named = cell("th", text);
    named.scope = "col";
    head.append(named);
  }
  for (const run of runs) {
    const named = cell("th", run.name);
    named.scope = "row";
    body.insertRow().append(named, ...dimensions.map((dimension) => cell("td", dimension.text(run.id))));
  }
  return made;
}

/** Fill a fold with the values of `runs` as a table, when it is open. */
export function fillValues(details, runs, dimensions) {
  const fill = () => {
    if (!details.open) return;
    const region = document.createElement("div");
    region.className = "tbl";
    region.tabIndex = 0;
    region.setAttribute("role", "region");
    region.setAttribute("aria-label", "Values");
    region.append(table(runs, dimensions));
    details.replaceChildren(details.querySelector("summary"), region);
  };
  details.ontoggle = fill;
  fill();
}

/** Say in `element` which runs are not drawn, and why: `words` by run. */
export function sayLeftOut(element, runs, words) {
  const out = runs.filter(({ id }) => words.has(id));
  element.hidden = out.length === 0;
  const said = out.slice(0, 12).flatMap(({ id, name }) => [", ", isolated(name), " (", isolated(words.get(id)), ")"]);
  const more = out.length > 12 ? ` and ${out.length - 12} more` : "";
  element.replaceChildren(...(out.length === 0 ? [] : ["Not drawn: ", ...said.slice(1), `${more}.`]));
}
