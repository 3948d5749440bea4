// Parts of a page, each with an id: only the server draws them.

import { awaited, fetchPage } from "./api.js";
import { isTyping } from "./frame.js";
import { morph } from "./morph.js";

/**
 * Show the parts `ids` as `address` has them now; what had the focus keeps it if it is still there.
 *
 * An open form marked `data-kept` stays with what was typed. A part that the page has no more is an
 * error.
 */
export async function refresh(ids, address = location.href) {
  const page = await awaited(fetchPage(address));
  for (const id of ids) {
    const shown = document.getElementById(id);
    const fresh = page.getElementById(id);
    if (shown === null) continue;
    if (fresh === null) throw new Error("The page has changed; load it anew");
    const hadFocus = shown.contains(document.activeElement);
    const kept = [...shown.querySelectorAll("form[data-kept]:not([hidden])")];
    shown.replaceWith(document.adoptNode(fresh));
    for (const form of kept) keep(form);
    if (hadFocus) fresh.focus();
    fresh.dispatchEvent(new Event("refreshed", { bubbles: true }));
  }
}

/** Put an open form, which something half-written may be in, in the place of its fresh copy. */
function keep(form) {
  if ([...form.querySelectorAll("input")].every((field) => field.value === field.defaultValue)) return;
  document.getElementById(form.id).replaceWith(form);
  document.querySelector(`[aria-controls="${form.id}"]`).setAttribute("aria-expanded", "true");
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
