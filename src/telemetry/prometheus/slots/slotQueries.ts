import { bucketLabels } from '../bucketRows.ts';
import { labelsOf, narrowingLabel, type DurationMetric, type Found } from '../look/discovery.ts';
import type { KnownCalls, RecordedSeries } from '../look/catalogue.ts';
import { growth, past } from './growth.ts';
import { recordedGrowth, type GrowthQuery } from '../recording/recorded.ts';
import { releasesSeen } from '../releases/releaseInfo.ts';
import { asBeside, asErrors, besideLabel, oneOf, selector } from '../selector.ts';
import { severalWriters } from './writers.ts';

/** A series that was there within this time before a step didn't begin in it. */
const memory = 60 * 60_000;
/** Of buckets: a shorter look back costs less, and what it takes for new against the calls' own count is left out. */
const bucketMemory = 10 * 60_000;

/** What is asked of one service. */
export interface Asked {
  readonly recorded: RecordedSeries;
  readonly found: Found;
  /** Matchers of the service, the environment's `select` among them. */
  readonly matchers: readonly string[];
  /** Matchers of the series that say its processes' releases. */
  readonly infoMatchers?: readonly string[];
  /** Distance of samples, milliseconds. */
  readonly interval: number;
  /** Other calls of the service: asked for in the same questions. */
  readonly beside?: KnownCalls;
}

/**
 * Calls of all operations; the failed ones of them where a counter of its own has them; which release the processes were of where the calls'
 * labels don't tell it; and whether several processes write what one should.
 */
export const callsQuery = (asked: Asked, step: number): GrowthQuery =>
  withBeside(
    ownCallsQuery(asked, step, asked.interval, releasesQuery(asked, step)),
    asked.beside &&
      ownCallsQuery(
        asked.beside,
        step,
        asked.interval,
        otherReleasesQuery(asked, asked.beside, step),
      ),
  );

/** Each in the recorded form where it has one. */
const withBeside = (own: GrowthQuery, beside: GrowthQuery | undefined): GrowthQuery => {
  if (beside === undefined) return own;
  const joined = (a: string, b: string): string => `${a} or ${asBeside(`(${b})`)}`;
  const raw = joined(own.raw, beside.raw);
  if (own.recorded === undefined && beside.recorded === undefined) return { raw };
  return {
    raw,
    recorded: joined(own.recorded ?? own.raw, beside.recorded ?? beside.raw),
    rules: rulesOf(own) + rulesOf(beside),
  };
};

const rulesOf = ({ recorded, rules = 1 }: GrowthQuery): number =>
  recorded === undefined ? 0 : rules;

type OwnCalls = Omit<Asked, 'beside' | 'interval'>;

/** Which release its processes were of, where the calls' labels don't tell it. */
const releasesQuery = (
  { found: { info }, infoMatchers = [] }: OwnCalls,
  step: number,
): readonly string[] => (typeof info === 'object' ? [releasesSeen(info, infoMatchers, step)] : []);

/** Of its other calls: mostly the same processes, which are asked for once. */
const otherReleasesQuery = (own: OwnCalls, beside: OwnCalls, step: number): readonly string[] => {
  const known = releasesQuery(own, step);
  return releasesQuery(beside, step).filter((query) => !known.includes(query));
};

function ownCallsQuery(
  { found, matchers, recorded }: OwnCalls,
  step: number,
  interval: number,
  releases: readonly string[],
): GrowthQuery {
  const { calls, callsAre, errors, replicas } = found;
  const labels = labelsOf(found);
  const failures: string[] = [];
  if (errors !== undefined) {
    const of = selector(calls, matchers);
    const failed = { of, replicas, begunApart: true };
    failures.push(asErrors(growth(errors, matchers, labels, step, memory, 'counter', failed)));
  }
  const raw = growth(calls, matchers, labels, step, memory, callsAre, {
    replicas,
    begunApart: true,
  });
  return {
    raw: [raw, ...failures, ...releases, severalWriters(found, matchers, step, interval)].join(
      ' or ',
    ),
    ...(recorded.calls && {
      recorded: [
        recordedGrowth(recorded.calls, matchers, labels, step),
        ...(recorded.errors
          ? [asErrors(recordedGrowth(recorded.errors, matchers, labels, step))]
          : []),
        ...releases,
      ].join(' or '),
      rules: recorded.errors ? 2 : 1,
    }),
  };
}

/** What of the calls that began in each step was counted long before: asked for slots alone in which more began than is plausible. */
export const pastQuery = (asked: Asked, step: number): string => {
  const own = ownPastQuery(asked, step);
  return asked.beside === undefined
    ? own
    : `${own} or ${asBeside(`(${ownPastQuery(asked.beside, step)})`)}`;
};

function ownPastQuery({ found, matchers }: OwnCalls, step: number): string {
  const { calls, callsAre, errors, replicas } = found;
  const labels = labelsOf(found);
  const within = [...found.attributes.values()].flat();
  const own = past(calls, matchers, labels, step, memory, callsAre, { replicas, within });
  if (errors === undefined) return own;
  const of = selector(calls, matchers);
  const failed = past(errors, matchers, labels, step, memory, 'counter', { of, replicas, within });
  return `${own} or ${asErrors(failed)}`;
}

/** Buckets of durations, of the operations that a narrowing lets through. */
export function bucketsQuery(
  asked: Asked,
  buckets: DurationMetric,
  narrow: Narrowing,
  step: number,
): GrowthQuery {
  const { beside } = asked;
  return withBeside(
    ownBucketsQuery(asked, buckets, narrow.own, step),
    beside?.buckets === undefined
      ? undefined
      : ownBucketsQuery(beside, beside.buckets, narrow.beside, step),
  );
}

function ownBucketsQuery(
  { found, matchers, recorded }: OwnCalls,
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
    { of: selector(found.calls, matchers), replicas: found.replicas },
  );
  return {
    raw,
    ...(recorded.buckets && {
      recorded: recordedGrowth(recorded.buckets, narrowed, labels, step),
    }),
  };
}

/** Matchers of some operations: of the service's calls, and of its other calls. */
export interface Narrowing {
  readonly own: readonly string[];
  readonly beside: readonly string[];
}

/** All operations. */
export const unnarrowed: Narrowing = { own: [], beside: [] };
export const isWhole = ({ own, beside }: Narrowing): boolean => own.length + beside.length === 0;

/**
 * Matchers of the values that operations are told by.
 *
 * @param fits whether the backend takes a query that is narrowed so: all operations are asked for where it doesn't
 */
export function narrowingOf(
  { found, beside }: Pick<Asked, 'found' | 'beside'>,
  keys: readonly string[],
  fits: (narrow: Narrowing) => boolean,
): Narrowing {
  const narrow: Narrowing = {
    own: narrowing(found, keys),
    beside: beside === undefined ? [] : narrowing(beside.found, keys),
  };
  return fits(narrow) ? narrow : unnarrowed;
}

/** The value that a row's operation is narrowed by. */
export function keyOf(
  { found, beside }: Pick<Asked, 'found' | 'beside'>,
  labels: Readonly<Record<string, string>>,
): string {
  const other = labels[besideLabel] === undefined ? undefined : beside?.found;
  const label = narrowingLabel(other ?? found);
  return label === undefined ? '' : (labels[label] ?? '');
}

/** Matchers of the values that operations are told by. None, and so all operations, where no label tells them. */
export function narrowing(found: Found, keys: readonly string[]): readonly string[] {
  const label = narrowingLabel(found);
  return label === undefined ? [] : [oneOf(label, [...keys].sort())];
}
