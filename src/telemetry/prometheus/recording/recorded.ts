import type { Result } from '../../../domain/result.ts';
import { ok } from '../../../domain/result.ts';
import type { PrometheusApi, RangeAnswer } from '../api.ts';
import { byLabels, equals, oneOf, seconds, selector } from '../selector.ts';
import type { Chunk } from '../slots/slotGrid.ts';
import type { MatrixRow } from '../wire.ts';
import { byLabel, ofLabel, recordedDelay, recordedStep, recordOf } from './names.ts';

/** Series that a rule recorded. */
export interface Recorded {
  readonly record: string;
  /** As `prodlens_by` has it. */
  readonly by: string;
}

/** Which rules are evaluated now. @param records what the backend has of theirs */
export async function findRecorded(
  api: PrometheusApi,
  records: readonly string[],
  signal: AbortSignal,
): Promise<Result<readonly Recorded[]>> {
  const rows = await api.query(
    `group ${byLabels([ofLabel, byLabel])} ({${oneOf('__name__', records)},${ofLabel}!=""})`,
    signal,
    'rules',
  );
  if (!rows.ok) return rows;
  return ok(
    rows.value.map(({ labels }) => ({
      record: labels[ofLabel] ?? '',
      by: labels[byLabel] ?? '',
    })),
  );
}

/** The recorded series of a metric that keep all of the labels; the shortest list of labels is the least to read. */
export function recordedOf(
  metric: string,
  labels: readonly string[],
  all: readonly Recorded[],
): Recorded | undefined {
  return all
    .filter(({ record, by }) => {
      const kept = new Set(by.split(','));
      return record === recordOf(metric) && labels.every((label) => kept.has(label));
    })
    .sort((a, b) => a.by.length - b.by.length)[0];
}

/** A slot whose end is so old is recorded, milliseconds: no evaluation of rules takes longer. */
export const evaluationTime = recordedDelay + 20_000;

/** Whether slots of that length are made of whole evaluations. */
export const fitsRecorded = (step: number): boolean => step % recordedStep === 0;

/** What `growth` asks for, from recorded series; with it, in the same answer, how many evaluations each step has. */
export function recordedGrowth(
  { record, by }: Recorded,
  matchers: readonly string[],
  labels: readonly string[],
  step: number,
): string {
  const variant = equals(byLabel, by);
  // Prometheus 2 takes both ends of a range: an evaluation at the very end of one slot must not be in the next as well.
  const range = `[${step - 1}ms] offset -${seconds(recordedDelay)}`;
  const grown = `sum ${byLabels(labels)} (sum_over_time(${selector(record, [variant, equals(ofLabel, ''), ...matchers])}${range}))`;
  const marks = selector(record, [variant, equals(ofLabel, record)]);
  return `${grown} or sum ${byLabels([ofLabel])} (sum_over_time(${marks}${range}))`;
}

/** Rows without the counts of evaluations among them. */
export const withoutMarks = (rows: readonly MatrixRow[]): readonly MatrixRow[] =>
  rows.filter(({ labels }) => labels[ofLabel] === undefined);

export interface RecordedRows {
  readonly rows: readonly MatrixRow[];
  /** The end of the last slot up to which all were recorded whole; `from` of the chunk if not even the first was. */
  readonly completeTo: number;
  /** Whether the last slot was. */
  readonly endsWhole: boolean;
}

/**
 * Takes the count of evaluations out of the answer. A slot with fewer than one a minute lacks calls; one with more has them twice (two
 * Prometheus that evaluate the same rules, unless their series are deduplicated): neither is whole.
 *
 * @param rules how many are evaluated for the answer: a slot is whole where all of them are
 */
export function readRecorded(
  answer: readonly MatrixRow[],
  { from, to, step }: Chunk,
  rules = 1,
): RecordedRows {
  const marks = answer.filter(({ labels }) => labels[ofLabel] !== undefined);
  const rows = withoutMarks(answer);
  /** Rules that recorded the whole slot, by its end. */
  const counts = new Map<number, number>();
  for (const { samples } of marks)
    for (const [at, count] of samples) {
      const end = Math.round(at * 1000);
      if (count === step / recordedStep) counts.set(end, (counts.get(end) ?? 0) + 1);
    }
  let completeTo = from;
  const isWhole = (end: number): boolean => counts.get(end) === rules;
  while (completeTo < to && isWhole(completeTo + step)) completeTo += step;
  return { rows, completeTo, endsWhole: isWhole(to) };
}

/** A question in both forms. */
export interface GrowthQuery {
  readonly raw: string;
  readonly recorded?: string;
  /** Rules that the recorded form reads; absent: one. */
  readonly rules?: number;
}

export interface AskGrowthOptions {
  /** The answer is wanted as it came, as well. */
  readonly keepBody?: boolean;
  /** Up to two requests are made, each of which may take its whole time. */
  readonly beforeAsking?: () => Promise<void> | undefined;
  /** The newest recorded slot isn't whole. */
  readonly notWhole?: () => void;
}

/** From recorded series where they have the whole stretch, else from the metrics themselves. */
export async function askGrowth(
  api: Pick<PrometheusApi, 'queryRange'>,
  { raw, recorded, rules = 1 }: GrowthQuery,
  chunk: Chunk,
  signal: AbortSignal,
  { keepBody = false, beforeAsking, notWhole }: AskGrowthOptions = {},
): Promise<Result<RangeAnswer>> {
  const ask = async (query: string): Promise<Result<RangeAnswer>> => {
    await beforeAsking?.();
    return api.queryRange(
      { query, from: chunk.from + chunk.step, to: chunk.to, step: chunk.step },
      signal,
      keepBody,
    );
  };
  if (recorded === undefined || !fitsRecorded(chunk.step)) return ask(raw);
  const answer = await ask(recorded);
  if (!answer.ok) return answer;
  const { rows, completeTo, endsWhole } = readRecorded(answer.value.rows, chunk, rules);
  if (!endsWhole) notWhole?.();
  return completeTo === chunk.to ? ok({ ...answer.value, rows }) : ask(raw);
}
