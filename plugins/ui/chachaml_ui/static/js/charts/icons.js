// Icons of the page's sprite.

const SVG = "http://www.w3.org/2000/svg";

/** Return the icon of that name, which says nothing to those who hear the page. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg"), use = document.createElementNS(SVG, "use");
  svg.setAttribute("class", "i");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${document.body.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}
