// Where an axis has its ticks.

const SPANS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400,
  172800, 432000, 864000, 2592000, 7776000, 31104000,
];

/** Return the multiples of `step` from `low` to `high`, or null where they are more than `most`. */
function multiples(low, high, { step, most }) {
  const first = Math.ceil(low / step - 1e-9), last = Math.floor(high / step + 1e-9);
  if (!(last - first < most)) return null;
  return Array.from({ length: last - first + 1 }, (_, n) => Number(((first + n) * step).toPrecision(15)));
}

/** Return round numbers from `low` to `high`, as many as `most` allows; `whole` for integers only. */
export function ticks(low, high, most, { whole = false } = {}) {
  const least = high / most - low / most;  // the difference may be infinite
  if (!(least > 0) || !Number.isFinite(least)) return [low];
  const power = 10 ** Math.floor(Math.log10(least));
  for (const round of [1, 2, 2.5, 5, 10, 20, 25, 50]) {
    const step = round * power;
    if (!Number.isFinite(step)) break;
    const found = whole && !Number.isInteger(step) ? null : multiples(low, high, { step, most });
    if (found !== null) return found;
  }
  return whole ? multiples(low, high, { step: 1, most }) ?? [] : [];
}

/**
 * Return round lengths of time from `low` to `high`; `second` is how long one is in their unit: where
 * that is milliseconds, they are whole.
 */
export function spanTicks(low, high, most, second) {
  const seconds = (high - low) / second;
  if (seconds < SPANS[0] * 2) return ticks(low, high, most, { whole: second > 1 });
  for (const span of SPANS) {
    const found = multiples(low, high, { step: span * second, most });
    if (found !== null) return found;
  }
  return ticks(low, high, most);
}

/** Return powers of ten, or these and their multiples, between two positive numbers. */
export function logTicks(low, high, most) {
  if (!(low > 0)) return [];
  const decades = Math.log10(high) - Math.log10(low);
  if (decades < 1) return ticks(low, high, most);
  const first = Math.floor(Math.log10(low)), last = Math.ceil(Math.log10(high));
  const powers = (every, rounds) => {
    const found = [];
    for (let power = first; power <= last; power += 1) {
      if (power % every !== 0) continue;
      for (const round of rounds) found.push(Number(`${round}e${power}`));
    }
    return found.filter((value) => value >= low && value <= high);
  };
  const dense = powers(1, [1, 3]);
  if (dense.length <= most) return dense;
  let every = 1;
  while (powers(every, [1]).length > most) every += 1;
  return powers(every, [1]);
}
