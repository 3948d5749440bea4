// The runs of the page, as the head of its table says them.

const LAPS = [null, [2, 3], [8, 3, 2, 3], [12, 4], [1, 5], [12, 3, 2, 3, 2, 3]];

/**
 * Return the runs in their order: `id`, `name`, `href`, `origin`, and how their curves look: `curve` are
 * the classes, `colour` is one of c1 to c10, `dash` tells those apart that share a colour.
 */
export function readRuns() {
  return [...document.querySelectorAll(".diff thead [data-run]")].map((cell, place) => {
    const { run: id, curve, origin } = cell.dataset, link = cell.querySelector("a");
    const lap = Math.floor(place / 10);
    const dash = lap === 0 ? undefined : LAPS[1 + ((lap - 1) % (LAPS.length - 1))];
    const [colour] = curve.split(" ");
    return { id, name: link.title, href: link.href, origin: Number(origin), curve, colour, dash, lap };
  });
}
