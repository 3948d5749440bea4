// Parts of a page, each with an id: only the server draws them.

import { awaited, fetchPage } from "./api.js";
import { isTyping } from "./frame.js";
import { morph } from "./morph.js";

/**
 * Show the parts `ids` as `address` has them now; what had the focus keeps it if it is still there.
 *
 * A part that the page has no more is an error.
 */
export async function refresh(ids, address = location.href) {
  const page = await awaited(fetchPage(address));
  for (const id of ids) {
    const shown = document.getElementById(id);
    const fresh = page.getElementById(id);
    if (shown === null) continue;
    if (fresh === null) throw new Error("The page has changed; load it anew");
    const hadFocus = shown.contains(document.activeElement);
    shown.replaceWith(document.adoptNode(fresh));
    if (hadFocus) fresh.focus();
    fresh.dispatchEvent(new Event("refreshed", { bubbles: true }));
  }
}

/** Tell whether somebody is at work in `part`: writes there, or has opened a form. */
function isInUse(part) {
  const field = document.activeElement;
  return (part.contains(field) && isTyping(field)) || part.querySelector("[aria-expanded=true]") !== null;
}

/** Make the parts that `selectors` find like those of `page`; who is at work in one is not disturbed. */
export function follow(selectors, page) {
  for (const selector of selectors) {
    const [old, fresh] = [document.querySelector(selector), page.querySelector(selector)];
    if (old !== null && fresh !== null && !isInUse(old)) morph(old, fresh);
  }
}
