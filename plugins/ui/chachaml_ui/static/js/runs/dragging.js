// Columns are dragged to another place: by the heads of the table, or in the menu, where buttons do
// the same.

const marks = ["drops-before", "drops-after"];

/**
 * Let what `selector` finds be dragged before or after another one; then call
 * `moved(held, place, isAfter)`. They lie beside each other, or below each other if `isList`.
 */
function sortable(selector, { isList, moved }) {
  let held = null;
  let place = null;
  let isAfter = false;

  function mark(at) {
    place?.classList.remove(...marks);
    place = at;
    place?.classList.add(marks[Number(isAfter)]);
  }

  function over(event) {
    const at = held && event.target.closest?.(selector);
    if (!at) return mark(null);
    event.preventDefault(); // it can be dropped here
    const box = at.getBoundingClientRect();
    isAfter = isList ? event.clientY > box.top + box.height / 2 : event.clientX > box.left + box.width / 2;
    mark(at === held ? null : at);
  }

  document.addEventListener("dragstart", (event) => {
    held = event.target.closest?.(selector) ?? null;
    if (held === null) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", held.innerText.trim());
  });
  document.addEventListener("dragover", over);
  document.addEventListener("drop", (event) => {
    if (held === null || place === null) return;
    event.preventDefault();
    moved(held, place, isAfter);
  });
  document.addEventListener("dragend", () => {
    mark(null);
    held = null;
  });
}

/** Show the table with its columns in another order, which the address then names. */
function reorder(held, place, isAfter) {
  const heads = [...document.querySelectorAll(".runs thead [data-column]")].filter((head) => head !== held);
  heads.splice(heads.indexOf(place) + Number(isAfter), 0, held);
  const address = new URL(location.href);
  address.searchParams.set("columns", heads.map((head) => head.dataset.column).join(","));
  location.assign(address);
}

sortable(".runs thead [data-column]", { isList: false, moved: reorder });
sortable("#columns li", {
  isList: true,
  moved: (held, place, isAfter) => (isAfter ? place.after(held) : place.before(held)),
});
