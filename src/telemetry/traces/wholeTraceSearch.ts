import type { Failure, Result } from '../../domain/result.ts';
import { fail, ok } from '../../domain/result.ts';
import type { Trace, TraceSummary } from '../../domain/trace.ts';
import type { Milliseconds } from '../../domain/units.ts';
import { milliseconds } from '../../domain/units.ts';
import type { Wanted } from './wanted.ts';
import { rowsOf } from './wanted.ts';

/** One request to a backend that answers searches with the newest whole traces of a service. */
export interface Question {
  /** Span name as the backend knows it; absent: any of the service. */
  readonly spanName?: string;
  /** Tags that one span, with its resource, must carry. */
  readonly tags: Readonly<Record<string, string>>;
  readonly minDuration?: Milliseconds;
  /** How far back. */
  readonly lookback: Milliseconds;
  /** Up to when, Unix milliseconds; absent: now. */
  readonly until?: number;
  /** Most traces in the answer. */
  readonly depth: number;
}

/** When the traces of a question began, Unix milliseconds. Now: a minute more, for clocks that are ahead. */
export const rangeOf = (
  { lookback, until }: Pick<Question, 'lookback' | 'until'>,
  now: number,
): { readonly from: number; readonly to: number } => ({
  from: (until ?? now) - lookback,
  to: until ?? now + 60_000,
});

export interface WholeTraceBackend {
  readonly name: string;
  /** Whether the backend can search by tags at all. */
  readonly tags: boolean;
  /** Tags that find failed calls in some storages. */
  readonly failedTags: Readonly<Record<string, string>>;
  ask(question: Question, signal: AbortSignal): Promise<Result<readonly Trace[]>>;
}

/** A search sends no more requests than this, whatever is found. */
export const mostQuestions = 8;
const lookbacks = [milliseconds(3_600_000), milliseconds(86_400_000)] as const;
const fewestAtOnce = 5;
const mostSteps = 3;

/**
 * Searches a backend whose own filters are weaker than what is wanted: narrow questions first, then broader ones over a longer time,
 * until enough is found or the bound is reached. Each answer is filtered here; nothing is shown that doesn't fit.
 */
export async function searchWholeTraces(
  backend: WholeTraceBackend,
  wanted: Wanted,
  spanNames: readonly (string | undefined)[],
  signal: AbortSignal,
): Promise<Result<readonly TraceSummary[]>> {
  const traces = new Map<string, Trace>();
  const depth = Math.min(100, Math.max(20, wanted.limit * 4));
  let questions = mostQuestions;
  let failure: Failure | undefined;
  let full = 0;

  const ask = async (question: Question): Promise<void> => {
    let depthNow = question.depth;
    while (questions > 0 && !signal.aborted) {
      questions -= 1;
      const answer = await backend.ask({ ...question, depth: depthNow }, signal);
      if (answer.ok) {
        if (answer.value.length >= depthNow) full += 1;
        for (const trace of answer.value) traces.set(trace.traceId, trace);
        return;
      }
      failure ??= answer.failure;
      // Fewer of them may fit.
      if (answer.failure.reason !== 'tooLarge' || depthNow <= fewestAtOnce) return;
      depthNow = Math.max(fewestAtOnce, Math.floor(depthNow / 5));
    }
  };

  /** The newest were seen, and there are more: first what is slower than all of them, then what is as slow as those on the list. */
  const askForSlower = async (spanName: string | undefined): Promise<void> => {
    const tags = backend.tags ? tagsOf(wanted, {}) : {};
    const askFrom = (minDuration: number): Promise<void> =>
      ask({
        ...named(spanName),
        tags,
        minDuration: milliseconds(minDuration),
        lookback: lookbacks[1],
        depth,
      });
    const durations = (): readonly number[] =>
      rowsOf(traces.values(), wanted).rows.map(({ duration }) => duration);
    for (let step = 0; step < mostSteps; step += 1) {
      const [slowest = 0] = durations();
      const before = full;
      if (slowest > 0) await askFrom(slowest * 1.05 + 1);
      if (full === before) break;
    }
    const last = durations().at(-1) ?? 0;
    if (last >= 1) await askFrom(last);
  };

  for (const question of plan(backend, wanted, spanNames, depth)) {
    await ask(question);
    if (signal.aborted) return fail('aborted', 'Cancelled.');
    // One that failed is not asked in other words: it would only be pressed harder.
    if (failure !== undefined && failure.reason !== 'tooLarge') break;
    if (rowsOf(traces.values(), wanted).rows.length >= wanted.limit) break;
  }
  if (wanted.kind === 'slow' && full > 0 && failure === undefined)
    for (const spanName of spanNames.slice(0, 2)) await askForSlower(spanName);
  if (signal.aborted) return fail('aborted', 'Cancelled.');
  const { rows, unsaid } = rowsOf(traces.values(), wanted);
  if (rows.length > 0) return ok(rows);
  if (failure !== undefined) return { ok: false, failure };
  return unsaid === undefined ? ok([]) : cannotSelect(backend.name, wanted.service, unsaid);
}

/** The environment's `select` names what the backend's spans don't carry: none can be told to be of the environment. */
export const cannotSelect = (backend: string, service: string, key: string): Result<never> =>
  fail(
    'unsupported',
    `The spans of ${service} in ${backend} don’t say ${key}, which the environment’s “select” asks for.`,
    `Let the exporter send the resource attribute ${key} along, or take it out of “select” if ${backend} holds one environment only.`,
  );

function* plan(
  backend: WholeTraceBackend,
  wanted: Wanted,
  spanNames: readonly (string | undefined)[],
  depth: number,
): Iterable<Question> {
  const narrow = tagsOf(wanted, wanted.kind === 'failed' ? backend.failedTags : {});
  const tagSets = backend.tags && Object.keys(narrow).length > 0 ? [narrow, {}] : [{}];
  for (const lookback of lookbacks)
    for (const tags of tagSets)
      for (const spanName of spanNames) yield { ...named(spanName), tags, lookback, depth };
}

const named = (spanName: string | undefined): Pick<Question, 'spanName'> =>
  spanName === undefined ? {} : { spanName };

const tagsOf = (
  { select, release, attributes }: Wanted,
  more: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(attributes.map(({ key, value }) => [key, value])),
  ...select,
  ...(release === undefined || release === '' ? {} : { 'service.version': release }),
  ...more,
});
