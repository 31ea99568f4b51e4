/** The two observed values between which the quantile lies, whatever the rank convention. */
export function quantileBounds(values: readonly number[], q: number): readonly [number, number] {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = q * sorted.length;
  const at = (i: number): number => sorted[Math.min(sorted.length - 1, Math.max(0, i))] ?? 0;
  return [at(Math.floor(rank) - 1), at(Math.ceil(rank))];
}
