import type { Result } from '../../domain/result.ts';
import { fail, ok } from '../../domain/result.ts';
import { originOf } from '../../http/address.ts';
import type { Trace } from '../../domain/trace.ts';
import { jsonOf } from '../../http/answerFailure.ts';
import type { HttpAnswer } from '../../http/exchange.ts';
import type { DecodeAway } from '../decodeContract.ts';
import type { Decoder } from '../decoding.ts';
import { decodeRows } from '../decoding.ts';
import type { SpanRecord } from '../local/model.ts';
import type { ApiOptions, Parameters } from '../traces/api.ts';
import { Api, noInterface } from '../traces/api.ts';
import { joinPieces } from '../traces/tracePieces.ts';
import { servicesPath, spanNamesPath } from './valuePaths.ts';
import { serviceQuery } from './traceQl.ts';
import { countsRefusalOf } from './countsRefusal.ts';
import type { CountedSeries } from './metricsWire.ts';
import { tempoSeries } from './metricsWire.ts';
import type { FoundTrace, TraceDecoders } from './wire.ts';
import { backendName, decodeValues, tempoSearch, tempoSpans, tempoTrace } from './wire.ts';

/** Unix seconds. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

export interface SearchOptions {
  /** Most traces: fewer are all that there are. */
  readonly limit: number;
  /** Most spans of each. */
  readonly spans?: number;
  /** Costs Tempo more: otherwise it stops at the first that fit. */
  readonly newestFirst?: boolean;
}

/** Spans of one trace that a search lists; a trace that has more of them is fetched whole where it matters. */
const spansPerTrace = 20;
/** Blocks are found by time; a trace's spans may lie around what the search said of it. */
const margin = 3_600;

/** Tempo's query frontend. https://grafana.com/docs/tempo/latest/api_docs/ */
export class TempoApi {
  readonly #api: Api;
  readonly #decodeAway: DecodeAway | undefined;
  /** For the newest first; versions before 2.8 don't know it and may refuse it. */
  #hint = ' with (most_recent=true)';

  constructor(options: ApiOptions) {
    this.#api = new Api(options);
    this.#decodeAway = options.decodeAway;
  }

  /** @param query TraceQL */
  async search(
    query: string,
    stretch: Stretch,
    { limit, spans = spansPerTrace, newestFirst = false }: SearchOptions,
    signal: AbortSignal,
  ): Promise<Result<readonly FoundTrace[]>> {
    const answer = await this.#api.get(
      '/api/search',
      [
        ['q', newestFirst ? query + this.#hint : query],
        ...parametersOf(stretch),
        ['limit', String(limit)],
        ['spss', String(spans)],
      ],
      signal,
    );
    if (!answer.ok) return answer;
    if (newestFirst && isSyntax(answer.value) && this.#hint !== '') {
      this.#hint = '';
      return this.search(query, stretch, { limit, spans, newestFirst }, signal);
    }
    return this.#rows(answer.value, tempoSearch, signal);
  }

  /** Counts by slots of `step` seconds. @param query TraceQL that ends in a function over time */
  async counted(
    query: string,
    stretch: Stretch,
    step: number,
    signal: AbortSignal,
  ): Promise<Result<readonly CountedSeries[]>> {
    const answer = await this.#api.get(
      '/api/metrics/query_range',
      [['q', query], ...parametersOf(stretch), ['step', `${step}s`], ['exemplars', '1']],
      signal,
    );
    if (!answer.ok) return answer;
    return (
      countsRefusalOf(answer.value) ??
      decodeRows(answer.value, tempoSeries, this.#decodeAway, signal)
    );
  }

  /** Undefined: there is no such trace. @param near where it lies, as a search told: then not all that is kept is looked through */
  async trace(
    traceId: string,
    near: Stretch | undefined,
    signal: AbortSignal,
  ): Promise<Result<Trace | undefined>> {
    const pieces = await this.#whole(traceId, near, tempoTrace, signal);
    return pieces.ok ? ok(joinPieces(pieces.value)[0]) : pieces;
  }

  /** All spans of a trace, or those that Tempo gives of it where it is too large; none where there is no such trace. */
  async spans(
    traceId: string,
    near: Stretch,
    signal: AbortSignal,
  ): Promise<Result<{ readonly spans: readonly SpanRecord[]; readonly partial: boolean }>> {
    const rows = await this.#whole(traceId, near, tempoSpans, signal);
    if (!rows.ok) return rows;
    const spans = rows.value.filter((row): row is SpanRecord => !('partial' in row));
    return ok({ spans, partial: spans.length < rows.value.length });
  }

  async #whole<T>(
    traceId: string,
    near: Stretch | undefined,
    decoders: TraceDecoders<T>,
    signal: AbortSignal,
  ): Promise<Result<readonly T[]>> {
    const within: Parameters =
      near === undefined
        ? []
        : parametersOf({ from: Math.max(0, near.from - margin), to: near.to + margin });
    const answer = await this.#api.get(`/api/v2/traces/${traceId}`, within, signal);
    if (!answer.ok) return answer;
    if (answer.value.status !== 404) return this.#rows(answer.value, decoders.v2, signal);
    // Before 2.7 there is no such interface; 404 is also what some say of a trace that isn't there.
    const older = await this.#api.get(`/api/traces/${traceId}`, within, signal);
    if (!older.ok) return older;
    const { status, text } = older.value;
    return status === 404 && /^(?:trace not found)?$/i.test(text.trim())
      ? ok([])
      : this.#rows(older.value, decoders.v1, signal);
  }

  async #rows<T>(
    answer: HttpAnswer,
    decoder: Decoder<T>,
    signal: AbortSignal,
  ): Promise<Result<readonly T[]>> {
    const refusal = refusalOf(answer);
    return refusal ?? noInterface(await decodeRows(answer, decoder, this.#decodeAway, signal));
  }

  services(stretch: Stretch, signal: AbortSignal): Promise<Result<readonly string[]>> {
    return this.#values(servicesPath, parametersOf(stretch), signal);
  }

  /** Names of a service's spans. */
  spanNames(
    service: string,
    stretch: Stretch,
    signal: AbortSignal,
  ): Promise<Result<readonly string[]>> {
    const parameters = [['q', serviceQuery(service)] as const, ...parametersOf(stretch)];
    return this.#values(spanNamesPath, parameters, signal);
  }

  async #values(
    path: string,
    parameters: Parameters,
    signal: AbortSignal,
  ): Promise<Result<readonly string[]>> {
    const answer = await this.#api.get(path, parameters, signal);
    if (!answer.ok) return answer;
    const value = noInterface(jsonOf(answer.value));
    return value.ok ? decodeValues(value.value) : value;
  }
}

const parametersOf = ({ from, to }: Stretch): Parameters => [
  ['start', String(from)],
  ['end', String(to)],
];

const isSyntax = ({ status, text }: HttpAnswer): boolean =>
  status === 400 && /\bTraceQL\b|parse error|syntax error/i.test(text.slice(0, 500));

/** Tempo says in plain text what is wrong with a question. It is understood here, and not quoted. */
function refusalOf(answer: HttpAnswer): Result<never> | undefined {
  const origin = originOf(answer.url);
  if (isSyntax(answer))
    return fail(
      'unsupported',
      `${origin} doesn’t understand the search.`,
      `${backendName} 2.4 and later do; this may be an older one, or another program that imitates it.`,
    );
  if (answer.status === 400 && /exceeds|max/i.test(answer.text.slice(0, 500)))
    return fail(
      'tooLarge',
      `${origin} searches no stretch that long.`,
      'Its query_frontend.search.max_duration is shorter than a day.',
    );
  if (answer.status === 422)
    return fail(
      'tooLarge',
      `${origin} gives no trace of that size.`,
      'Its max_bytes_per_trace bounds what it reads of one trace.',
    );
  return undefined;
}
