// Fields in which dimensions are chosen.

/** Fill a field with `first`, such as ["", "Run"], and with dimensions by their kinds. */
export function offer(select, dimensions, first = []) {
  const groups = [["param", "Params"], ["metric", "Metrics"]].map(([kind, label]) => {
    const group = document.createElement("optgroup");
    group.label = label;
    group.append(...dimensions.filter((one) => one.kind === kind).map((one) => new Option(one.name, one.id)));
    return group;
  });
  select.replaceChildren(...first.map(([value, text]) => new Option(text, value)), ...groups.filter(({ children }) => children.length > 0));
}
