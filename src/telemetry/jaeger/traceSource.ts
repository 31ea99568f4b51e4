import type { Result } from '../../domain/result.ts';
import { fail, ok } from '../../domain/result.ts';
import type { TraceSummary } from '../../domain/trace.ts';
import { isPage, jsonOf } from '../../http/answerFailure.ts';
import type { TraceQuery } from '../ports.ts';
import type { TraceSearch } from '../sampled/traceSearch.ts';
import { Api } from '../traces/api.ts';
import { milliseconds } from '../../domain/units.ts';
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
import { asTheyAre, serviceNames, spanNamesOf } from '../traces/naming.ts';
import { searchWholeTraces } from '../traces/wholeTraceSearch.ts';
import type { JaegerApi } from './api.ts';
import { backendName } from './api.ts';
import { askSpm } from './spm/questions.ts';
import { SpmSource } from './spm/source.ts';
import * as v1 from './v1.ts';
import * as v3 from './v3.ts';

interface Opened {
  readonly jaeger: JaegerApi;
  readonly services: readonly string[];
}

/** Jaeger's query service: `/api/v3` where it is there, else `/api`. Which one is found by asking for the services. */
export function createJaegerSource(context: TraceBackendContext): SampledTraceSource {
  const api = new Api(context);
  const versions = [
    { path: '/api/v3/services', decode: v3.decodeServices, open: v3.jaegerV3 },
    { path: '/api/services', decode: v1.decodeServices, open: v1.jaegerV1 },
  ] as const;

  const interfaces = new Kept<Opened>(context.now);
  const operations = new Kept<readonly string[]>(context.now);
  /** A question that failed may have gone to a Jaeger that was replaced by another version. */
  const noted = <T>(answer: Result<T>): Result<T> => {
    if (!answer.ok) {
      interfaces.forget();
      operations.forget();
    }
    return answer;
  };

  const open = (
    signal: AbortSignal,
    fits: (opened: Opened) => boolean = () => true,
  ): Promise<Result<Opened>> => interfaces.get('', fits, () => ask(signal));

  async function ask(signal: AbortSignal): Promise<Result<Opened>> {
    let page = false;
    for (const { path, decode, open: make } of versions) {
      const answer = await api.get(path, [], signal);
      if (!answer.ok) return answer;
      const value = jsonOf(answer.value);
      const services = value.ok ? decode(value.value) : undefined;
      if (services !== undefined) return ok({ jaeger: make(api, context.now), services });
      // What isn't there may be there in the other version, and so it is with Jaeger's page, which answers every path.
      const { status } = answer.value;
      const isOtherPage = status < 300 && isPage(answer.value);
      if (!value.ok && status !== 404 && !isOtherPage) return value;
      page ||= isOtherPage;
    }
    return fail(
      'invalid',
      `${context.connection.url} gives neither of Jaeger’s interfaces (/api/v3, /api).`,
      `Check that it is the address of Jaeger’s query service (port 16686), with its base path if it has one.${page ? ' A sign-in page means that the connection needs credentials.' : ''}`,
    );
  }

  async function search(
    query: TraceQuery,
    signal: AbortSignal,
  ): Promise<Result<readonly TraceSummary[]>> {
    const wanted = wantedOf(query, context, asTheyAre);
    if (!wanted.ok) return wanted;
    const names = serviceNames(query.service);
    const isKept = interfaces.has('');
    const opened = await open(signal, ({ services }) =>
      names.some((one) => services.includes(one)),
    );
    if (!opened.ok) return opened;
    const { jaeger, services } = opened.value;
    const service = names.find((one) => services.includes(one));
    if (service === undefined) return unknownService(backendName, query.service, services);
    const likely = new Set(wanted.value.operations.flatMap(spanNamesOf));
    const known: Result<readonly string[]> =
      wanted.value.operations.length === 0
        ? ok([])
        : await operations.get(
            service,
            (all) => all.some((one) => likely.has(one)),
            () => jaeger.spanNames(service, signal),
          );
    if (!known.ok) return noted(known);
    const spanNames = spanNamesToAsk(
      wanted.value,
      known.value.filter((one) => likely.has(one)),
    );
    const found = noted(
      await searchWholeTraces(
        {
          name: backendName,
          tags: jaeger.tags,
          // Memory storage finds none by it; Elasticsearch and Cassandra do.
          failedTags: { error: 'true' },
          ask: (question) => jaeger.search(service, question, signal),
        },
        wanted.value,
        spanNames,
        signal,
      ),
    );
    if (!isKept || !found.ok || found.value.length > 0) return found;
    // Nothing, by lists of before: Jaeger may have lost what it had in memory.
    interfaces.forget();
    const now = await open(signal);
    if (!now.ok) return now;
    return now.value.services.includes(service)
      ? found
      : unknownService(backendName, query.service, now.value.services);
  }

  /** As last found by asking for the services. */
  let opened: Opened | undefined;
  const sampling: TraceSearch = {
    name: backendName,
    naming: asTheyAre,
    async services(signal) {
      const found = await ask(signal);
      opened = found.ok ? found.value : undefined;
      return found.ok ? ok(found.value.services) : found;
    },
    async spanNames(service, signal) {
      const found = opened === undefined ? await open(signal) : ok(opened);
      return found.ok ? found.value.jaeger.spanNames(service, signal) : found;
    },
    async newest({ service, spanName, select, from, to, depth }, signal) {
      const found = opened === undefined ? await open(signal) : ok(opened);
      if (!found.ok) return found;
      opened = found.value;
      const answer = await opened.jaeger.spans(
        service,
        {
          ...(spanName === undefined ? {} : { spanName }),
          tags: opened.jaeger.tags ? select : {},
          lookback: milliseconds(to - from),
          until: to,
          depth,
        },
        signal,
      );
      if (!answer.ok) opened = undefined;
      return answer.ok ? ok({ spans: answer.value }) : answer;
    },
  };

  return {
    search,
    searchesNewest: true,
    sampling,
    ownNumbers: (sample, connection, ports) =>
      new SpmSource({
        ask: (question, signal) => askSpm(api, question, context.decodeAway, signal),
        sample,
        connection,
        ports,
        now: context.now,
      }),
    async trace(traceId, signal) {
      if (!isTraceId(traceId)) return notFoundIn(backendName, traceId);
      const opened = await open(signal);
      if (!opened.ok) return opened;
      const traces = noted(await opened.value.jaeger.trace(traceId, signal));
      if (!traces.ok) return traces;
      const trace = traces.value.find((one) => one.traceId === traceId);
      return foundTrace(backendName, traceId, trace, context);
    },
  };
}
