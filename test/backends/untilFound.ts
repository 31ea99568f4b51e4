import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

/** @param look what is waited for, or why it isn’t there */
export async function until<T>(
  what: string,
  look: () => Promise<T | string>,
  patience = 100_000,
): Promise<T> {
  let reason = '';
  const end = Date.now() + patience;
  while (Date.now() < end) {
    const found = await look();
    if (typeof found !== 'string') return found;
    reason = found;
    await delay(500);
  }
  assert.fail(`waited in vain for ${what}: ${reason.slice(0, 2_000)}`);
}
