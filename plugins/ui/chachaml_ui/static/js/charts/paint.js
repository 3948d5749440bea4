// What a chart shows beside its main lines.

import { isDashed } from "./palette.js";
import { envelope, line } from "./paths.js";
import { gapText } from "./points.js";

const RAW = 0.32, ENVELOPE = 0.13, HATCH = 0.45;

/** Return gaps in pixels, each wide enough to be seen; those that touch are one. */
function mergedGaps(curves, toX) {
  const found = [];
  for (const { laid, thinned } of curves) {
    for (const { from, to, words } of laid.gaps) {
      found.push({ left: toX(from), right: Math.max(toX(to), toX(from) + 2), words, thinned });
    }
  }
  found.sort((one, other) => one.left - other.left);
  const merged = [];
  for (const gap of found) {
    const last = merged[merged.length - 1];
    if (last !== undefined && gap.left <= last.right + 2) {
      last.right = Math.max(last.right, gap.right);
      last.thinned ||= gap.thinned;
      for (const [word, count] of Object.entries(gap.words)) last.words[word] = (last.words[word] ?? 0) + count;
    } else merged.push({ ...gap, words: { ...gap.words } });
  }
  return merged;
}

function hatch(context, { left, right }, { top, height, scale }) {
  context.save();
  context.beginPath();
  context.rect(left, top, right - left, height);
  context.clip();
  context.globalAlpha = HATCH;
  context.beginPath();
  for (let at = left - height; at < right; at += 5 * scale) {
    context.moveTo(at, top + height);
    context.lineTo(at + height, top);
  }
  context.stroke();
  context.restore();
}

/** Draw the stretches of NaN and infinities: hatched, with a red edge and their counts. */
export function paintGaps(context, curves, { toX, colours, box, scale }) {
  const right = box.left + box.width;
  const gaps = mergedGaps(curves, toX).filter((gap) => gap.right >= box.left && gap.left <= right);
  context.strokeStyle = context.fillStyle = colours.fail;
  context.lineWidth = scale;
  let free = -Infinity;
  for (const gap of gaps) {
    const shown = { left: Math.max(gap.left, box.left), right: Math.min(gap.right, right) };
    hatch(context, shown, { ...box, scale });
    context.beginPath();
    context.moveTo(shown.left, box.top);
    context.lineTo(shown.left, box.top + box.height);
    context.stroke();
    const text = gapText(gap.words, gap.thinned);
    const width = context.measureText(text).width;
    const after = shown.right + 4 * scale;
    const at = after + width <= right ? after : shown.left - width - 4 * scale;
    if (at < free || at < box.left) continue;
    context.textAlign = "left";
    context.textBaseline = "top";
    context.fillText(text, at, box.top);
    free = at + width + 8 * scale;
  }
}

/** Draw what lies behind the smoothed lines: raw points, and what was left out between them. */
export function paintRaw(context, curves, { colours, place, scale }) {
  for (const { laid, colour, thinned, smoothed } of curves) {
    context.fillStyle = context.strokeStyle = colours[colour];
    if (thinned) {
      context.globalAlpha = ENVELOPE;
      context.fill(envelope(laid, place, 3 * scale));
    }
    if (smoothed) {
      context.globalAlpha = RAW;
      context.lineWidth = scale;
      context.stroke(line(laid, laid.y, place));
    }
  }
  context.globalAlpha = 1;
}

/** Return the last point of a curve that can be drawn, in pixels, or null. */
function lastPoint({ laid, drawn }, { toX, toY }) {
  let i = drawn.length - 1;
  while (i >= 0 && drawn[i] === null) i -= 1;
  return i < 0 ? null : { left: toX(laid.x[i]), top: toY(drawn[i]) };
}

/** Mark the latest point of each curve. */
export function paintLatest(context, curves, { colours, place, box, scale }) {
  for (const curve of curves) {
    const at = lastPoint(curve, place);
    if (at === null || at.left < box.left - 1 || at.left > box.left + box.width + 1) continue;
    const circle = (radius, colour, alpha) => {
      context.globalAlpha = alpha;
      context.fillStyle = colour;
      context.beginPath();
      context.arc(at.left, at.top, radius * scale, 0, 2 * Math.PI);
      context.fill();
    };
    circle(6, colours[curve.colour], 0.2);
    circle(4.5, colours.surface, 1);
    circle(3, colours[curve.colour], 1);
  }
}

/** Name each of several curves where it ends, as many as there is room for. */
export function paintNames(context, curves, { colours, place, box, scale, size }) {
  const height = size * 1.2 * scale, right = box.left + box.width;
  const named = curves
    .map((curve) => ({ ...curve, end: lastPoint(curve, place) }))
    .filter(({ end }) => end !== null)
    .slice(0, Math.floor(box.height / height))
    .sort((one, other) => one.end.top - other.end.top);
  let free = box.top;
  const tops = named.map(({ end }, i) => {
    const lowest = box.top + box.height - (named.length - 1 - i) * height;
    const top = Math.min(Math.max(end.top, free), lowest);
    free = top + height;
    return top;
  });
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.lineWidth = 1.75 * scale;
  named.forEach(({ label, colour }, i) => {
    context.strokeStyle = colours[colour];
    context.setLineDash(isDashed(colour) ? [4 * scale, 2 * scale] : []);
    context.beginPath();
    context.moveTo(right + 4 * scale, tops[i]);
    context.lineTo(right + 14 * scale, tops[i]);
    context.stroke();
    context.fillStyle = colours["ink-2"];
    context.fillText(label, right + 18 * scale, tops[i]);
  });
}
