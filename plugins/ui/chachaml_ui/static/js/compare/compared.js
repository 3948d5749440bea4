// What the server says of the runs of the page, asked for once.

import { send } from "../api.js";

let asked = null;

/** Return the answer of `GET /api/compare` for these runs. */
export function compared(runs) {
  const ids = runs.map(({ id }) => encodeURIComponent(id)).join(",");
  asked ??= send("GET", `/api/compare?ids=${ids}`);
  return asked;
}
