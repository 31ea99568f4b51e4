import { recordedPrometheus } from '../../test/unit/faults/prometheusBackend.ts';
import type { Answer } from '../../test/unit/faults/recordedBackend.ts';
import { recorded } from '../../test/unit/faults/recordedBackend.ts';

/** How large the answers are. */
export interface Size {
  /** Traces of a search, and spans of each. */
  readonly traces: number;
  readonly spans: number;
  /** Spans of the one trace that is looked up. */
  readonly long: number;
  /** Operations in an answer of numbers. */
  readonly operations: number;
}

export const service = 'Front';
export const longTraceId = 'f'.repeat(32);

type Json = Record<string, unknown>;
const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
const listOf = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

/** Spans of one trace, each inside of the one ten before it: the recorded one again and again under other ids. */
const chain = <T>(
  count: number,
  first: T,
  more: (id: string, parent: string, i: number) => T,
): readonly T[] =>
  listOf(count).map((i) =>
    i === 0 ? first : more(hex(i + 1, 16), hex(Math.max(1, i - 9), 16), i),
  );

const idOf = (trace: number): string => `${hex(trace + 1, 8)}${'0'.repeat(24)}`;

/** @param at Unix milliseconds at which the newest trace began */
export interface Answers {
  search(at: number, size: Size): unknown;
  trace(at: number, size: Size): unknown;
}

interface OtlpBody {
  readonly result: {
    readonly resourceSpans: readonly {
      readonly resource: unknown;
      readonly scopeSpans: readonly { readonly scope: unknown; readonly spans: readonly Json[] }[];
    }[];
  };
}

function jaegerTrace(traceId: string, start: number, count: number): unknown {
  const [group] = (recorded('jaeger/v3-trace').body as OtlpBody).result.resourceSpans;
  const [scope] = group?.scopeSpans ?? [];
  const [span = {}] = scope?.spans ?? [];
  const times = { startTimeUnixNano: `${start}000000`, endTimeUnixNano: `${start + 120}000000` };
  const entry = { ...span, ...times, traceId, spanId: hex(1, 16) };
  const spans = chain<Json>(count, entry, (spanId, parentSpanId, i) => ({
    ...entry,
    spanId,
    parentSpanId,
    kind: 1,
    name: `step ${i % 50}`,
  }));
  return { ...group, scopeSpans: [{ ...scope, spans }] };
}

function zipkinTrace(traceId: string, start: number, count: number): unknown {
  const [span = {}] = recorded('zipkin/trace').body as readonly Json[];
  const entry: Json = { ...span, traceId, id: hex(1, 16), timestamp: start * 1000 };
  return chain<Json>(count, entry, (id, parentId, i) => {
    return { ...entry, kind: undefined, id, parentId, name: `step ${i % 50}` };
  });
}

export const jaegerAnswers: Answers = {
  search: (at, { traces, spans }) => ({
    result: { resourceSpans: listOf(traces).map((i) => jaegerTrace(idOf(i), at - i, spans)) },
  }),
  trace: (at, { long }) => ({ result: { resourceSpans: [jaegerTrace(longTraceId, at, long)] } }),
};

export const zipkinAnswers: Answers = {
  search: (at, { traces, spans }) => listOf(traces).map((i) => zipkinTrace(idOf(i), at - i, spans)),
  trace: (at, { long }) => zipkinTrace(longTraceId, at, long),
};

/** The recorded answers of Prometheus with each row for as many operations. */
export function manyOperations(
  path: string,
  query: URLSearchParams,
  now: number,
  { operations }: Size,
): Answer {
  const answer = recordedPrometheus.answer(path, query, now);
  const { data } = answer.body as { readonly data?: { readonly result?: readonly Json[] } };
  if (data?.result === undefined || (query.get('query') ?? '').startsWith('topk')) return answer;
  const result = data.result.flatMap((row) =>
    listOf(operations).map((i) => ({
      ...row,
      metric: { ...(row['metric'] as Json), span_name: `GET /orders/:id/${i}` },
    })),
  );
  return { ...answer, body: { ...(answer.body as Json), data: { ...data, result } } };
}
