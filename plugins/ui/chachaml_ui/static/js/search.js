// Completes the key of a metric from those that runs have logged.

import { send } from "./api.js";

const field = document.querySelector("[name=metric_key]");
const known = document.getElementById("known-keys");
let asked = null;

async function complete() {
  const prefix = field.value;
  if (prefix === asked) return;
  asked = prefix;
  const address = `/api/keys?kind=metric&prefix=${encodeURIComponent(prefix)}`;
  const found = await send("GET", address).catch(() => []); // a key can be typed without it
  if (asked !== prefix) return; // an answer that was overtaken
  known.replaceChildren(...found.map((key) => new Option(key, key)));
}

field.addEventListener("focus", complete);
field.addEventListener("input", complete);
