import assert from 'node:assert/strict';
import { askOnlyOperation, rangesOf } from './onlyOperation.ts';
import { shopHistory } from './shopHistory.ts';
import { until } from './untilFound.ts';
import { seriesOf, type WrittenSeries } from './writtenHistory.ts';

/** How many calls `liveShop` has a minute: three instances, four samples each, seven calls between two of them. */
const perMinute = 3 * 4 * 7;
/** Long enough for two slots that can be recorded. */
const window = 150_000;

/** Traffic that goes on for ten minutes from now, written ahead of time; before, a restart and failures, as `shopHistory` has them. */
export function liveShop(): readonly WrittenSeries[] {
  const minute = 60;
  const now = Math.floor(Date.now() / 60_000) * minute;
  // Its traffic ends ten minutes before the moment it is given.
  return seriesOf(shopHistory(now + 19 * minute, -10 * minute).text);
}

/**
 * Waits until a window is answered from recorded series alone, and checks that its numbers are those of the traffic. Takes some minutes: rules
 * are evaluated each minute.
 *
 * @param url of a backend that has `liveShop` and nothing else, and evaluates the rules that were written for it
 */
export async function assertRulesInUse(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const look = async () => {
    const found = await askOnlyOperation(url, headers, window);
    found.source.dispose();
    const ranges = rangesOf(found.asked);
    const isRecorded = ranges.length > 0 && ranges.every((query) => query.includes('prodlens:'));
    return isRecorded && (found.numbers.total?.count ?? 0) > 0
      ? { numbers: found.numbers, queries: ranges }
      : JSON.stringify([ranges, found.numbers.total?.count]);
  };
  const { numbers, queries } = await until('recorded series in use', look, 300_000);
  assert.ok(queries.length >= 2, 'calls and durations');
  // Whole minutes, of which there are one or two.
  assert.ok([1, 2].includes((numbers.total?.count ?? 0) / perMinute), `${numbers.total?.count}`);
  assert.equal(numbers.total?.errors, 0);
  const { p50Ms, p95Ms } = numbers.total ?? {};
  assert.deepEqual([p50Ms?.low, p50Ms?.high, p95Ms?.low, p95Ms?.high], [10, 50, 100, 500]);
}
