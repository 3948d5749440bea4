// How much larger than usual text is: it grows with the root of the page on very wide screens, and so
// do plots, whose units are pixels of text of the usual size.

/** Return how many pixels of the screen a unit of a plot is. */
export function scale() {
  return parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
}
