import type { Result } from '../../../domain/result.ts';
import { ok } from '../../../domain/result.ts';
import { Turns } from '../../../domain/turns.ts';
import { bucketRows, type BucketRow } from '../bucketRows.ts';
import type { DurationMetric } from '../look/discovery.ts';
import type { ReadStretch } from './readBack.ts';
import type { GrowthQuery } from '../recording/recorded.ts';
import { besideLabel } from '../selector.ts';
import type { ServiceSlotsOptions } from './serviceSlotsOptions.ts';
import type { Chunk } from './slotGrid.ts';
import {
  bucketsQuery,
  isWhole,
  keyOf,
  narrowingOf,
  unnarrowed,
  type Narrowing,
} from './slotQueries.ts';
import { endingBy, type Question } from './slotReader.ts';
import type { MatrixRow } from '../wire.ts';

type AskedService = Omit<ServiceSlotsOptions, 'buckets'> & { readonly buckets: DurationMetric };

export interface WantedDurations {
  /** Of operations, by the value that queries narrow them by. */
  readonly keys: readonly string[];
  /** Asked for as well, for other windows. */
  readonly others: readonly string[];
  /** What is later is left out, Unix milliseconds. */
  readonly endAt?: number;
  /** The shortest slot, milliseconds. */
  readonly step: number;
}

export interface ReadDurations extends Pick<ReadStretch, 'from' | 'capped'> {
  /** Some native histograms were left out. */
  readonly unreadable: boolean;
  /** They came, and nothing tells their unit. */
  readonly unitless: boolean;
}

/** Asks for the durations of operations, narrowed to them where the backend takes so long a question, and gives them by stretches. */
export async function readDurations(
  service: AskedService,
  { keys, others, endAt, step: shortest }: WantedDurations,
  read: (question: Question) => Promise<Result<ReadStretch>>,
  write: (rows: readonly BucketRow[], chunk: Chunk) => Generator<void, void>,
): Promise<Result<ReadDurations>> {
  const { api, buckets, beside } = service;
  const ask = (): Promise<Result<ReadStretch>> => {
    const union = [...new Set([...keys, ...others])];
    const queryOf = (narrow: Narrowing, step: number): GrowthQuery =>
      bucketsQuery(service, buckets, narrow, step);
    const narrow = narrowingOf(service, union, (one) => api.fits(queryOf(one, shortest).raw));
    return read({
      query: (step) => queryOf(narrow, step),
      unnarrowed: queryOf(unnarrowed, shortest).raw,
      ...(isWhole(narrow) ? {} : { keys, asks: union }),
    });
  };
  const tookLong: boolean = api.takesLong;
  const first = await ask();
  const answer = !first.ok && tookLong && !api.takesLong ? await ask() : first;
  if (!answer.ok) return answer;
  const wanted = new Set(keys);
  const turns = new Turns();
  let unreadable = false;
  let unitless = false;
  for (const { rows, chunk } of answer.value.pieces) {
    // Of others, only a part of the time would be known.
    const all = rows.filter(({ labels }) => wanted.has(keyOf(service, labels)));
    const own = endAt === undefined ? all : endingBy(endAt, all);
    const joined = await turns.run(
      bucketRows(
        own,
        buckets.msPerUnit,
        beside?.buckets?.msPerUnit,
        (labels) =>
          (labels[besideLabel] === undefined ? buckets : beside?.buckets)?.custom === true,
      ),
    );
    unreadable ||= own.some(({ odd }) => odd === true);
    if (joined.length === 0 && buckets.msPerUnit === undefined)
      unitless ||= own.some((row) => row.labels[besideLabel] === undefined);
    else unreadable ||= buckets.native && lacksSome(own, joined);
    await turns.run(write(joined, chunk));
  }
  const { from, capped } = answer.value;
  return ok({ from, capped, unreadable, unitless });
}

function lacksSome(rows: readonly MatrixRow[], read: readonly BucketRow[]): boolean {
  const filled = rows.flatMap(({ histograms = [] }) =>
    histograms.filter(([, one]) => one?.length !== 0),
  );
  return filled.length > read.reduce((n, { slots }) => n + slots.length, 0);
}
