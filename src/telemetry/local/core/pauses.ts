/** A stretch in which nobody listened: between the last snapshot and the next start. Unix milliseconds. */
export interface Pause {
  readonly from: number;
  readonly to: number;
}

const mostPauses = 200;
/** What a window may miss and still be called observed: from a tenth on the annotation says how much it covers. */
const mostMissed = 0.1;

export const withPause = (pauses: readonly Pause[], pause: Pause): readonly Pause[] =>
  pause.to > pause.from ? [...pauses, pause].slice(-mostPauses) : pauses;

/** The earliest moment from which on [it, to) was observed, but for less than a tenth: a window begins after the pause that costs more. */
export function observedSince(pauses: readonly Pause[], from: number, to: number): number {
  let start = from;
  for (const pause of pauses) {
    if (pause.to <= start) continue;
    if (missed(pauses, start, to) <= mostMissed * (to - start)) break;
    start = pause.to;
  }
  return Math.min(start, to);
}

const missed = (pauses: readonly Pause[], from: number, to: number): number =>
  pauses.reduce((sum, p) => sum + Math.max(0, Math.min(p.to, to) - Math.max(p.from, from)), 0);
