import type { Result } from '../../domain/result.ts';
import { fail, ok } from '../../domain/result.ts';
import { jsonOf } from '../../http/answerFailure.ts';
import type { Trace } from '../../domain/trace.ts';
import type { HttpAnswer, HttpExchange } from '../../http/exchange.ts';
import type { DecodeAway } from '../decodeContract.ts';
import { decodeRows, type Decoder } from '../decoding.ts';
import { joinPieces, type TracePiece } from './tracePieces.ts';

/** Where a backend is and how to sign in. */
export interface ApiConnection {
  /** Absolute, with the base path, without a slash at its end. */
  readonly url: string;
  headers(): Promise<Result<Readonly<Record<string, string>>>>;
}

export interface ApiOptions {
  readonly connection: ApiConnection;
  readonly exchange: HttpExchange;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly decodeAway?: DecodeAway;
}

export type Parameters = readonly (readonly [name: string, value: string])[];

/** Longest time that a backend is left alone because it said so. */
const longestPause = 10 * 60_000;

/** One backend's HTTP interface: its address, its credentials, and its wish to be left alone for a while. */
export class Api {
  readonly #connection: ApiConnection;
  readonly #exchange: HttpExchange;
  readonly #now: () => number;
  readonly #decodeAway: DecodeAway | undefined;
  #pausedUntil = 0;

  constructor({ connection, exchange, now, decodeAway }: ApiOptions) {
    this.#connection = connection;
    this.#exchange = exchange;
    this.#now = now;
    this.#decodeAway = decodeAway;
  }

  get url(): string {
    return this.#connection.url;
  }

  /** The answer of any status. While the backend asked to be left alone (`Retry-After`) nothing is sent. */
  async get(
    path: string,
    parameters: Parameters,
    signal: AbortSignal,
  ): Promise<Result<HttpAnswer>> {
    const wait = this.#pausedUntil - this.#now();
    if (wait > 0)
      return fail(
        'busy',
        `${new URL(this.url).origin} asked to be left alone for a while.`,
        `Try again in ${Math.ceil(wait / 1000)} s.`,
      );
    const headers = await this.#connection.headers();
    if (!headers.ok) return headers;
    const query = new URLSearchParams(
      parameters.map(([name, value]): [string, string] => [name, value]),
    ).toString();
    const answer = await this.#exchange.get(
      `${this.url}${path}${query === '' ? '' : `?${query}`}`,
      signal,
      headers.value,
    );
    if (!answer.ok) return answer;
    const { status, retryAfter } = answer.value;
    if ((status === 429 || status === 503) && retryAfter !== undefined)
      this.#pausedUntil = this.#now() + Math.min(longestPause, retryAfter);
    return answer;
  }

  /** The JSON of a 2xx answer, unchecked. */
  async json(path: string, parameters: Parameters, signal: AbortSignal): Promise<Result<unknown>> {
    const answer = await this.get(path, parameters, signal);
    return answer.ok ? noInterface(jsonOf(answer.value)) : answer;
  }

  /** Rows of a 2xx answer, those of a large one decoded away from this thread. `nothing`: whether another status says that there are none. */
  async rows<T>(
    path: string,
    parameters: Parameters,
    signal: AbortSignal,
    decoder: Decoder<T>,
    nothing: (answer: HttpAnswer) => boolean = () => false,
  ): Promise<Result<readonly T[]>> {
    const answer = await this.get(path, parameters, signal);
    if (!answer.ok) return answer;
    if (answer.value.status >= 400 && nothing(answer.value)) return ok([]);
    return noInterface(await decodeRows(answer.value, decoder, this.#decodeAway, signal));
  }

  /** Whole traces of a 2xx answer; see `rows`. */
  async traces(
    path: string,
    parameters: Parameters,
    signal: AbortSignal,
    decoder: Decoder<TracePiece>,
    nothing?: (answer: HttpAnswer) => boolean,
  ): Promise<Result<readonly Trace[]>> {
    const pieces = await this.rows(path, parameters, signal, decoder, nothing);
    return pieces.ok ? ok(joinPieces(pieces.value)) : pieces;
  }
}

/** A status 404 that isn't the backend's own: what answers there is another program. No trace is missing then. */
export const noInterface = <T>(answer: Result<T>): Result<T> =>
  answer.ok || answer.failure.reason !== 'notFound'
    ? answer
    : { ok: false, failure: { ...answer.failure, reason: 'invalid' } };
