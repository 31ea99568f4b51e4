import assert from 'node:assert/strict';
import type { BackendMetrics } from '../../src/telemetry/backend.ts';
import { historyText, startWithHistory, type CounterHistory } from './historyServer.ts';
import { sourceAt } from './realPrometheus.ts';
import { numbersOf } from './onlyOperation.ts';

const never = new AbortController().signal;
const minute = 60;
const hour = 60 * minute;

describe('a process that comes back to a Prometheus after more than a day', function () {
  this.timeout(120_000);
  const now = Math.floor(Date.now() / 60_000) * minute;
  const end = now + 15 * minute;
  const back = now - 20 * minute;
  /** A call each fifteen seconds. */
  const samples = (from: number, to: number, first: number): [number, number][] => {
    const all: [number, number][] = [];
    for (let at = from; at <= to; at += 15) all.push([at, first + (at - from) / 15]);
    return all;
  };
  const series = (instance: string, status: string, all: [number, number][]): CounterHistory => ({
    labels: {
      service_name: 'shop',
      span_name: 'GET /orders',
      span_kind: 'SPAN_KIND_SERVER',
      status_code: `STATUS_CODE_${status}`,
      service_version: '1',
      instance,
    },
    samples: all,
  });
  let server: Awaited<ReturnType<typeof startWithHistory>>;
  let source: BackendMetrics;

  before(async () => {
    const before = now - 33 * hour;
    server = await startWithHistory(
      historyText({
        traces_span_metrics_calls_total: [
          series('steady', 'UNSET', samples(now - 4 * hour, end, 0)),
          series('returning', 'UNSET', [
            ...samples(before, before + 3 * hour, 9_000),
            ...samples(back, end, 20_000),
          ]),
          // Its errors come back with it, and are few.
          series('returning', 'ERROR', [
            ...samples(before, before + 3 * hour, 0).map(([at]): [number, number] => [at, 7]),
            ...samples(back, end, 0).map(([at]): [number, number] => [at, 7]),
          ]),
          // Began anew: what it has is of now, though its errors are more than they were.
          series('anew', 'UNSET', [
            ...samples(before, before + 3 * hour, 30_000),
            ...samples(back, end, 200),
          ]),
          series('anew', 'ERROR', [
            ...samples(before, before + 3 * hour, 0).map(([at]): [number, number] => [at, 2]),
            ...samples(back, end, 0).map(([at]): [number, number] => [at, 5]),
          ]),
          // As much at once as only an old one seems to have, and new all the same.
          series('burst', 'UNSET', [
            ...samples(back + 5 * minute, end, 0).map(([at]): [number, number] => [at, 500]),
          ]),
          series('burst', 'ERROR', [
            ...samples(back, end, 0).map(([at]): [number, number] => [at, 3]),
          ]),
        ],
      }),
    );
    source = sourceAt(server.url(), {});
  });
  after(async () => {
    source.dispose();
    await server.stop();
  });

  it('brings nothing of its past, while new ones, and one that began anew, count whole', async () => {
    await source.services(never);
    const [operation] = source.operations();
    assert.ok(operation !== undefined);
    const { total, window } = await numbersOf(source, operation, 3_600_000);
    const to = window.to / 1000;
    // Slots end at whole minutes.
    const last = Math.floor((to - 3) / minute) * minute;
    const steady = (last - (now - hour)) / 15;
    const returning = (last - (Math.floor(back / minute) * minute + minute)) / 15;
    const anew = (last - back) / 15 + 200;
    const { count = 0, errors } = total ?? {};
    assert.equal(errors, 3 + 5);
    assert.ok(
      Math.abs(count - (steady + returning + anew + 500 + 3 + 5)) <= 12,
      `${count} of ${steady} + ${returning} + ${anew} + 508`,
    );
  });
});
