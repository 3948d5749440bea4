// A line through the noise.

/**
 * Return the moving average of `values`, each weighted `weight` times as much as the one after it.
 *
 * The average starts at zero and is divided by the sum of its weights, so that its beginning is not
 * drawn towards zero (Kingma and Ba, "Adam", 2015, section 3, call this bias correction; TensorBoard
 * and Weights & Biases smooth so too). Missing values stay missing and weigh nothing. A series that
 * never changes comes back unchanged.
 */
export function smooth(values, weight) {
  if (weight === 0) return values;
  let average = 0, sum = 0;
  return values.map((value) => {
    if (value === null) return null;
    average = weight * average + (1 - weight) * value;
    sum = weight * sum + (1 - weight);
    return average / sum;
  });
}
