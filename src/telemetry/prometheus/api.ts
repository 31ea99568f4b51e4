import type { Result } from '../../domain/result.ts';
import { fail } from '../../domain/result.ts';
import type { HttpExchange } from '../../http/exchange.ts';
import { jsonOf } from '../../http/answerFailure.ts';
import type { Connection } from '../backend.ts';
import { decodeMatrix, decodeTexts, decodeVector, decodeVersion, errorText } from './wire.ts';
import type { MatrixRow } from './wire.ts';

export interface RangeQuery {
  readonly query: string;
  /** Unix milliseconds, both ends included. */
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/**
 * VictoriaMetrics fills its newest half minute with what was before it, unless it is told not to: an earlier slot's calls would be counted
 * twice. Others don't know the parameter. https://docs.victoriametrics.com/victoriametrics/keyconcepts/#query-latency
 */
const always = { timeout: '20s', latency_offset: '1ms' };

/** The HTTP API of Prometheus and what speaks it. https://prometheus.io/docs/prometheus/latest/querying/api/ */
export class PrometheusApi {
  readonly #connection: Connection;
  readonly #http: HttpExchange;
  readonly #now: () => number;
  requests = 0;
  bytes = 0;
  /** Milliseconds that the server's clock is ahead of ours. */
  clockOffset = 0;
  /** Until when the server asked not to be asked, Unix milliseconds. */
  waitUntil = 0;

  constructor(connection: Connection, http: HttpExchange, now: () => number) {
    this.#connection = connection;
    this.#http = http;
    this.#now = now;
  }

  /** The server's time. */
  now(): number {
    return this.#now() + this.clockOffset;
  }

  version = (signal: AbortSignal): Promise<Result<string>> =>
    this.#ask('status/buildinfo', {}, signal, decodeVersion);

  /** Names of metrics that match, of the last hour. */
  metricNames = (match: string, signal: AbortSignal): Promise<Result<readonly string[]>> =>
    this.#ask('label/__name__/values', this.#lastHour(match), signal, decodeTexts);

  /** Labels of what matches, of the last hour. */
  labelNames = (match: string, signal: AbortSignal): Promise<Result<readonly string[]>> =>
    this.#ask('labels', this.#lastHour(match), signal, decodeTexts);

  query = (query: string, signal: AbortSignal): Promise<Result<readonly MatrixRow[]>> =>
    this.#ask('query', { query, time: inSeconds(this.now()), ...always }, signal, decodeVector);

  /** Raw samples of a range selector. */
  samples = (query: string, signal: AbortSignal): Promise<Result<readonly MatrixRow[]>> =>
    this.#ask('query', { query, time: inSeconds(this.now()), ...always }, signal, decodeMatrix);

  queryRange = (
    { query, from, to, step }: RangeQuery,
    signal: AbortSignal,
  ): Promise<Result<readonly MatrixRow[]>> =>
    this.#ask(
      'query_range',
      {
        query,
        start: inSeconds(from),
        end: inSeconds(to),
        step: inSeconds(step),
        ...always,
      },
      signal,
      decodeMatrix,
    );

  #lastHour(match: string): Readonly<Record<string, string>> {
    const now = this.now();
    return { 'match[]': match, start: inSeconds(now - 3_600_000), end: inSeconds(now) };
  }

  async #ask<T>(
    path: string,
    parameters: Readonly<Record<string, string>>,
    signal: AbortSignal,
    decode: (answer: unknown) => Result<T>,
  ): Promise<Result<T>> {
    const headers = await this.#connection.headers();
    if (!headers.ok) return headers;
    const url = `${this.#connection.url}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`;
    this.requests += 1;
    const answer = await this.#http.get(url, signal, headers.value);
    if (!answer.ok) return answer;
    const { status, text, date, retryAfter } = answer.value;
    this.bytes += text.length;
    // The header has whole seconds: what is under two is its coarseness and the way.
    const offset = date === undefined ? 0 : date + 500 - this.#now();
    this.clockOffset = Math.abs(offset) > 2_000 ? offset : 0;
    if (retryAfter !== undefined && status >= 400) this.waitUntil = this.#now() + retryAfter;
    // 400 and 422: the query's fault; 503: it was ended (timeout, too many samples). The server says which.
    if ([400, 422, 503].includes(status)) {
      const said = errorText(parsedJson(text));
      if (said !== undefined)
        return fail(
          status === 503 ? 'timeout' : 'unsupported',
          `The backend refuses a query: ${said}`,
          'Choose a shorter window, or narrow the environment down with select in the setting prodlens.environments.',
        );
    }
    const json = jsonOf(answer.value);
    return json.ok ? decode(json.value) : json;
  }
}

/** Three digits: the API takes fractions of a second. */
const inSeconds = (milliseconds: number): string => String(milliseconds / 1000);

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
