import { setTimeout as delay } from 'node:timers/promises';

const DEFAULT_TIMEOUT_MS = 30_000;
const POLL_MS = 50;

/**
 * Asks until the answer is neither undefined nor false. For what has no event to wait for: the screen and the process table.
 *
 * @param what named in the error
 * @param seen what is there instead, asked only when the time is over and told in the error
 * @throws Error after `timeoutMs`, with the last error of `ask` if there was one
 */
export async function waitUntil<T>(
  what: string,
  ask: () => T | Promise<T>,
  timeoutMs: number = DEFAULT_TIMEOUT_MS,
  seen?: () => unknown,
): Promise<Exclude<T, undefined | false>> {
  const deadline = performance.now() + timeoutMs;
  let lastError: unknown;
  for (;;) {
    try {
      const answer = await ask();
      lastError = undefined;
      if (answer !== undefined && answer !== false) return answer as Exclude<T, undefined | false>;
    } catch (error) {
      lastError = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`waited ${timeoutMs} ms for ${what}${await instead(seen)}`, {
        cause: lastError,
      });
    }
    await delay(POLL_MS);
  }
}

async function instead(seen: (() => unknown) | undefined): Promise<string> {
  if (seen === undefined) return '';
  try {
    const answer: unknown = await seen();
    return `; seen: ${typeof answer === 'string' ? answer : JSON.stringify(answer)}`;
  } catch (error) {
    return `; what is there can't be read (${String(error).split('\n')[0]})`;
  }
}
