import * as v from 'valibot';
import type { Result } from '../../domain/result.ts';
import { fail, ok } from '../../domain/result.ts';
import type { HttpAnswer } from '../../http/exchange.ts';
import type { Api, Parameters } from '../traces/api.ts';
import { decodeResourceSpans } from '../traces/otlp.ts';
import { spansDecoder, traceDecoder } from '../traces/tracePieces.ts';
import type { ReadSpans } from '../traces/tracesOfSpans.ts';
import type { Question } from '../traces/wholeTraceSearch.ts';
import { rangeOf } from '../traces/wholeTraceSearch.ts';
import type { JaegerApi } from './api.ts';
import { backendName } from './api.ts';

/**
 * Jaeger's stable query interface, `/api/v3` (https://www.jaegertracing.io/docs/latest/architecture/apis/): OTLP/JSON with ids in hex. The
 * names of its parameters are sent as snake_case, which every version takes.
 */
export function jaegerV3(api: Api, now: () => number): JaegerApi {
  return {
    // HTTP has no parameter for attributes up to 2.13; later versions' is not relied on.
    tags: false,
    async spanNames(service, signal) {
      const answer = await api.json('/api/v3/operations', [['service', service]], signal);
      return answer.ok ? decodeOperations(answer.value) : answer;
    },
    search: (service, question, signal) =>
      api.traces(
        '/api/v3/traces',
        parametersOf(service, question, now()),
        signal,
        jaegerV3Traces,
        nothingFound,
      ),
    spans: (service, question, signal) =>
      api.rows(
        '/api/v3/traces',
        parametersOf(service, question, now()),
        signal,
        jaegerV3Spans,
        nothingFound,
      ),
    trace: (traceId, signal) =>
      api.traces(`/api/v3/traces/${traceId}`, [], signal, jaegerV3Traces, nothingFound),
  };
}

function parametersOf(service: string, question: Question, now: number): Parameters {
  const { spanName, minDuration, depth } = question;
  const { from, to } = rangeOf(question, now);
  return [
    ['query.service_name', service],
    ...(spanName === undefined ? [] : [['query.operation_name', spanName] as const]),
    ['query.start_time_min', new Date(from).toISOString()],
    ['query.start_time_max', new Date(to).toISOString()],
    ...(minDuration === undefined
      ? []
      : [['query.duration_min', `${Math.max(1, Math.floor(minDuration))}ms`] as const]),
    ['query.num_traces', String(depth)],
  ];
}

const errorShape = v.object({ error: v.object({ httpCode: v.number() }) });
const servicesShape = v.object({ services: v.nullish(v.array(v.string())) });
const operationsShape = v.object({
  operations: v.nullish(v.array(v.object({ name: v.string() }))),
});
const resultShape = v.object({ result: v.looseObject({}) });

/** No trace fits: a 404 with a body of Jaeger's own. A 404 of another program has another. */
function nothingFound({ status, text }: HttpAnswer): boolean {
  if (status !== 404) return false;
  try {
    return v.is(errorShape, JSON.parse(text));
  } catch {
    return false;
  }
}

/** Undefined when it is no such answer: the interface is another. */
export function decodeServices(value: unknown): readonly string[] | undefined {
  const parsed = v.safeParse(servicesShape, value);
  return parsed.success ? (parsed.output.services ?? []) : undefined;
}

function decodeOperations(value: unknown): Result<readonly string[]> {
  const parsed = v.safeParse(operationsShape, value);
  return parsed.success
    ? ok([...new Set((parsed.output.operations ?? []).map(({ name }) => name))])
    : notV3;
}

export function decodeResult(value: unknown): Result<ReadSpans> {
  const parsed = v.safeParse(resultShape, value);
  return parsed.success ? decodeResourceSpans(parsed.output.result, backendName) : notV3;
}

export const jaegerV3Traces = traceDecoder('jaeger.v3', decodeResult);
export const jaegerV3Spans = spansDecoder('jaeger.v3.spans', decodeResult);

const notV3 = fail(
  'invalid',
  'The answer is not what Jaeger’s v3 interface gives.',
  'Check that the address in the setting is that of Jaeger’s query service.',
);
