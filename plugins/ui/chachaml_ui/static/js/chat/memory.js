// What this browser keeps: the conversation, and of each provider the model that was chosen and a key.

const [TURNS, CHOSEN, MODEL, KEY] = ["chachaml.chat", "chachaml.chat.provider", "chachaml.chat.model.", "chachaml.chat.key."];

function read(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null; // a browser may forbid it
  }
}

function write(name, text) {
  try {
    if (text === "") localStorage.removeItem(name);
    else localStorage.setItem(name, text);
  } catch {
    // Then nothing is kept.
  }
}

/** Return the turns of the conversation so far: each with its `question`, `answer`, `calls` and `spent`. */
export function turns() {
  try {
    const kept = JSON.parse(read(TURNS) ?? "[]");
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}

/** Keep the turns; none forgets them. */
export function keepTurns(all) {
  write(TURNS, all.length === 0 ? "" : JSON.stringify(all));
}

/** Return the provider that was chosen last, if there is one. */
export function provider() {
  return read(CHOSEN);
}

/** Remember the provider that is chosen. */
export function keepProvider(name) {
  write(CHOSEN, name);
}

/** Return the model that was chosen last of a provider, if there is one. */
export function model(provider) {
  return read(MODEL + provider);
}

/** Remember the model that is chosen of a provider; none is forgotten. */
export function keepModel(provider, name) {
  write(MODEL + provider, name);
}

/** Return the key for a provider; empty if there is none. */
export function key(provider) {
  return read(KEY + provider) ?? "";
}

/** Keep a key for a provider; an empty one is forgotten. */
export function keepKey(provider, text) {
  write(KEY + provider, text);
}
