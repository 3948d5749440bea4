// Menus are popovers; where a browser knows none, one at a time is shown below what opens it.

const areKnown = "popover" in HTMLElement.prototype;

/** Tell whether a menu is open. */
export function isMenuOpen() {
  return document.querySelector(areKnown ? ":popover-open" : "[popover]:not([hidden])") !== null;
}

function close(besides = null) {
  for (const menu of document.querySelectorAll("[popover]")) menu.hidden = menu !== besides;
}

if (!areKnown) {
  close();
  document.addEventListener("click", ({ target }) => {
    const opener = target.closest("[popovertarget]");
    const menu = opener === null ? target.closest("[popover]") : document.getElementById(opener.getAttribute("popovertarget"));
    close(opener === null || menu.hidden ? menu : null);
  });
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") close();
  });
}
