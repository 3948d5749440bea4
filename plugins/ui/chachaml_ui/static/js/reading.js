// Reading a page anew, often enough to be true and not so often that the server feels it.

import { ApiError, fetchPage } from "./api.js";

const PAUSE = 2_000; // milliseconds between two readings
const SHARE = 10; // a reading that takes long is followed by a rest of so many times as long

/**
 * Return what plans a reading of this page's own address; each is given to `show`, parsed, not run.
 *
 * What is planned while a reading is under way is read after it, so nothing that changed is missed.
 * With `atOnce` there is no rest before it.
 */
export function reader(show) {
  let planned = 0;
  let rested = 0;
  let isReading = false;
  let again = false;

  async function read() {
    planned = 0;
    isReading = true;
    const began = performance.now();
    const address = location.href;
    try {
      const page = await fetchPage(address);
      // An answer to an address that was left meanwhile says nothing of what is shown now.
      if (address === location.href) show(page);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // no answer came: the banner tells of it
    } finally {
      const now = performance.now();
      rested = now + Math.max(PAUSE, SHARE * (now - began));
      isReading = false;
      if (again) plan();
      again = false;
    }
  }

  function plan({ atOnce = false } = {}) {
    if (atOnce) {
      clearTimeout(planned);
      planned = rested = 0;
    }
    if (isReading) again = true;
    else planned ||= setTimeout(read, Math.max(0, rested - performance.now()));
  }

  return plan;
}
