import type { Result } from '../../domain/result.ts';
import { ok } from '../../domain/result.ts';

/** Requests at a time. */
const atOnce = 6;

/**
 * Asks for each, a few at a time. What is too large to be had is undefined in the answer: the others are of use without it. Any
 * other failure ends it.
 */
export async function inTurns<T, R>(
  all: readonly T[],
  ask: (one: T) => Promise<Result<R>>,
): Promise<Result<readonly (R | undefined)[]>> {
  const answered: (R | undefined)[] = [];
  for (let at = 0; at < all.length; at += atOnce) {
    for (const answer of await Promise.all(all.slice(at, at + atOnce).map(ask)))
      if (answer.ok) answered.push(answer.value);
      else if (answer.failure.reason === 'tooLarge') answered.push(undefined);
      else return answer;
  }
  return ok(answered);
}
