import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { ok } from '../../src/domain/result.ts';
import { milliseconds } from '../../src/domain/units.ts';
import type { BackendMetrics } from '../../src/telemetry/backend.ts';
import { createPrometheusSource } from '../../src/telemetry/prometheus/source.ts';
import { RecordingProxy } from './recordingProxy.ts';
import { SpanMetricsExporter } from './spanMetricsExporter.ts';
import { sourcePorts } from './sourcePorts.ts';

const url = process.env['PRODLENS_TEST_PROMETHEUS'] ?? '';
const targets = process.env['PRODLENS_TEST_PROMETHEUS_TARGETS'] ?? '';
const never = new AbortController().signal;
const minute = 60_000;
/** Slots of a backend that is sampled each second, and how often they are asked for here. */
const slot = 10_000;
const refresh = 1_000;

describe('requests to a real Prometheus', function () {
  this.timeout(240_000);
  const shop = new SpanMetricsExporter({ service_name: 'budget-shop', service_version: '1.0.0' });
  const proxy = new RecordingProxy(url);
  const names = Array.from({ length: 60 }, (_, i) => `GET /budget/${i}`);
  const sources: BackendMetrics[] = [];
  let address: string;
  let calling: NodeJS.Timeout;

  const open = (): BackendMetrics => {
    const source = createPrometheusSource(
      {
        kind: 'prometheus',
        url: address,
        select: {},
        environment: 'test',
        headers: () => Promise.resolve(ok({})),
      },
      sourcePorts({ refreshEvery: () => milliseconds(refresh) }),
    );
    sources.push(source);
    return source;
  };
  const operationsOf = (source: BackendMetrics) =>
    source.operations().filter(({ service }) => service === 'budget-shop');
  const ask = async (source: BackendMetrics, window: number, most = Infinity) => {
    const answer = await source.numbers(
      {
        groups: operationsOf(source)
          .slice(0, most)
          .map(({ id, service }) => ({ key: id, service, operations: [id] })),
        window: milliseconds(window),
        seriesPoints: 30,
      },
      never,
    );
    assert.ok(answer.ok, JSON.stringify(answer));
    return answer.value;
  };

  before(async () => {
    address = await proxy.start();
    const call = (): void => {
      for (const name of names) shop.calls(name, 'UNSET', [3, 30, 300]);
    };
    call();
    calling = setInterval(call, 500);
    writeFileSync(targets, JSON.stringify([{ targets: [await shop.start()] }]));
    const look = open();
    const end = Date.now() + 90_000;
    for (;;) {
      assert.ok(Date.now() < end, 'the service was not found');
      await delay(500);
      look.retry();
      await look.services(never);
      const services = look.report()['services'] as {
        readonly service: string;
        readonly sampleIntervalMs: number;
      }[];
      // It takes a few samples to see how often they are taken.
      const known = services.find(({ service }) => service === 'budget-shop');
      if (known !== undefined && known.sampleIntervalMs < 2_000) break;
    }
  });
  after(async () => {
    clearInterval(calling);
    for (const source of sources) source.dispose();
    writeFileSync(targets, '[]');
    await shop.stop();
    proxy.stop();
  });

  for (const [title, window] of [
    ['5 minutes', 5 * minute],
    ['1 hour', 60 * minute],
    ['24 hours', 24 * 60 * minute],
  ] as const)
    it(`are two per refresh at a window of ${title}, each for what is new alone`, async () => {
      const source = open();
      await source.services(never);
      // Until calls of all have been seen in a slot that is over.
      const end = Date.now() + 60_000;
      for (;;) {
        const seen = await ask(source, window);
        if (seen.length === names.length && seen.every(({ total }) => total !== undefined)) break;
        assert.ok(Date.now() < end, 'calls were not seen');
        await delay(refresh);
      }
      for (let round = 0; round < 3; round += 1) {
        const before = proxy.asked.length;
        const slots = Math.floor(Date.now() / slot);
        // The next slot has ended, and what belongs to it has settled.
        await delay(slot - (Date.now() % slot) + 3_500);
        await ask(source, window);
        // Everything that is open at once, and again: sparklines, shorter windows, states, a few tabs.
        for (let again = 0; again < 20; again += 1) {
          await ask(source, 5 * minute, again);
          await source.services(never);
        }
        const ended = Math.floor(Date.now() / slot) - slots;
        const { calls, buckets } = proxy.ranges(before);
        const others = proxy.asked.slice(before).length - calls.length - buckets.length;
        assert.ok(calls.length >= 1 && calls.length <= ended, `${calls.length} for calls`);
        assert.ok(buckets.length <= ended, `${buckets.length} for durations`);
        assert.equal(others, 0, 'looked at the backend again');
        for (const { parameters, at } of [...calls, ...buckets]) {
          const from = Number(parameters.get('start')) * 1000;
          assert.ok(at - from < 100_000, `asked for ${Math.round((at - from) / 1000)} s`);
        }
      }
      const perMinute = source.report()['perMinute'] as Record<string, number>;
      assert.ok((perMinute['samples'] ?? 0) > 0, 'the cost was not told');
    });
});
