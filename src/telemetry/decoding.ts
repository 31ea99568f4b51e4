import type { Result } from '../domain/result.ts';
import { jsonOf, refusalOf } from '../http/answerFailure.ts';
import type { HttpAnswer } from '../http/exchange.ts';
import type { DecodeAway } from './decodeContract.ts';

/** How an adapter reads rows out of the JSON of an answer. What may be large is listed in decoders.ts. */
export interface Decoder<T> {
  /** Unique, for example `prometheus.matrix`. */
  readonly name: string;
  /** Plain data only: rows cross from one thread to another. */
  readonly read: (json: unknown) => Result<readonly T[]>;
}

/** Bytes of an answer that takes a few milliseconds to parse and to read; more are decoded away from the extension host. */
export const largeAnswer = 128 * 1024;

/** The rows of a 2xx answer. */
export async function decodeRows<T>(
  answer: HttpAnswer,
  decoder: Decoder<T>,
  away: DecodeAway | undefined,
  signal: AbortSignal,
): Promise<Result<readonly T[]>> {
  const { bytes } = answer;
  if (away === undefined || bytes === undefined || bytes.byteLength < largeAnswer) {
    const json = jsonOf(answer);
    return json.ok ? decoder.read(json.value) : json;
  }
  const refusal = refusalOf(answer);
  if (refusal !== undefined) return refusal;
  return (await away(decoder.name, bytes, signal)) as Result<readonly T[]>;
}
