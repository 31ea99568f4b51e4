/** A stretch of time: [from, to), Unix milliseconds. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Stretches that don't touch, ascending, with another one among them. */
export function withStretch(known: readonly Stretch[], added: Stretch): readonly Stretch[] {
  if (added.to <= added.from) return known;
  let { from, to } = added;
  const apart: Stretch[] = [];
  for (const one of known)
    if (one.to < from || one.from > to) apart.push(one);
    else {
      from = Math.min(from, one.from);
      to = Math.max(to, one.to);
    }
  return [...apart, { from, to }].toSorted((a, b) => a.from - b.from);
}

export const joined = (a: readonly Stretch[], b: readonly Stretch[]): readonly Stretch[] =>
  b.reduce(withStretch, a);

/** What of these the others don't hold. */
export const without = (
  known: readonly Stretch[],
  others: readonly Stretch[],
): readonly Stretch[] =>
  others.reduce(
    (left, { from, to }) =>
      left.flatMap((one) =>
        [
          { from: one.from, to: Math.min(one.to, from) },
          { from: Math.max(one.from, to), to: one.to },
        ].filter((part) => part.to > part.from),
      ),
    known,
  );

/** Of a stretch the part that these hold, in milliseconds. */
export const covered = (known: readonly Stretch[], { from, to }: Stretch): number =>
  known.reduce((sum, one) => sum + Math.max(0, Math.min(one.to, to) - Math.max(one.from, from)), 0);

export const holds = (known: readonly Stretch[], time: number): boolean =>
  known.some(({ from, to }) => time >= from && time < to);

/** Without what ended before a moment. */
export const since = (known: readonly Stretch[], time: number): readonly Stretch[] =>
  known.filter(({ to }) => to > time);

/** Of a slice what lies before the first that these hold of it; all of it where they hold nothing. */
export function olderPart(known: readonly Stretch[], { from, to }: Stretch): Stretch {
  const first = known.find((one) => one.to > from && one.from < to);
  return { from, to: first === undefined ? to : Math.max(from, first.from) };
}

/** Where the slice begins that a moment is in. */
export const startOfSlice = (slices: readonly Stretch[], time: number): number =>
  slices.find(({ from }) => from <= time)?.from ?? time;

/**
 * A window cut into equal slices on a fixed grid, newest first: as it moves on, slices stay what they are. The first and the last are cut
 * off at the window's ends.
 *
 * @param phase where the grid begins, 0–1: drawn by lot, so that what happens on the hour is not met each time or never
 */
export function slicesOf({ from, to }: Stretch, parts: number, phase: number): readonly Stretch[] {
  const length = (to - from) / parts;
  const first = (Math.floor(from / length - phase) + phase) * length;
  const slices: Stretch[] = [];
  for (let at = first; at < to; at += length)
    slices.push({ from: Math.max(from, at), to: Math.min(to, at + length) });
  return slices.filter((slice) => slice.to - slice.from > length / 10).toReversed();
}
