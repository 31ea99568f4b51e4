import type { Result } from '../../domain/result.ts';
import { fail, ok } from '../../domain/result.ts';
import { jsonOf } from '../../http/answerFailure.ts';
import type { HttpAnswer, HttpExchange } from '../../http/exchange.ts';

/** Where a backend is and how to sign in. */
export interface ApiConnection {
  /** Absolute, with the base path, without a slash at its end. */
  readonly url: string;
  headers(): Promise<Result<Readonly<Record<string, string>>>>;
}

export type Parameters = readonly (readonly [name: string, value: string])[];

/** Longest time that a backend is left alone because it said so. */
const longestPause = 10 * 60_000;

/** One backend's HTTP interface: its address, its credentials, and its wish to be left alone for a while. */
export class Api {
  readonly #connection: ApiConnection;
  readonly #exchange: HttpExchange;
  readonly #now: () => number;
  #pausedUntil = 0;

  constructor(connection: ApiConnection, exchange: HttpExchange, now: () => number) {
    this.#connection = connection;
    this.#exchange = exchange;
    this.#now = now;
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
    const query = new URLSearchParams(Object.fromEntries(parameters)).toString();
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

  /** The JSON of a 2xx answer, unchecked. `fallback`: what another status means, where it means something. */
  async json(
    path: string,
    parameters: Parameters,
    signal: AbortSignal,
    fallback: (answer: HttpAnswer) => unknown = () => undefined,
  ): Promise<Result<unknown>> {
    const answer = await this.get(path, parameters, signal);
    if (!answer.ok) return answer;
    const meant = answer.value.status >= 400 ? fallback(answer.value) : undefined;
    return meant === undefined ? jsonOf(answer.value) : ok(meant);
  }
}
