// Two fingers on a plot zoom it; one scrolls the page, as everywhere.

const APART = 0.02; // a part of the width; fingers above each other say nothing of it

const same = (at) => at;
const power = (at) => 10 ** at;

/**
 * Let two fingers on `over` hold what is under them: `ends` returns the ends of what is shown, on an
 * axis that is logarithmic if `log`, and `onZoom` is called with the new ones.
 */
export function pinch(over, { ends, log, onZoom }) {
  const [flat, back] = log ? [Math.log10, power] : [same, same];
  let held = null;

  const places = ({ touches }) => {
    const { left, width } = over.getBoundingClientRect();
    return [...touches].map(({ clientX }) => (clientX - left) / width).sort((one, other) => one - other);
  };
  const hold = (event) => {
    const [from, to] = ends().map(flat);
    held = event.touches.length === 2 ? places(event).map((at) => from + at * (to - from)) : null;
  };
  for (const name of ["touchstart", "touchend", "touchcancel"]) over.addEventListener(name, hold, { passive: true });
  over.addEventListener("touchmove", (event) => {
    if (held === null) return;
    event.preventDefault(); // or the browser magnifies the page
    const [left, right] = places(event);
    if (right - left < APART) return;
    const whole = (held[1] - held[0]) / (right - left), from = held[0] - left * whole;
    onZoom(back(from), back(from + whole));
  }, { passive: false });
}
