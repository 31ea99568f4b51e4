import * as v from 'valibot';
import type { Result } from '../../domain/result.ts';
import { fail, ok } from '../../domain/result.ts';
import type { Trace } from '../../domain/trace.ts';
import type { Decoder } from '../decoding.ts';
import type { SpanRecord } from '../local/model.ts';
import type { ReadId } from '../local/otlp/jsonTraces.ts';
import { hexField, isObject, textField } from '../local/otlp/jsonValues.ts';
import { decodeResourceSpans } from '../traces/otlp.ts';
import type { TracePiece } from '../traces/tracePieces.ts';
import { spansDecoder, traceDecoder, wholeTraceDecoder } from '../traces/tracePieces.ts';
import { tracesOfSpans, tracesRead, type ReadSpans } from '../traces/tracesOfSpans.ts';

export const backendName = 'Tempo';

/** Nanoseconds since 1970, or of a duration, in decimal digits; bare numbers where they are small. */
const nanos = v.pipe(v.union([v.string(), v.number()]), v.transform(String), v.regex(/^\d{1,20}$/));
/** An OTLP value, unchecked: the OTLP reader checks it. */
const attributeShape = v.object({ key: v.string(), value: v.unknown() });
const spanShape = v.object({
  spanID: v.pipe(v.string(), v.regex(/^[0-9a-f]{1,16}$/i)),
  name: v.nullish(v.string(), ''),
  startTimeUnixNano: nanos,
  durationNanos: v.nullish(nanos, '0'),
  attributes: v.nullish(v.array(attributeShape)),
});
const spanSetShape = v.object({
  spans: v.nullish(v.array(v.unknown())),
  matched: v.nullish(v.number(), 0),
});
const traceShape = v.object({
  /** Leading zeros are left out. */
  traceID: v.pipe(v.string(), v.regex(/^[0-9a-f]{1,32}$/i)),
  startTimeUnixNano: v.nullish(nanos),
  durationMs: v.nullish(v.number(), 0),
  spanSet: v.nullish(spanSetShape),
  spanSets: v.nullish(v.array(spanSetShape)),
  serviceStats: v.nullish(v.record(v.string(), v.object({ spanCount: v.nullish(v.number(), 0) }))),
});
const searchShape = v.object({ traces: v.nullish(v.array(v.unknown())) });
type TempoSpan = v.InferOutput<typeof spanShape>;

/** A trace that a search found, with those of its spans that the question matches. */
export interface FoundTrace {
  readonly traceId: string;
  /** Of the spans that match alone, with the attributes that were asked for; without parents, scope, events and links. */
  readonly trace?: Trace;
  /** More spans match than the answer holds. */
  readonly clipped: boolean;
  /** How many spans the whole trace has is in `trace`; false: this version doesn't say. */
  readonly counted: boolean;
  /** Unix seconds within which the trace lies. */
  readonly from: number;
  readonly to: number;
}

/**
 * `/api/search`: https://grafana.com/docs/tempo/latest/api_docs/#search. What of it can't be read is left out; of something, nothing
 * readable is a failure.
 */
function decodeSearch(value: unknown): Result<readonly FoundTrace[]> {
  const answer = v.safeParse(searchShape, value);
  if (!answer.success) return notTempo;
  const traces = answer.output.traces ?? [];
  const found = traces.flatMap((trace) => foundTrace(trace) ?? []);
  return found.length === 0 && traces.length > 0 ? notTempo : ok(found);
}

function foundTrace(value: unknown): FoundTrace | undefined {
  const parsed = v.safeParse(traceShape, value);
  if (!parsed.success) return undefined;
  const { traceID, spanSet, spanSets, serviceStats, startTimeUnixNano, durationMs } = parsed.output;
  const traceId = traceID.toLowerCase().padStart(32, '0');
  // Older versions have one set, newer ones both forms of the same.
  const sets = spanSets ?? (spanSet ? [spanSet] : []);
  const given = sets.flatMap(({ spans }) =>
    (spans ?? []).flatMap((span) => {
      const read = v.safeParse(spanShape, span);
      return read.success ? [read.output] : [];
    }),
  );
  if (given.length === 0 && sets.some(({ spans }) => (spans ?? []).length > 0)) return undefined;
  const read = decodeResourceSpans(
    { resourceSpans: given.map((span) => asOtlp(traceId, span)) },
    backendName,
  );
  if (!read.ok) return undefined;
  const { spans } = read.value;
  const [trace] = tracesOfSpans(spans);
  const from = Number(startTimeUnixNano ?? given[0]?.startTimeUnixNano ?? 0) / 1e9;
  const matched = sets.reduce((sum, set) => sum + set.matched, 0);
  const counts = Object.values(serviceStats ?? {}).map(({ spanCount }) => spanCount);
  const others = counts.reduce((sum, count) => sum + count, -spans.length);
  return {
    traceId,
    ...(trace === undefined ? {} : { trace: { ...trace, droppedSpans: Math.max(0, others) } }),
    clipped: matched > spans.length,
    counted: counts.length > 0,
    from: Math.floor(from),
    to: Math.ceil(from + Math.max(0, durationMs) / 1000),
  };
}

export const tempoSearch: Decoder<FoundTrace> = { name: 'tempo.search', read: decodeSearch };

const resourceKeys = new Set([
  'service.name',
  'service.namespace',
  'service.version',
  'service.instance.id',
  'deployment.environment.name',
  'deployment.environment',
]);

/** Attributes come without their scope, and beside them what TraceQL calls intrinsics. */
function asOtlp(traceId: string, span: TempoSpan): unknown {
  const attributes = span.attributes ?? [];
  const intrinsic = (name: string): string => {
    const found = attributes.find(({ key }) => key === name)?.value;
    return isObject(found) ? textField(found, 'stringValue').toUpperCase() : '';
  };
  const { spanID, name, startTimeUnixNano, durationNanos } = span;
  return {
    resource: { attributes: attributes.filter(({ key }) => resourceKeys.has(key)) },
    scopeSpans: [
      {
        spans: [
          {
            traceId,
            spanId: spanID.padStart(16, '0'),
            name,
            kind: `SPAN_KIND_${intrinsic('kind')}`,
            startTimeUnixNano,
            endTimeUnixNano: String(BigInt(startTimeUnixNano) + BigInt(durationNanos)),
            attributes: attributes.filter(
              ({ key }) => !resourceKeys.has(key) && !['kind', 'status', 'name'].includes(key),
            ),
            status: { code: `STATUS_CODE_${intrinsic('status')}` },
          },
        ],
      },
    ],
  };
}

const v2Shape = v.object({ trace: v.nullish(v.looseObject({})), status: v.nullish(v.unknown()) });
const v1Shape = v.object({ batches: v.array(v.unknown()) });

/**
 * `/api/v2/traces/{id}`: https://grafana.com/docs/tempo/latest/api_docs/#query-v2. Empty where there is no such trace; `partial` where it is
 * over one of Tempo's bounds.
 */
function spansOfV2(value: unknown): Result<ReadSpans & { readonly partial: boolean }> {
  const answer = v.safeParse(v2Shape, value);
  if (!answer.success || !('trace' in answer.output)) return notTempo;
  const { trace, status } = answer.output;
  const spans = decodeResourceSpans(trace ?? {}, backendName, readId);
  // An enum of protobuf: its name, or 1.
  return spans.ok ? ok({ ...spans.value, partial: status === 'PARTIAL' || status === 1 }) : spans;
}

/** `/api/traces/{id}` of versions before 2.7: `batches` is what OTLP calls `resourceSpans`. */
function spansOfV1(value: unknown): Result<ReadSpans> {
  const answer = v.safeParse(v1Shape, value);
  return answer.success
    ? decodeResourceSpans({ resourceSpans: answer.output.batches }, backendName, readId)
    : notTempo;
}

/** How a whole trace is read, over either interface. */
export interface TraceDecoders<T> {
  readonly v2: Decoder<T>;
  readonly v1: Decoder<T>;
}

export const tempoTrace: TraceDecoders<TracePiece> = {
  v2: wholeTraceDecoder('tempo.v2', (value) => {
    const read = spansOfV2(value);
    if (!read.ok) return read;
    const { partial } = read.value;
    return ok(tracesRead(read.value).map((one) => (partial ? { ...one, partial } : one)));
  }),
  v1: traceDecoder('tempo.v1', spansOfV1),
};

/** Beside the spans of a trace that is over one of Tempo's bounds. */
export const partialMark = { partial: true } as const;

export const tempoSpans: TraceDecoders<SpanRecord | typeof partialMark> = {
  v2: {
    name: 'tempo.v2.spans',
    read: (value) => {
      const read = spansOfV2(value);
      if (!read.ok) return read;
      const { spans, partial } = read.value;
      return ok(partial ? [...spans, partialMark] : spans);
    },
  },
  v1: spansDecoder('tempo.v1.spans', spansOfV1),
};

/** Bytes of protobuf are base64 in its JSON; OTLP's own JSON has hex. Lengths tell them apart. */
const readId: ReadId = (parent, name) => {
  const text = textField(parent, name);
  return /^(?:[A-Za-z0-9+/]{22}==|[A-Za-z0-9+/]{11}=)$/.test(text)
    ? Buffer.from(text, 'base64').toString('hex')
    : hexField(parent, name);
};

const valuesShape = v.object({
  tagValues: v.nullish(v.array(v.object({ type: v.nullish(v.string()), value: v.string() }))),
});

/** `/api/v2/search/tag/…/values`: names of services, or of spans. */
export function decodeValues(value: unknown): Result<readonly string[]> {
  const answer = v.safeParse(valuesShape, value);
  // Every object without the list would do: others answer with what the list isn't in.
  if (!answer.success || !isObject(value) || !('tagValues' in value || 'metrics' in value))
    return notTempo;
  return ok([...new Set((answer.output.tagValues ?? []).map((one) => one.value))]);
}

const notTempo = fail(
  'invalid',
  'The answer is not what Tempo’s interface gives.',
  'Check that the address in the setting is that of Tempo’s query frontend (port 3200), with its base path if it has one.',
);
