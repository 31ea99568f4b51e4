/** A two-sided interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * Wilson score interval of a proportion. `n` may be an effective (non-integer) sample size; `z` is the critical value.
 * Source: E. B. Wilson, 1927; it stays inside 0–1 and works at 0 errors, where the plain interval collapses.
 */
export function wilson(p: number, n: number, z: number): Interval {
  if (n <= 0) return { low: 0, high: 1 };
  const z2 = z * z;
  const centre = (p + z2 / (2 * n)) / (1 + z2 / n);
  const half = (z / (1 + z2 / n)) * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/**
 * Newcombe's hybrid score interval of the difference p1 − p0 (R. G. Newcombe, 1998, method 10):
 * the two Wilson intervals combined by squaring and adding the distances.
 */
export function newcombe(
  p1: number,
  n1: number,
  p0: number,
  n0: number,
  z1: number,
  z0: number = z1,
): Interval {
  const one = wilson(p1, n1, z1);
  const zero = wilson(p0, n0, z0);
  const difference = p1 - p0;
  return {
    low: difference - Math.hypot(p1 - one.low, zero.high - p0),
    high: difference + Math.hypot(one.high - p1, p0 - zero.low),
  };
}

/** Calls at which the boundary is tightest: judging starts to be useful at about a hundred calls. */
const tunedFor = 200;

/**
 * Critical value that stays valid however often one looks: the normal-mixture boundary (H. Robbins, 1970),
 * with the candidate's calls as the information gathered so far.
 * @param n information: effective calls of the candidate
 * @param alpha one-sided error probability over all looks together
 */
export function alwaysValidZ(n: number, alpha: number): number {
  const information = Math.max(n, 1);
  const ratio = tunedFor / information;
  // The mixture bound is two-sided, hence 2 × alpha; only one of its sides is used.
  return Math.sqrt((1 + ratio) * (Math.log(1 + 1 / ratio) - 2 * Math.log(2 * alpha)));
}
