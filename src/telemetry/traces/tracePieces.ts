import type { Result } from '../../domain/result.ts';
import { ok } from '../../domain/result.ts';
import type { Trace, TraceSpan } from '../../domain/trace.ts';
import type { Decoder } from '../decoding.ts';
import type { SpanRecord } from '../local/model.ts';
import { tracesRead, type ReadSpans } from './tracesOfSpans.ts';

/** A trace without its spans, or a span of the one before: a trace of thousands of spans crosses threads in several parts. */
export type TracePiece = { readonly trace: Omit<Trace, 'spans'> } | { readonly span: TraceSpan };

/** Decodes the spans of an answer and makes them whole traces: both take time that the extension host doesn't have. */
export const traceDecoder = (
  name: string,
  read: (json: unknown) => Result<ReadSpans>,
): Decoder<TracePiece> =>
  wholeTraceDecoder(name, (json) => {
    const spans = read(json);
    return spans.ok ? ok(tracesRead(spans.value)) : spans;
  });

/** Spans alone. */
export const spansDecoder = (
  name: string,
  read: (json: unknown) => Result<ReadSpans>,
): Decoder<SpanRecord> => ({
  name,
  read: (json) => {
    const answer = read(json);
    return answer.ok ? ok(answer.value.spans) : answer;
  },
});

/** Whole traces of an answer that says more of a trace than its spans. */
export const wholeTraceDecoder = (
  name: string,
  read: (json: unknown) => Result<readonly Trace[]>,
): Decoder<TracePiece> => ({
  name,
  read: (json) => {
    const traces = read(json);
    return traces.ok ? ok(piecesOf(traces.value)) : traces;
  },
});

const piecesOf = (traces: readonly Trace[]): readonly TracePiece[] =>
  traces.flatMap(({ spans, ...trace }): TracePiece[] => [
    { trace },
    ...spans.map((span) => ({ span })),
  ]);

export function joinPieces(pieces: readonly TracePiece[]): readonly Trace[] {
  const traces: (Omit<Trace, 'spans'> & { readonly spans: TraceSpan[] })[] = [];
  for (const piece of pieces)
    if ('trace' in piece) traces.push({ ...piece.trace, spans: [] });
    else traces.at(-1)?.spans.push(piece.span);
  return traces;
}
