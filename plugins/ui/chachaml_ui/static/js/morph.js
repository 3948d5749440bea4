// Makes what a page shows like what the server would send now, without touching what is the same.

/**
 * Make `old` like `fresh`. What somebody did stays: fields keep what was entered, folds stay open or
 * closed, and what has the focus keeps it where it is still there.
 */
export function morph(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (old.nodeName !== fresh.nodeName) {
    old.replaceWith(fresh);
  } else if (!(old instanceof Element)) {
    old.data = fresh.data;
  } else if (!(old instanceof HTMLInputElement || old instanceof HTMLSelectElement)) {
    takeAttributes(old, fresh);
    const theirs = [...fresh.childNodes];
    for (const child of [...old.childNodes]) {
      const other = theirs.shift();
      if (other === undefined) child.remove();
      else morph(child, other);
    }
    old.append(...theirs);
  }
}

/**
 * Make the rows of the table body `old` like those of `fresh`; rows with the same `data-run` are the
 * same. Unless `whole`, none comes, goes or moves. Returns how many rows of `fresh` are not in `old`
 * then.
 *
 * A row that is selected or has the focus does not go in any case.
 */
export function morphRows(old, fresh, { whole }) {
  const rows = new Map([...old.rows].map((row) => [row.dataset.run, row]));
  const focused = document.activeElement;
  let place = old.firstElementChild;
  let left = 0;
  for (const row of [...fresh.rows]) {
    const own = rows.get(row.dataset.run);
    rows.delete(row.dataset.run);
    if (own !== undefined) morph(own, row);
    else if (!whole) left += 1;
    if (!whole) continue;
    if (own !== undefined && own === place) place = place.nextElementSibling;
    else old.insertBefore(own ?? row, place);
  }
  if (whole) {
    for (const row of rows.values()) {
      if (!row.contains(focused) && row.querySelector("input:checked") === null) row.remove();
    }
  }
  // A row that is moved loses the focus.
  if (old.contains(focused) && focused !== document.activeElement) focused.focus({ preventScroll: true });
  return left;
}

function takeAttributes(old, fresh) {
  for (const { name } of [...old.attributes]) {
    if (name !== "open" && !fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (name !== "open" && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}
