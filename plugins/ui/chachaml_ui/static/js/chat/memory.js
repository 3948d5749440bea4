// What this browser keeps: the conversation, and of each provider the model that was chosen and a key.

const [TURNS, CHOSEN, MODEL, KEY] = ["chachaml.chat", "chachaml.chat.provider", "chachaml.chat.model.", "chachaml.chat.key."];

function read(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null; // a browser may forbid it
  }
}

/** Keep a text, or none; return whether there was room for it. */
function write(name, text) {
  try {
    if (text === "") localStorage.removeItem(name);
    else localStorage.setItem(name, text);
    return true;
  } catch {
    return false;
  }
}

/** Return the turns of the conversation so far: each with its `id`, `question`, `answer`, `calls` and `outcome`. */
export function turns() {
  try {
    const kept = JSON.parse(read(TURNS) ?? "[]");
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}

/** Keep a turn beside those that other tabs keep, in place of itself; where room lacks, the oldest go. */
export function keepTurn(turn) {
  const all = [...turns().filter(({ id }) => id !== turn.id), turn];
  while (!write(TURNS, JSON.stringify(all)) && all.length > 1) all.shift();
}

/** Forget all turns. */
export function forgetTurns() {
  write(TURNS, "");
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
