// The colours that charts are drawn with: the tokens of the style sheets, as the theme has them now.

const NAMES = ["surface", "line", "line-2", "ink-2", "ink-3", "fail", "accent"];
const CURVES = Array.from({ length: 10 }, (_, i) => `c${i + 1}`);

let known = null;
const painted = new Set();

function read() {
  const probe = document.createElement("i");
  probe.hidden = true;
  document.body.append(probe);
  // A token may be light-dark(…), which only a property that holds a colour resolves.
  const colour = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const colours = Object.fromEntries([...NAMES, ...CURVES].map((name) => [name, colour(name)]));
  const style = getComputedStyle(document.documentElement);
  const size = parseFloat(style.fontSize) * 0.6875;
  probe.remove();
  return { ...colours, size, font: `${size}px ${style.getPropertyValue("--sans")}` };
}

/** Return the colours by their tokens, the `font` of texts in a chart, and its `size` in pixels. */
export function palette() {
  known ??= read();
  return known;
}

/** Tell whether a curve of this colour is dashed: the second five are. */
export function isDashed(colour) {
  return CURVES.indexOf(colour) >= 5;
}

function change() {
  known = null;
  for (const paint of painted) paint();
}

/** Call `paint` whenever the colours have changed; return what ends that. */
export function onPalette(paint) {
  painted.add(paint);
  return () => painted.delete(paint);
}

document.addEventListener("themechange", change);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", change);
document.fonts.addEventListener("loadingdone", change);
