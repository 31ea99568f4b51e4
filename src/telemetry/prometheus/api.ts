import type { Result } from '../../domain/result.ts';
import { fail } from '../../domain/result.ts';
import type { HttpAnswer, HttpExchange } from '../../http/exchange.ts';
import { jsonOf } from '../../http/answerFailure.ts';
import type { Connection } from '../backend.ts';
import type { DecodeAway } from '../decodeContract.ts';
import { decodeRows, type Decoder } from '../decoding.ts';
import { decodeTexts, decodeVersion, errorText, matrixRows, vectorRows } from './wire.ts';
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
  readonly #decodeAway: DecodeAway | undefined;
  requests = 0;
  bytes = 0;
  /** Milliseconds that the server's clock is ahead of ours. */
  clockOffset = 0;
  /** Until when the server asked not to be asked, Unix milliseconds. */
  waitUntil = 0;

  constructor(
    connection: Connection,
    http: HttpExchange,
    now: () => number,
    decodeAway?: DecodeAway,
  ) {
    this.#connection = connection;
    this.#http = http;
    this.#now = now;
    this.#decodeAway = decodeAway;
  }

  /** The server's time. */
  now(): number {
    return this.#now() + this.clockOffset;
  }

  version = (signal: AbortSignal): Promise<Result<string>> =>
    this.#ask('status/buildinfo', {}, signal, json(decodeVersion));

  /** Names of metrics that match, of the last hour. */
  metricNames = (match: string, signal: AbortSignal): Promise<Result<readonly string[]>> =>
    this.#ask('label/__name__/values', this.#lastHour(match), signal, json(decodeTexts));

  /** Labels of what matches, of the last hour. */
  labelNames = (match: string, signal: AbortSignal): Promise<Result<readonly string[]>> =>
    this.#ask('labels', this.#lastHour(match), signal, json(decodeTexts));

  query = (query: string, signal: AbortSignal): Promise<Result<readonly MatrixRow[]>> =>
    this.#ask(
      'query',
      { query, time: inSeconds(this.now()), ...always },
      signal,
      this.#rows(vectorRows, signal),
    );

  /** Raw samples of a range selector. */
  samples = (query: string, signal: AbortSignal): Promise<Result<readonly MatrixRow[]>> =>
    this.#ask(
      'query',
      { query, time: inSeconds(this.now()), ...always },
      signal,
      this.#rows(matrixRows, signal),
    );

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
      this.#rows(matrixRows, signal),
    );

  #lastHour(match: string): Readonly<Record<string, string>> {
    const now = this.now();
    return { 'match[]': match, start: inSeconds(now - 3_600_000), end: inSeconds(now) };
  }

  #rows =
    (decoder: Decoder<MatrixRow>, signal: AbortSignal) =>
    (answer: HttpAnswer): Promise<Result<readonly MatrixRow[]>> =>
      decodeRows(answer, decoder, this.#decodeAway, signal);

  async #ask<T>(
    path: string,
    parameters: Readonly<Record<string, string>>,
    signal: AbortSignal,
    read: (answer: HttpAnswer) => Result<T> | Promise<Result<T>>,
  ): Promise<Result<T>> {
    const headers = await this.#connection.headers();
    if (!headers.ok) return headers;
    const url = `${this.#connection.url}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`;
    this.requests += 1;
    const answer = await this.#http.get(url, signal, headers.value);
    if (!answer.ok) return answer;
    const { status, date, retryAfter, bytes } = answer.value;
    this.bytes += bytes?.byteLength ?? answer.value.text.length;
    // The header has whole seconds: what is under two is its coarseness and the way.
    const offset = date === undefined ? 0 : date + 500 - this.#now();
    this.clockOffset = Math.abs(offset) > 2_000 ? offset : 0;
    if (retryAfter !== undefined && status >= 400) this.waitUntil = this.#now() + retryAfter;
    // 400 and 422: the query's fault; 503: it was ended (timeout, too many samples). The server says which.
    if ([400, 422, 503].includes(status)) {
      const said = errorText(parsedJson(answer.value.text));
      if (said !== undefined)
        return fail(
          status === 503 ? 'timeout' : 'unsupported',
          `The backend refuses a query: ${said}`,
          'Choose a shorter window, or narrow the environment down with select in the setting prodlens.environments.',
        );
    }
    return read(answer.value);
  }
}

const json =
  <T>(decode: (value: unknown) => Result<T>) =>
  (answer: HttpAnswer): Result<T> => {
    const value = jsonOf(answer);
    return value.ok ? decode(value.value) : value;
  };

/** Three digits: the API takes fractions of a second. */
const inSeconds = (milliseconds: number): string => String(milliseconds / 1000);

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
