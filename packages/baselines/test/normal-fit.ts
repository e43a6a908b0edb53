/** The distribution function of N(0, 1), to 1.5e-7 (Abramowitz & Stegun 7.1.26). */
function standardNormal(x: number): number {
  const z = Math.abs(x) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * z);
  const polynomial = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const half = (1 - polynomial * Math.exp(-z * z)) / 2;
  return x < 0 ? 0.5 - half : 0.5 + half;
}

/**
 * The Kolmogorov–Smirnov statistic √n · sup |F_n − F| of values against N(mean, deviation²).
 *
 * Draws of that very distribution exceed 2.7 in fewer than one of a million samples, 2·exp(−2·2.7²).
 */
export function kolmogorovStatistic(values: ArrayLike<number>, mean: number, deviation: number): number {
  const sorted = Float64Array.from(values).toSorted();
  let largest = 0;
  sorted.forEach((value, i) => {
    const expected = standardNormal((value - mean) / deviation);
    largest = Math.max(largest, expected - i / sorted.length, (i + 1) / sorted.length - expected);
  });
  return Math.sqrt(sorted.length) * largest;
}
