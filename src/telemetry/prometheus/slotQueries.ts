import { bucketLabels } from './bucketRows.ts';
import { labelsOf, narrowingLabel, type DurationMetric, type Found } from './discovery.ts';
import type { RecordedSeries } from './catalogue.ts';
import { recordedGrowth, type GrowthQuery } from './recording/recorded.ts';
import { releasesSeen } from './releaseInfo.ts';
import { asErrors, growth, oneOf, selector } from './selector.ts';

/** A series that was there within this time before a step didn't begin in it. */
const memory = 60 * 60_000;
/** Of buckets: a shorter look back costs less, and what it takes for new against the calls' own count is left out. */
const bucketMemory = 10 * 60_000;
/** A narrowing that fits into an address, and one that servers still take in a form. */
const longestFilter = { address: 1_000, form: 24_000 };

/** What is asked of one service. */
export interface Asked {
  readonly recorded: RecordedSeries;
  readonly found: Found;
  /** Matchers of the service, the environment's `select` among them. */
  readonly matchers: readonly string[];
  /** Matchers of the series that say its processes' releases. */
  readonly infoMatchers?: readonly string[];
}

/**
 * Calls of all operations; the failed ones of them where a counter of its own has them; and which release the processes were of where the
 * calls' labels don't tell it.
 */
export function callsQuery(
  { found, matchers, infoMatchers = [], recorded }: Asked,
  step: number,
): GrowthQuery {
  const { calls, callsAre, errors, info } = found;
  const labels = labelsOf(found);
  const kin = kinLabels(found);
  const seen = typeof info === 'object' ? [releasesSeen(info, infoMatchers, step)] : [];
  const parts = [growth(calls, matchers, labels, step, memory, callsAre, { kin })];
  if (errors !== undefined) {
    const of = selector(calls, matchers);
    parts.push(asErrors(growth(errors, matchers, labels, step, memory, 'counter', { of, kin })));
  }
  return {
    raw: [...parts, ...seen].join(' or '),
    ...(recorded.calls && {
      recorded: [recordedGrowth(recorded.calls, matchers, labels, step), ...seen].join(' or '),
    }),
  };
}

/** Labels that tell apart what one process counts. Buckets do without: who has too few durations shows no percentiles. */
export const kinLabels = ({ attributes }: Found): readonly string[] => [
  ...new Set([...attributes.values()].flat()),
];

/** Buckets of durations. @param narrow matchers of the operations wanted; none: of all */
export function bucketsQuery(
  { found, matchers, recorded }: Asked,
  buckets: DurationMetric,
  narrow: readonly string[],
  step: number,
): GrowthQuery {
  const narrowed = [...matchers, ...narrow];
  const labels = buckets.native ? labelsOf(found) : [...labelsOf(found), ...bucketLabels];
  const raw = growth(
    buckets.metric,
    narrowed,
    labels,
    step,
    Math.max(bucketMemory, 2 * step),
    buckets.native ? 'histogram' : 'counter',
    { of: selector(found.calls, matchers) },
  );
  return {
    raw,
    ...(recorded.buckets && {
      recorded: recordedGrowth(recorded.buckets, narrowed, labels, step),
    }),
  };
}

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
