// Reading a page anew, often enough to be true and not so often that the server feels it.

const PAUSE = 2_000; // milliseconds between two readings
const SHARE = 10; // a reading that takes long is followed by a rest of so many times as long

/** Return what plans a reading of this page's own address; each is given to `show`, parsed, not run. */
export function reader(show) {
  let planned = 0;
  let rested = 0;

  async function read() {
    const began = performance.now();
    // Where no answer comes, what is shown stays: the banner tells of it, and another reading follows.
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
    if (answer?.ok) show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    const now = performance.now();
    planned = 0;
    rested = now + Math.max(PAUSE, SHARE * (now - began));
  }

  return () => {
    planned ||= setTimeout(read, Math.max(0, rested - performance.now()));
  };
}
