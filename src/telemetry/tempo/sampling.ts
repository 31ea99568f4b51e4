import type { Result } from '../../domain/result.ts';
import { ok } from '../../domain/result.ts';
import type { Trace } from '../../domain/trace.ts';
import type { Select } from '../ports.ts';
import type { SampleAnswer, SampleQuestion, TraceSearch } from '../sampled/traceSearch.ts';
import { asTheyAre } from '../traces/naming.ts';
import { inTurns } from './inTurns.ts';
import type { TempoApi } from './api.ts';
import { tempoCounts } from './counts.ts';
import { sampleQuery } from './traceQl.ts';
import type { FoundTrace } from './wire.ts';
import { backendName } from './wire.ts';

/** Whole traces of one answer: each is a request of its own. */
const mostTraces = 10;
/** Traces that a search lists: as many aren't all that there are. */
const mostFound = 200;
/** Searches of one question. A day that is cut to a quarter that often is a second. */
const mostSearches = 9;
/** Times are asked for in seconds. */
const second = 1000;
const hour = 3_600_000;

interface Seen {
  /** All that began since, Unix milliseconds. */
  readonly from: number;
  readonly traces: readonly { readonly found: FoundTrace; readonly start: number }[];
}

/**
 * Samples of Tempo's traces. What its searches give is in no order to rely on (`most_recent` doesn't always keep it:
 * https://github.com/grafana/tempo/issues/5272), and as many as were asked for are any of those that there are. So stretches are cut until an
 * answer holds all of one.
 */
export function tempoSampling(tempo: TempoApi, now: () => number): TraceSearch {
  /** How long a stretch with a handful of traces is, by what was asked; milliseconds. */
  const lengths = new Map<string, number>();

  const lastHour = (): { readonly from: number; readonly to: number } => ({
    from: Math.floor((now() - hour) / second),
    to: Math.ceil(now() / second),
  });

  async function newest(
    question: SampleQuestion,
    signal: AbortSignal,
  ): Promise<Result<SampleAnswer>> {
    const seen = await listed(question, question.select, signal);
    if (!seen.ok) return seen;
    const { traces, from } = seen.value;
    if (traces.length === 0 && Object.keys(question.select).length > 0)
      return ofOthers(question, from, signal);
    const chosen = traces
      .toSorted((a, b) => b.start - a.start)
      .slice(0, Math.min(mostTraces, question.depth));
    const spans = await whole(
      chosen.map(({ found }) => found),
      signal,
    );
    if (!spans.ok) return spans;
    const completeFrom = chosen.length < traces.length ? (chosen.at(-1)?.start ?? from) : from;
    return ok({ ...spans.value, completeFrom });
  }

  /** A few traces without what `select` asks for, so that it shows whether spans say anything of it. */
  async function ofOthers(
    question: SampleQuestion,
    completeFrom: number,
    signal: AbortSignal,
  ): Promise<Result<SampleAnswer>> {
    const seen = await listed(question, {}, signal);
    if (!seen.ok) return seen;
    const spans = await whole(
      seen.value.traces.slice(0, 2).map(({ found }) => found),
      signal,
    );
    return spans.ok ? ok({ ...spans.value, completeFrom }) : spans;
  }

  /** All traces of the end of the stretch, at least as many as are wanted, or all of it. */
  async function listed(
    question: SampleQuestion,
    select: Select,
    signal: AbortSignal,
  ): Promise<Result<Seen>> {
    const { from, to, depth } = question;
    const query = sampleQuery(question, select);
    const enough = Math.min(mostTraces, depth);
    let all: Seen | undefined;
    let some: Seen | undefined;
    let start = Math.max(from, to - (lengths.get(query) ?? to - from));
    for (let searches = 0; searches < mostSearches; searches += 1) {
      const answer = await tempo.search(
        query,
        { from: Math.floor(start / second), to: Math.ceil(to / second) },
        { limit: mostFound, spans: 3 },
        signal,
      );
      if (!answer.ok) return answer;
      const seen = { from: start, traces: within(answer.value, start, to) };
      const known: number | undefined = all?.from;
      if (answer.value.length < mostFound) {
        all = seen;
        if (start <= from || seen.traces.length >= enough) break;
        start =
          some === undefined ? Math.max(from, to - 4 * (to - start)) : middle(some.from, start);
      } else {
        some = seen;
        if (to - start <= second) break;
        start = known === undefined ? to - (to - start) / 4 : middle(start, known);
      }
    }
    // Where a second holds more than one answer does, any of them stand for it.
    const best = all ?? some ?? { from, traces: [] };
    const length = to - best.from;
    const count = Math.max(1, best.traces.length);
    lengths.set(query, Math.max(second, (length * 3 * mostTraces) / count));
    return ok(best);
  }

  async function whole(
    found: readonly FoundTrace[],
    signal: AbortSignal,
  ): Promise<Result<Omit<SampleAnswer, 'completeFrom'>>> {
    const traces = await inTurns(found, (one) => tempo.spans(one.traceId, one, signal));
    if (!traces.ok) return traces;
    const spans = traces.value.flatMap((trace) => trace?.spans ?? []);
    const lacking = traces.value.some((trace) => trace === undefined || trace.partial);
    return ok(lacking ? { spans, lacking: true } : { spans });
  }

  return {
    name: backendName,
    naming: asTheyAre,
    services: (signal) => tempo.services(lastHour(), signal),
    spanNames: (service, signal) => tempo.spanNames(service, lastHour(), signal),
    newest,
    counts: tempoCounts(tempo),
  };
}

function within(found: readonly FoundTrace[], from: number, to: number): Seen['traces'] {
  return found.flatMap((one) => {
    const start = one.trace === undefined ? undefined : startOf(one.trace);
    return start !== undefined && start >= from && start < to ? [{ found: one, start }] : [];
  });
}

/** Of the service's own spans, as far as they are listed. */
const startOf = ({ startUnixNanos }: Trace): number =>
  Number(BigInt(startUnixNanos) / 1_000n) / 1e3;

const middle = (a: number, b: number): number => (a + b) / 2;
