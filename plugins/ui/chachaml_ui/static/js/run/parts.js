// Parts of a page, each with an id: fetched anew from the server, so that only it draws them.

import { awaited, fetchPage } from "../api.js";

/** Show the parts `ids` as `address` has them now; what had the focus keeps it if it is still there. */
export async function refresh(ids, address = location.href) {
  const anew = await awaited(fetchPage(address));
  for (const id of ids) {
    const shown = document.getElementById(id);
    const fresh = anew.getElementById(id);
    if (shown === null || fresh === null) continue;
    const hadFocus = shown.contains(document.activeElement);
    shown.replaceWith(document.adoptNode(fresh));
    if (hadFocus) fresh.focus();
    fresh.dispatchEvent(new Event("refreshed", { bubbles: true }));
  }
}
