// A field that leaves of a list of facts only those that hold its text.

function find(field) {
  const wanted = field.value.trim().toLowerCase();
  const list = document.getElementById(field.dataset.finds);
  for (const fact of list.querySelectorAll(".kv > div")) {
    fact.hidden = !fact.textContent.toLowerCase().includes(wanted);
  }
  for (const fold of list.querySelectorAll(".fold-more")) fold.open = wanted !== "";
}

/** Leave out again what the fields leave out, after the lists have changed. */
export function findAgain() {
  for (const field of document.querySelectorAll("[data-finds]")) {
    if (field.value.trim() !== "") find(field);
  }
}

document.addEventListener("input", (event) => {
  if ("finds" in event.target.dataset) find(event.target);
});
