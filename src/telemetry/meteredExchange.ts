import type { Result } from '../domain/result.ts';
import type { FormExchange, HttpAnswer } from '../http/exchange.ts';
import type { Meter } from './meter.ts';

export const bytesOf = ({ bytes, text }: HttpAnswer): number => bytes?.byteLength ?? text.length;

/** An exchange whose requests and answers are counted. */
export function meteredExchange(exchange: FormExchange, meter: Meter): FormExchange {
  const counted = async (asked: Promise<Result<HttpAnswer>>): Promise<Result<HttpAnswer>> => {
    meter.request();
    const answer = await asked;
    if (answer.ok) meter.received(bytesOf(answer.value));
    return answer;
  };
  return {
    get: (...question) => counted(exchange.get(...question)),
    post: (...question) => counted(exchange.post(...question)),
  };
}
