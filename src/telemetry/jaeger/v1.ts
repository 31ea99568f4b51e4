import * as v from 'valibot';
import type { Result } from '../../domain/result.ts';
import { fail, ok } from '../../domain/result.ts';
import type { HttpAnswer } from '../../http/exchange.ts';
import type { Api, Parameters } from '../traces/api.ts';
import { spansDecoder, traceDecoder } from '../traces/tracePieces.ts';
import type { Question } from '../traces/wholeTraceSearch.ts';
import { rangeOf } from '../traces/wholeTraceSearch.ts';
import type { JaegerApi } from './api.ts';
import { decodeTraces } from './v1Wire.ts';

/**
 * The interface of Jaeger's own page, `/api` (https://www.jaegertracing.io/docs/1.76/architecture/apis/, "HTTP JSON"): not stable, but the only one of
 * versions before 3's and of programs that imitate Jaeger. Times are microseconds.
 */
export function jaegerV1(api: Api, now: () => number): JaegerApi {
  return {
    tags: true,
    async spanNames(service, signal) {
      const answer = await api.json('/api/operations', [['service', service]], signal);
      return answer.ok ? decodeOperations(answer.value) : answer;
    },
    search: (service, question, signal) =>
      api.traces(
        '/api/traces',
        parametersOf(service, question, now()),
        signal,
        jaegerV1Traces,
        nothingFound,
      ),
    spans: (service, question, signal) =>
      api.rows(
        '/api/traces',
        parametersOf(service, question, now()),
        signal,
        jaegerV1Spans,
        nothingFound,
      ),
    trace: (traceId, signal) =>
      api.traces(`/api/traces/${traceId}`, [], signal, jaegerV1Traces, nothingFound),
  };
}

function parametersOf(service: string, question: Question, now: number): Parameters {
  const { spanName, tags, minDuration, depth } = question;
  const { from, to } = rangeOf(question, now);
  return [
    ['service', service],
    ...(spanName === undefined ? [] : [['operation', spanName] as const]),
    ...(Object.keys(tags).length === 0 ? [] : [['tags', JSON.stringify(tags)] as const]),
    ...(minDuration === undefined
      ? []
      : [['minDuration', `${Math.max(1, Math.floor(minDuration * 1000))}us`] as const]),
    ['start', String(Math.floor(from * 1000))],
    ['end', String(Math.floor(to * 1000))],
    ['limit', String(depth)],
  ];
}

export const jaegerV1Traces = traceDecoder('jaeger.v1', decodeTraces);
export const jaegerV1Spans = spansDecoder('jaeger.v1.spans', decodeTraces);

const errorsShape = v.object({
  data: v.null(),
  errors: v.array(v.object({ code: v.literal(404), msg: v.string() })),
});
const servicesShape = v.object({ data: v.nullable(v.array(v.string())) });
const operationsShape = v.object({
  data: v.nullable(v.array(v.union([v.string(), v.object({ name: v.string() })]))),
});

/** A 404 with a body of Jaeger's own; a 404 of another program has another. */
function nothingFound({ status, text }: HttpAnswer): boolean {
  if (status !== 404) return false;
  try {
    return v.is(errorsShape, JSON.parse(text));
  } catch {
    return false;
  }
}

/** Undefined when it is no such answer. */
export function decodeServices(value: unknown): readonly string[] | undefined {
  const parsed = v.safeParse(servicesShape, value);
  return parsed.success ? (parsed.output.data ?? []) : undefined;
}

function decodeOperations(value: unknown): Result<readonly string[]> {
  const parsed = v.safeParse(operationsShape, value);
  if (!parsed.success)
    return fail(
      'invalid',
      'The answer is not what Jaeger’s interface gives.',
      'Check that the address in the setting is that of Jaeger’s query service.',
    );
  const names = (parsed.output.data ?? []).map((one) => (typeof one === 'string' ? one : one.name));
  return ok([...new Set(names)]);
}
