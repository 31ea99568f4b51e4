import { bucketLabels } from './bucketRows.ts';
import { labelsOf, narrowingLabel, type DurationMetric, type Found } from './discovery.ts';
import { asErrors, growth, oneOf, selector } from './selector.ts';

/** A series that was there within this time before a step didn't begin in it. */
const memory = 60 * 60_000;
/** Of buckets: a shorter look back costs less, and what it takes for new against the calls' own count is left out. */
const bucketMemory = 10 * 60_000;
/** A narrowing that fits into an address, and one that servers still take in a form. */
const longestFilter = { address: 1_000, form: 24_000 };

/** What is asked of one service. */
export interface Asked {
  readonly found: Found;
  /** Matchers of the service, the environment's `select` among them. */
  readonly matchers: readonly string[];
}

/** Calls of all operations, and the failed ones of them where a counter of its own has them. */
export function callsQuery({ found, matchers }: Asked, step: number): string {
  const labels = labelsOf(found);
  const calls = growth(found.calls, matchers, labels, step, memory, found.callsAre);
  if (found.errors === undefined) return calls;
  const errors = growth(
    found.errors,
    matchers,
    labels,
    step,
    memory,
    'counter',
    selector(found.calls, matchers),
  );
  return `${calls} or ${asErrors(errors)}`;
}

/** Buckets of durations. @param narrow matchers of the operations wanted; none: of all */
export const bucketsQuery = (
  { found, matchers }: Asked,
  buckets: DurationMetric,
  narrow: readonly string[],
  step: number,
): string =>
  growth(
    buckets.metric,
    [...matchers, ...narrow],
    buckets.native ? labelsOf(found) : [...labelsOf(found), ...bucketLabels],
    step,
    Math.max(bucketMemory, 2 * step),
    buckets.native ? 'histogram' : 'counter',
    selector(found.calls, matchers),
  );

/**
 * Matchers of the values that operations are told by. None, and so all operations, where no label tells them, or where the backend takes no
 * query of that length.
 */
export function narrowing(
  found: Found,
  keys: readonly string[],
  takesLong: boolean,
): readonly string[] {
  const label = narrowingLabel(found);
  if (label === undefined) return [];
  const filter = oneOf(label, [...keys].sort());
  return filter.length > (takesLong ? longestFilter.form : longestFilter.address) ? [] : [filter];
}
