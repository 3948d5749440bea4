// The shapes of marks, which tell those runs apart that share a colour.

const SHAPES = [
  "M5.5 0A5.5 5.5 0 1 1 -5.5 0A5.5 5.5 0 1 1 5.5 0Z",
  "M-5 -5H5V5H-5Z",
  "M0 -6.5L6 5H-6Z",
  "M0 -7L6 0L0 7L-6 0Z",
  "M0 6.5L6 -5H-6Z",
  "M-6 -2H-2V-6H2V-2H6V2H2V6H-2V2H-6Z",
];

/** Return the path of the marks of the runs in the `lap`th round through the colours. */
export function shapeOf(lap) {
  return SHAPES[lap % SHAPES.length];
}
