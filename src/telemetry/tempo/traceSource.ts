import type { Result } from '../../domain/result.ts';
import { ok } from '../../domain/result.ts';
import type { Trace, TraceSummary } from '../../domain/trace.ts';
import type { TraceQuery } from '../ports.ts';
import type { SampledTraceSource, TraceBackendContext } from '../traces/context.ts';
import { foundTrace, isTraceId, notFoundIn, unknownService, wantedOf } from '../traces/context.ts';
import { Kept } from '../traces/kept.ts';
import { asTheyAre, serviceNames } from '../traces/naming.ts';
import type { Wanted } from '../traces/wanted.ts';
import { inOrder, rowsOf } from '../traces/wanted.ts';
import type { Question } from '../traces/wholeTraceSearch.ts';
import { cannotSelect, searchWholeTraces } from '../traces/wholeTraceSearch.ts';
import type { Stretch } from './api.ts';
import { TempoApi } from './api.ts';
import { inTurns } from './inTurns.ts';
import { tempoSampling } from './sampling.ts';
import { callsQuery, withTold } from './traceQl.ts';
import type { FoundTrace } from './wire.ts';
import { backendName } from './wire.ts';

const day = 86_400_000;
/** A trace that a search found and that is gone. */
const notThere = null;

/** Grafana Tempo: traces are found by TraceQL, which answers with spans; whole traces are asked for where these don't tell enough. */
export function createTempoSource(context: TraceBackendContext): SampledTraceSource {
  const tempo = new TempoApi(context);
  const serviceLists = new Kept<readonly string[]>(context.now);
  const back = (milliseconds: number): Stretch => ({
    from: Math.floor((context.now() - milliseconds) / 1000),
    to: Math.ceil(context.now() / 1000) + 60,
  });

  async function search(
    query: TraceQuery,
    signal: AbortSignal,
  ): Promise<Result<readonly TraceSummary[]>> {
    const asked = wantedOf(query, context, asTheyAre);
    if (!asked.ok) return asked;
    const wanted = asked.value;
    const found = new Map<string, FoundTrace>();
    const backend = {
      name: backendName,
      // All that is wanted is in the question already.
      tags: false,
      failedTags: {},
      async ask({ minDuration, lookback, depth }: Question): Promise<Result<readonly Trace[]>> {
        const calls = callsQuery(wanted, minDuration === undefined ? {} : { minDuration });
        const answer = await tempo.search(
          withTold(calls, wanted),
          back(lookback),
          // What is slower than a limit is wanted all the same, whenever it was.
          { limit: depth, newestFirst: minDuration === undefined },
          signal,
        );
        if (!answer.ok) return answer;
        for (const one of answer.value) found.set(one.traceId, one);
        return needsWholeTraces(wanted)
          ? whole(likeliest(answer.value, wanted), signal)
          : ok(tracesOf(answer.value));
      },
    };
    const rows = await searchWholeTraces(backend, wanted, [undefined], signal);
    if (!rows.ok) return rows;
    if (rows.value.length === 0) return nothing(wanted, signal);
    return needsWholeTraces(wanted) ? rows : settled(rows.value, found, wanted, signal);
  }

  /** Rows of failed calls tell what was thrown, and by what the request was; a trace with more spans than were listed, the slowest. */
  async function settled(
    rows: readonly TraceSummary[],
    found: ReadonlyMap<string, FoundTrace>,
    wanted: Wanted,
    signal: AbortSignal,
  ): Promise<Result<readonly TraceSummary[]>> {
    const unsettled = rows.flatMap((row) => {
      const trace = found.get(row.traceId);
      return trace !== undefined && (row.failed || trace.clipped || !trace.counted) ? [trace] : [];
    });
    const read = await inTurns(unsettled, async (one) => {
      const trace = await tempo.trace(one.traceId, one, signal);
      return trace.ok ? ok(trace.value ?? notThere) : trace;
    });
    if (!read.ok) return read;
    // One that is too large to be had stays as the search told of it.
    const open = new Set(
      unsettled.flatMap(({ traceId }, i) => (read.value[i] === undefined ? [] : [traceId])),
    );
    const traces = read.value.flatMap((one) =>
      one === undefined || one === notThere ? [] : [one],
    );
    return ok(
      inOrder(
        [...rows.filter(({ traceId }) => !open.has(traceId)), ...rowsOf(traces, wanted).rows],
        wanted,
      ),
    );
  }

  async function whole(
    traces: readonly FoundTrace[],
    signal: AbortSignal,
  ): Promise<Result<readonly Trace[]>> {
    const read = await inTurns(traces, (one) => tempo.trace(one.traceId, one, signal));
    return read.ok ? ok(read.value.filter((trace) => trace !== undefined)) : read;
  }

  /** Why nothing was found: the service isn't there, or its spans don't say what `select` asks for, or there is nothing. */
  async function nothing(
    wanted: Wanted,
    signal: AbortSignal,
  ): Promise<Result<readonly TraceSummary[]>> {
    const has = (all: readonly string[]): boolean =>
      serviceNames(wanted.service).some((name) => all.includes(name));
    const services = await serviceLists.get('', has, () => tempo.services(back(day), signal));
    if (!services.ok) return services;
    if (!has(services.value)) return unknownService(backendName, wanted.service, services.value);
    if (Object.keys(wanted.select).length === 0) return ok([]);
    const any: Wanted = { ...wanted, operations: [], kind: 'recent', attributes: [] };
    const query = withTold(callsQuery(any, { select: false }), any);
    const others = await tempo.search(query, back(day), { limit: wanted.limit }, signal);
    if (!others.ok) return others;
    const { unsaid } = rowsOf(tracesOf(others.value), any);
    return unsaid === undefined ? ok([]) : cannotSelect(backendName, wanted.service, unsaid);
  }

  return {
    search,
    sampling: tempoSampling(tempo, context.now),
    async trace(traceId, signal) {
      if (!isTraceId(traceId)) return notFoundIn(backendName, traceId);
      const answer = await tempo.trace(traceId, undefined, signal);
      if (!answer.ok) return answer;
      return foundTrace(backendName, traceId, answer.value, context);
    },
  };
}

/** Attributes of other spans, and names of jobs and queues, which instrumentations write in many ways, are read from whole traces. */
const needsWholeTraces = ({ attributes, operations }: Wanted): boolean =>
  attributes.length > 0 ||
  operations.some(({ task, messaging }) => task !== undefined || messaging !== undefined);

/** Those to fetch of what was found: by the longest of the spans that match, or the newest. */
const likeliest = (
  found: readonly FoundTrace[],
  { kind, limit }: Pick<Wanted, 'kind' | 'limit'>,
): readonly FoundTrace[] => {
  const longest = ({ trace }: FoundTrace): number =>
    (trace?.spans ?? []).reduce((most, { durationNanos }) => Math.max(most, durationNanos), 0);
  return found
    .toSorted((a, b) => (kind === 'slow' ? longest(b) - longest(a) : b.to - a.to))
    .slice(0, limit);
};

const tracesOf = (found: readonly FoundTrace[]): readonly Trace[] =>
  found.flatMap(({ trace }) => trace ?? []);
