import type { Result } from '../../domain/result.ts';
import { fail, ok } from '../../domain/result.ts';
import type { FormExchange, HttpAnswer } from '../../http/exchange.ts';
import { jsonOf } from '../../http/answerFailure.ts';
import { withoutSent } from '../../http/sentSecrets.ts';
import type { Connection } from '../backend.ts';
import type { DecodeAway } from '../decodeContract.ts';
import { decodeRows, type Decoder } from '../decoding.ts';
import { Meter } from '../meter.ts';
import { bytesOf, meteredExchange } from '../meteredExchange.ts';
import { ServerClock } from '../serverClock.ts';
import type { KeptLook } from './look/keptLook.ts';
import type { LookSubject } from './look/lookQuestions.ts';
import {
  asEnd,
  decodeTexts,
  decodeVersion,
  errorText,
  exemplarRows,
  matrixRows,
  vectorRows,
} from './wire.ts';
import type { Exemplar, MatrixRow } from './wire.ts';

export interface RangeQuery {
  readonly query: string;
  /** Unix milliseconds, both ends included. */
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** Rows of a query, and what they cost. */
export interface RangeAnswer {
  readonly rows: readonly MatrixRow[];
  /** Of the answer. */
  readonly bytes: number;
  /** Samples that the backend read, where it says so. */
  readonly cost?: number;
  /** As it came, where it is wanted: for others. */
  readonly body?: Uint8Array;
}

/**
 * VictoriaMetrics fills its newest half minute with what was before it, unless it is told not to: an earlier slot's calls would be counted
 * twice. `stats` makes Prometheus say what a query cost. Others don't know these parameters.
 * https://docs.victoriametrics.com/victoriametrics/keyconcepts/#query-latency
 */
const always = {
  timeout: '20s',
  latency_offset: '1ms',
  stats: 'true',
  // Thanos: replicas count once, and nothing is read from averages of several samples. https://thanos.io/tip/components/query.md/
  dedup: 'true',
  max_source_resolution: '0s',
};
/** Longer addresses are refused by many a proxy; what is longer goes as a form. */
const longestAddress = 4_000;
/** What servers take of an address at the least, by their defaults; proxies may not. */
const longestTried = 8_000;
/** Characters of a query in a form. */
const longestForm = 170_000;
/** A long query may have been refused for another reason: it is tried again. */
const triedAgain = 10 * 60_000;
/** What servers say of a query that asks for too much: Prometheus, Mimir, Thanos and VictoriaMetrics in their words. */
const tooMuch = /too many|exceed|more than|limit|cannot select|too long|max/i;

/** The HTTP API of Prometheus and what speaks it. https://prometheus.io/docs/prometheus/latest/querying/api/ */
export class PrometheusApi {
  readonly meter: Meter;
  readonly #connection: Connection;
  readonly #http: FormExchange;
  readonly #decodeAway: DecodeAway | undefined;
  /** What is known of the backend already; undefined: it is asked. */
  #look: KeptLook | undefined;
  readonly #clock: ServerClock;
  /** Of the backend itself, understood. */
  answers = 0;
  /** Until when the server asked not to be asked, by its clock. */
  waitUntil = 0;
  /** Until when it is taken not to take queries that are too long for an address, by its clock. */
  #shortUntil = 0;

  constructor(
    connection: Connection,
    http: FormExchange,
    now: () => number,
    decodeAway?: DecodeAway,
  ) {
    this.meter = new Meter(now);
    this.#connection = connection;
    this.#http = meteredExchange(http, this.meter);
    this.#clock = new ServerClock(now);
    this.#decodeAway = decodeAway;
  }

  /** The server's time. */
  now(): number {
    return this.#clock.now();
  }

  /** Milliseconds that the server's clock is ahead of ours. */
  get clockOffset(): number {
    return this.#clock.offset;
  }

  /** Whether queries that are too long for an address are taken. */
  get takesLong(): boolean {
    return this.now() >= this.#shortUntil;
  }

  /** Whether the backend is thought to take a query of this length. */
  fits(query: string): boolean {
    if (this.takesLong) return query.length <= longestForm;
    const now = inSeconds(this.now());
    const parameters = { query, start: now, end: now, step: now, ...always };
    return this.#addressOf('query_exemplars', parameters).length <= longestAddress;
  }

  #addressOf(path: string, parameters: Readonly<Record<string, string>>): string {
    return `${this.#connection.url}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`;
  }

  /** Runs work whose questions, other than those of ranges, may have been asked before. */
  async withLook<T>(look: KeptLook, work: () => Promise<T>): Promise<T> {
    this.#look = look;
    try {
      return await work();
    } finally {
      this.#look = undefined;
    }
  }

  version = (signal: AbortSignal): Promise<Result<string>> =>
    this.#ask('status/buildinfo', {}, signal, json(decodeVersion), 'version');

  /** Names of metrics that match, of the last hour. */
  metricNames = (match: string, signal: AbortSignal): Promise<Result<readonly string[]>> =>
    this.#ask('label/__name__/values', this.#lastHour(match), signal, json(decodeTexts), 'metrics');

  /** Labels of what matches, of the last hour. */
  labelNames = (match: string, signal: AbortSignal): Promise<Result<readonly string[]>> =>
    this.#ask('labels', this.#lastHour(match), signal, json(decodeTexts), 'labels');

  /** @param subject in a look, what it is about: how long the answer will do */
  query = async (
    query: string,
    signal: AbortSignal,
    subject: LookSubject = 'calls',
  ): Promise<Result<readonly MatrixRow[]>> =>
    rowsOnly(await this.#instant(query, vectorRows, signal, subject));

  /** Raw samples of a range selector. */
  samples = async (query: string, signal: AbortSignal): Promise<Result<readonly MatrixRow[]>> =>
    rowsOnly(await this.#instant(query, matrixRows, signal, 'interval'));

  queryRange = (
    { query, from, to, step }: RangeQuery,
    signal: AbortSignal,
    keepBody = false,
  ): Promise<Result<RangeAnswer>> =>
    this.#ask(
      'query_range',
      { query, start: inSeconds(from), end: inSeconds(to), step: inSeconds(step), ...always },
      signal,
      async (answer) => {
        // A copy: bytes that are decoded elsewhere are given away.
        const body = keepBody && answer.status === 200 ? bodyOf(answer) : undefined;
        const read = await this.#rows(matrixRows, signal)(answer);
        return read.ok && body !== undefined ? ok({ ...read.value, body }) : read;
      },
    );

  /** Calls that series keep the traces of; none where the backend keeps no exemplars. */
  exemplars = (
    { query, from, to }: Omit<RangeQuery, 'step'>,
    signal: AbortSignal,
  ): Promise<Result<readonly Exemplar[]>> =>
    this.#ask(
      'query_exemplars',
      { query, start: inSeconds(from), end: inSeconds(to) },
      signal,
      (answer) => decodeRows(answer, exemplarRows, this.#decodeAway, signal),
    );

  /** An answer to a range query that another window got. */
  decoded = (body: Uint8Array, signal: AbortSignal): Promise<Result<RangeAnswer>> =>
    this.#rows(matrixRows, signal, false)(answerWith(body));

  #instant(
    query: string,
    decoder: Decoder<MatrixRow>,
    signal: AbortSignal,
    subject: LookSubject,
  ): Promise<Result<RangeAnswer>> {
    const parameters = { query, time: inSeconds(this.now()), ...always };
    return this.#ask('query', parameters, signal, this.#rows(decoder, signal), subject);
  }

  #lastHour(match: string): Readonly<Record<string, string>> {
    const now = this.now();
    return { 'match[]': match, start: inSeconds(now - 3_600_000), end: inSeconds(now) };
  }

  #rows =
    (decoder: Decoder<MatrixRow>, signal: AbortSignal, own = true) =>
    async (answer: HttpAnswer): Promise<Result<RangeAnswer>> => {
      // Bytes that are decoded elsewhere are gone afterwards.
      const bytes = bytesOf(answer);
      const read = await decodeRows(answer, decoder, this.#decodeAway, signal);
      if (!read.ok) return read;
      const cost = read.value[0]?.cost;
      if (cost === undefined) return ok({ rows: read.value, bytes });
      if (own) this.meter.cost(cost);
      return ok({ rows: read.value.slice(1), bytes, cost });
    };

  async #ask<T>(
    path: string,
    parameters: Readonly<Record<string, string>>,
    signal: AbortSignal,
    read: (answer: HttpAnswer) => Result<T> | Promise<Result<T>>,
    subject?: LookSubject,
  ): Promise<Result<T>> {
    const look = subject === undefined ? undefined : this.#look;
    const question = { subject: subject ?? 'calls', text: questionText(path, parameters) };
    const known = await look?.find(question);
    if (known !== undefined) {
      this.#clock.learn(known.clockOffset, known.at);
      const result = await read(answerWith(known.body));
      // What can't be read, of whatever window, is asked for anew: it would fail from its copy as long as that is kept.
      if (result.ok || signal.aborted) return result;
    }
    await look?.renew();
    const headers = await this.#connection.headers();
    if (!headers.ok) return headers;
    const address = `${this.#connection.url}/api/v1/${path}`;
    const whole = this.#addressOf(path, parameters);
    const long = whole.length > longestAddress && this.takesLong;
    const answer = await (long
      ? this.#http.post(address, parameters, signal, headers.value)
      : this.#http.get(whole, signal, headers.value));
    if (!answer.ok) return answer;
    const { status, retryAfter } = answer.value;
    this.#clock.note(answer.value);
    if (retryAfter !== undefined && status >= 400) this.waitUntil = this.now() + retryAfter;
    // 400 and 422: the query's fault; 503: it was ended (timeout, too many samples). The server says which.
    const said = [400, 422, 503].includes(status)
      ? errorText(parsedJson(answer.value.text))
      : undefined;
    // A server of data, or a proxy before it, that takes short queries only.
    const tooLong = /too long/i.test(said ?? '');
    if (long && ([403, 404, 405, 413, 501].includes(status) || tooLong)) {
      // 403 and 404 have other reasons as well.
      this.#shortUntil = status === 403 || status === 404 ? this.now() + triedAgain : Infinity;
      if (!tooLong && whole.length <= longestTried)
        return this.#ask(path, parameters, signal, read, subject);
    }
    if (said !== undefined) return this.#withoutSent(refusal(status, said), headers.value);
    // A copy: bytes that are decoded elsewhere are given away.
    const body = look !== undefined && status === 200 ? bodyOf(answer.value) : undefined;
    const result = await read(answer.value);
    if (result.ok) this.answers += 1;
    // A gateway's page is no answer, whatever its status.
    if (result.ok && body !== undefined) await look?.add(question, body, this.clockOffset);
    return this.#withoutSent(result, headers.value);
  }

  #withoutSent<T>(result: Result<T>, headers: Readonly<Record<string, string>>): Result<T> {
    return withoutSent(result, headers, this.#connection.plainHeaders);
  }
}

/** Without its time. */
const questionText = (path: string, parameters: Readonly<Record<string, string>>): string =>
  JSON.stringify([
    path,
    Object.entries(parameters).filter(([name]) => !['start', 'end', 'time'].includes(name)),
  ]);

const bodyOf = ({ bytes, text }: HttpAnswer): Uint8Array =>
  bytes === undefined ? new TextEncoder().encode(text) : Uint8Array.from(bytes);

const answerWith = (bytes: Uint8Array): HttpAnswer => ({
  url: '',
  status: 200,
  contentType: 'application/json',
  bytes,
  get text() {
    return new TextDecoder().decode(bytes);
  },
});

const rowsOnly = (answer: Result<RangeAnswer>): Result<readonly MatrixRow[]> =>
  answer.ok ? ok(answer.value.rows) : answer;

const refusal = (status: number, said: string): Result<never> =>
  fail(
    tooMuch.test(said) ? 'tooLarge' : status === 503 ? 'timeout' : 'unsupported',
    `The backend refuses a query: ${asEnd(said)}`,
    'Choose a shorter window, or narrow the environment down with select in the setting prodlens.environments.',
  );

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
