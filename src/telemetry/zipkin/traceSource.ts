import type { Result } from '../../domain/result.ts';
import { ok } from '../../domain/result.ts';
import type { Trace, TraceSummary } from '../../domain/trace.ts';
import type { TraceSearch } from '../sampled/traceSearch.ts';
import { milliseconds } from '../../domain/units.ts';
import type { TraceQuery } from '../ports.ts';
import type { Parameters } from '../traces/api.ts';
import { Api } from '../traces/api.ts';
import type { SampledTraceSource, TraceBackendContext } from '../traces/context.ts';
import {
  foundTrace,
  isTraceId,
  notFoundIn,
  spanNamesToAsk,
  unknownService,
  wantedOf,
} from '../traces/context.ts';
import { Kept } from '../traces/kept.ts';
import { lowerCase, sameText, serviceNames, spanNamesOf } from '../traces/naming.ts';
import type { Wanted } from '../traces/wanted.ts';
import type { Question } from '../traces/wholeTraceSearch.ts';
import { rangeOf, searchWholeTraces } from '../traces/wholeTraceSearch.ts';
import { decodeNames, zipkinSpans, zipkinTrace, zipkinTraces } from './wire.ts';

const name = 'Zipkin';

/** Zipkin's v2 interface (https://zipkin.io/zipkin-api/). It has no credentials of its own; a proxy before it may. */
export function createZipkinSource(context: TraceBackendContext): SampledTraceSource {
  const api = new Api(context);
  /** Of services under "", of span names under their service. */
  const lists = new Kept<readonly string[]>(context.now);

  async function search(
    query: TraceQuery,
    signal: AbortSignal,
  ): Promise<Result<readonly TraceSummary[]>> {
    const wanted = wantedOf(query, context, lowerCase);
    if (!wanted.ok) return wanted;
    const serviceIn = (all: readonly string[]): string | undefined =>
      serviceNames(query.service)
        .map((one) => all.find((other) => sameText(one, other, lowerCase)))
        .find((one) => one !== undefined);
    const isKept = lists.has('');
    const known = await lists.get(
      '',
      (all) => serviceIn(all) !== undefined,
      () => names('/api/v2/services', [], signal),
    );
    if (!known.ok) return known;
    const service = serviceIn(known.value);
    if (service === undefined) return unknownService(name, query.service, known.value);
    const asked = await spanNames(wanted.value, service, signal);
    if (!asked.ok) return asked;
    const backend = {
      name,
      tags: true,
      failedTags: { error: '' },
      ask: (question: Question) => ask(service, question, signal),
    };
    const found = await searchWholeTraces(backend, wanted.value, asked.value, signal);
    if (!found.ok) lists.forget();
    if (!isKept || !found.ok || found.value.length > 0) return found;
    // Nothing, by lists of before: Zipkin may have lost what it had in memory.
    lists.forget();
    const now = await names('/api/v2/services', [], signal);
    if (!now.ok) return now;
    return now.value.includes(service) ? found : unknownService(name, query.service, now.value);
  }

  async function names(
    path: string,
    parameters: Parameters,
    signal: AbortSignal,
  ): Promise<Result<readonly string[]>> {
    const answer = await api.json(path, parameters, signal);
    return answer.ok ? decodeNames(answer.value) : answer;
  }

  async function spanNames(
    wanted: Wanted,
    service: string,
    signal: AbortSignal,
  ): Promise<Result<readonly (string | undefined)[]>> {
    if (wanted.operations.length === 0) return ok([undefined]);
    const likely = new Set(
      wanted.operations.flatMap(spanNamesOf).map((text) => text.toLowerCase()),
    );
    const known = await lists.get(
      service,
      (all) => all.some((one) => likely.has(one)),
      () => names('/api/v2/spans', [['serviceName', service]], signal),
    );
    if (!known.ok) return known;
    return ok(
      spanNamesToAsk(
        wanted,
        known.value.filter((one) => likely.has(one)),
      ),
    );
  }

  const ask = (
    service: string,
    question: Question,
    signal: AbortSignal,
  ): Promise<Result<readonly Trace[]>> =>
    api.traces('/api/v2/traces', parametersOf(service, question), signal, zipkinTraces);

  function parametersOf(service: string, question: Question): Parameters {
    const { spanName, tags, minDuration, depth } = question;
    const { from, to } = rangeOf(question, context.now());
    // `key=value` joined by " and "; a key alone asks for its presence. What would break that syntax is left to our own filter.
    const annotationQuery = Object.entries(tags)
      .filter(([key, value]) => !/[=\s]/.test(key) && !/ and /i.test(value))
      .map(([key, value]) => (value === '' ? key : `${key}=${value}`))
      .join(' and ');
    return [
      ['serviceName', service],
      ...(spanName === undefined ? [] : [['spanName', spanName] as const]),
      ...(annotationQuery === '' ? [] : [['annotationQuery', annotationQuery] as const]),
      ...(minDuration === undefined
        ? []
        : [['minDuration', String(Math.max(1, Math.floor(minDuration * 1000)))] as const]),
      ['endTs', String(Math.floor(to))],
      ['lookback', String(Math.ceil(to - from))],
      ['limit', String(depth)],
    ];
  }

  const sampling: TraceSearch = {
    name,
    naming: lowerCase,
    services: (signal) => names('/api/v2/services', [], signal),
    spanNames: (service, signal) => names('/api/v2/spans', [['serviceName', service]], signal),
    async newest({ service, spanName, select, from, to, depth }, signal) {
      const spans = await api.rows(
        '/api/v2/traces',
        parametersOf(service, {
          ...(spanName === undefined ? {} : { spanName }),
          tags: select,
          lookback: milliseconds(to - from),
          until: to,
          depth,
        }),
        signal,
        zipkinSpans,
      );
      return spans.ok ? ok({ spans: spans.value }) : spans;
    },
  };

  return {
    search,
    searchesNewest: true,
    sampling,
    async trace(traceId, signal) {
      if (!isTraceId(traceId)) return notFoundIn(name, traceId);
      // 404 has two meanings: Zipkin's own has a text that names the id, another program's doesn't.
      const answer = await api.traces(
        `/api/v2/trace/${traceId}`,
        [],
        signal,
        zipkinTrace,
        ({ status, text }) => status === 404 && /^[0-9a-f]{1,32} not found$/.test(text.trim()),
      );
      return answer.ok ? foundTrace(name, traceId, folded(answer.value[0]), context) : answer;
    },
  };
}

/** Attribution has to know that its names may be written otherwise. */
const folded = (trace: Trace | undefined): Trace | undefined =>
  trace && {
    ...trace,
    spans: trace.spans.map((span) =>
      span.operation === undefined
        ? span
        : { ...span, operation: { ...span.operation, folded: true } },
    ),
  };
