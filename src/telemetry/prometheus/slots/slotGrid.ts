import { slotLength, tiers } from '../../local/core/slots.ts';

/** Steps of a query from `from` (not included) to `to`, each `step` long: evaluated at from + step, …, to. Unix milliseconds. */
export interface Chunk {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** Points of one request: a longer stretch is asked for in several, so that none is refused for its cost. */
const mostPoints = 100;
/** Counters younger than that may still be written when they are read. */
const settle = 3_000;

/** Four samples make a slot: fewer would show the beat of scraping instead of the traffic. */
export const stepFor = (interval: number): number => {
  const lengths = tiers.map(({ length }) => length).slice(0, -1);
  return lengths.find((length) => length >= 4 * interval) ?? lengths.at(-1) ?? interval;
};

/** The end of the last slot that is over. */
export const lastEnd = (now: number, step: number): number =>
  Math.floor((now - settle) / step) * step;

/** The beginning of a window of slots that is kept at the lengths of `slotLength`. */
export function firstStart(from: number, now: number, step: number): number {
  const length = Math.max(step, slotLength(from, now));
  return Math.floor(from / length) * length;
}

/** Stretches to ask for, ascending; older ones in the longer slots that they are kept in. */
export function planChunks(from: number, to: number, now: number, step: number): readonly Chunk[] {
  const chunks: { from: number; to: number; step: number }[] = [];
  let at = from;
  while (at < to) {
    const coarse = Math.max(step, slotLength(at, now));
    const fits = at % coarse === 0 && at + coarse <= to;
    const length = fits ? coarse : step;
    const last = chunks.at(-1);
    if (last?.step === length && (last.to - last.from) / length < mostPoints) last.to = at + length;
    else chunks.push({ from: at, to: at + length, step: length });
    at += length;
  }
  return chunks;
}
