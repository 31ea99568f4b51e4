import type { Result } from '../domain/result.ts';
import { fail } from '../domain/result.ts';
import { statusFailure } from '../http/answerFailure.ts';
import type { FormExchange, HttpAnswer } from '../http/exchange.ts';
import { FailurePause } from './failurePause.ts';

/** So many failures one after the other show that a backend is down; fewer may be a query's or a moment's. */
const mostFailures = 3;

/**
 * A connection that fails again and again isn't asked for a while, longer and longer: whoever asks gets the last failure at once. One
 * question after the pause shows whether it is back. `Retry-After` is respected from the first time on.
 */
export function circuitBreaker(exchange: FormExchange, now: () => number): FormExchange {
  const pause = new FailurePause();
  let failures = 0;

  const guarded = async (ask: () => Promise<Result<HttpAnswer>>): Promise<Result<HttpAnswer>> => {
    const open = pause.at(now());
    if (open !== undefined)
      return fail(open.reason, open.message, `It is asked again soon. ${open.remedy ?? ''}`.trim());
    const answer = await ask();
    const failure = failureOf(answer);
    if (failure === undefined) {
      failures = 0;
      pause.succeeded();
      return answer;
    }
    if (failure.reason === 'aborted') return answer;
    failures += 1;
    const wait = answer.ok ? (answer.value.retryAfter ?? 0) : 0;
    if (failures >= mostFailures || wait > 0)
      pause.failed(failure, now(), wait === 0 ? 0 : now() + wait);
    return answer;
  };
  return {
    get: (...question) => guarded(() => exchange.get(...question)),
    post: (...question) => guarded(() => exchange.post(...question)),
  };
}

/** What says something of the backend and not of the question. */
function failureOf(answer: Result<HttpAnswer>) {
  if (!answer.ok)
    return ['unreachable', 'timeout', 'aborted'].includes(answer.failure.reason)
      ? answer.failure
      : undefined;
  const { status } = answer.value;
  // 501: it doesn't do what was asked for, and is well.
  if ((status < 500 && status !== 429) || status === 501) return undefined;
  return statusFailure(answer.value).failure;
}
