// Short news at the corner of the page; some can be undone.

const LASTS = 8_000;
const LEFT = "said";

/** Show `text` on the page that is opened next. */
export function toastNext(text) {
  sessionStorage.setItem(LEFT, text);
}

/** Show `text` for eight seconds; with `undo`, beside a button that calls it. */
export function toast(text, { undo = null } = {}) {
  const shown = document.createElement("div");
  shown.className = "toast";
  shown.append(text);
  if (undo !== null) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn small";
    button.textContent = "Undo";
    button.addEventListener("click", () => {
      undo();
      shown.remove();
    });
    shown.append(button);
  }
  document.querySelector(".toasts").append(shown);
  setTimeout(() => shown.remove(), LASTS);
}

const left = sessionStorage.getItem(LEFT);
if (left !== null) {
  sessionStorage.removeItem(LEFT);
  toast(left);
}
