import type { Result } from '../../domain/result.ts';
import { fail, ok } from '../../domain/result.ts';
import { originOf } from '../../http/address.ts';
import type { Trace } from '../../domain/trace.ts';
import { jsonOf } from '../../http/answerFailure.ts';
import type { HttpAnswer } from '../../http/exchange.ts';
import type { DecodeAway } from '../decodeContract.ts';
import type { Decoder } from '../decoding.ts';
import { decodeRows } from '../decoding.ts';
import type { ApiOptions, Parameters } from '../traces/api.ts';
import { Api } from '../traces/api.ts';
import type { TracePiece } from '../traces/tracePieces.ts';
import { joinPieces } from '../traces/tracePieces.ts';
import { servicesPath } from './services.ts';
import type { FoundTrace } from './wire.ts';
import { backendName, decodeServices, tempoSearch, tempoTraceV1, tempoTraceV2 } from './wire.ts';

/** Unix seconds. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Spans of one trace that a search lists; a trace that has more of them is fetched whole where it matters. */
const spansPerTrace = 20;
/** Blocks are found by time; a trace's spans may lie around what the search said of it. */
const margin = 3_600;

/** Tempo's query frontend. https://grafana.com/docs/tempo/latest/api_docs/ */
export class TempoApi {
  readonly #api: Api;
  readonly #decodeAway: DecodeAway | undefined;
  /** The newest first; versions before 2.8 don't know the hint and may refuse it. */
  #hint = ' with (most_recent=true)';

  constructor(options: ApiOptions) {
    this.#api = new Api(options);
    this.#decodeAway = options.decodeAway;
  }

  /** @param limit most traces; fewer are all that there are */
  async search(
    query: string,
    { from, to }: Stretch,
    limit: number,
    signal: AbortSignal,
  ): Promise<Result<readonly FoundTrace[]>> {
    const answer = await this.#api.get(
      '/api/search',
      [
        ['q', query + this.#hint],
        ['start', String(from)],
        ['end', String(to)],
        ['limit', String(limit)],
        ['spss', String(spansPerTrace)],
      ],
      signal,
    );
    if (!answer.ok) return answer;
    if (isSyntax(answer.value) && this.#hint !== '') {
      this.#hint = '';
      return this.search(query, { from, to }, limit, signal);
    }
    return this.#rows(answer.value, tempoSearch, signal);
  }

  /** Undefined: there is no such trace. @param near where it lies, as a search told: then not all that is kept is looked through */
  async trace(
    traceId: string,
    near: Stretch | undefined,
    signal: AbortSignal,
  ): Promise<Result<Trace | undefined>> {
    const within: Parameters =
      near === undefined
        ? []
        : [
            ['start', String(Math.max(0, near.from - margin))],
            ['end', String(near.to + margin)],
          ];
    const answer = await this.#api.get(`/api/v2/traces/${traceId}`, within, signal);
    if (!answer.ok) return answer;
    // Before 2.7 there is no such interface; 404 is also what some say of a trace that isn't there.
    if (answer.value.status === 404) return this.#traceV1(traceId, within, signal);
    return this.#whole(answer.value, tempoTraceV2, signal);
  }

  async #traceV1(
    traceId: string,
    within: Parameters,
    signal: AbortSignal,
  ): Promise<Result<Trace | undefined>> {
    const answer = await this.#api.get(`/api/traces/${traceId}`, within, signal);
    if (!answer.ok) return answer;
    if (answer.value.status === 404 && /^(?:trace not found)?$/i.test(answer.value.text.trim()))
      return ok(undefined);
    return this.#whole(answer.value, tempoTraceV1, signal);
  }

  async #whole(
    answer: HttpAnswer,
    decoder: Decoder<TracePiece>,
    signal: AbortSignal,
  ): Promise<Result<Trace | undefined>> {
    const pieces = await this.#rows(answer, decoder, signal);
    return pieces.ok ? ok(joinPieces(pieces.value)[0]) : pieces;
  }

  #rows<T>(
    answer: HttpAnswer,
    decoder: Decoder<T>,
    signal: AbortSignal,
  ): Promise<Result<readonly T[]>> {
    const refusal = refusalOf(answer);
    return refusal === undefined
      ? decodeRows(answer, decoder, this.#decodeAway, signal)
      : Promise.resolve(refusal);
  }

  async services({ from, to }: Stretch, signal: AbortSignal): Promise<Result<readonly string[]>> {
    const answer = await this.#api.get(
      servicesPath,
      [
        ['start', String(from)],
        ['end', String(to)],
      ],
      signal,
    );
    if (!answer.ok) return answer;
    const value = jsonOf(answer.value);
    return value.ok ? decodeServices(value.value) : value;
  }
}

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
