import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createExchange } from '../../src/http/exchange.ts';
import { TempoApi } from '../../src/telemetry/tempo/api.ts';
import { tempoCounts } from '../../src/telemetry/tempo/counts.ts';
import { createTempoSource } from '../../src/telemetry/tempo/traceSource.ts';
import { asOtlp, sampleTraffic } from './sampleTraffic.ts';
import { describeTraceBackend, post, urlFrom } from './traceBackend.ts';

const url = urlFrom('PRODLENS_TEST_TEMPO');
const send = (traces: Parameters<typeof asOtlp>[0]): Promise<void> =>
  post(`${urlFrom('PRODLENS_TEST_TEMPO_OTLP')}/v1/traces`, asOtlp(traces));

describeTraceBackend({
  name: 'Grafana Tempo',
  url: () => url,
  create: createTempoSource,
  send,
});

describe('TraceQL metrics of a Grafana Tempo', function () {
  this.timeout(180_000);
  const never = new AbortController().signal;
  const service = `Counted-${randomBytes(4).toString('hex')}`;
  const counts = tempoCounts(
    new TempoApi({
      connection: { url, headers: () => Promise.resolve({ ok: true, value: {} }) },
      exchange: createExchange({ timeout: 30_000, maxBytes: 16_000_000 }),
      now: () => Date.now(),
    }),
  );
  const step = 10_000;
  const select = { 'deployment.environment.name': 'production' };

  it('count each request once, in the slot in which it began and the bucket of its duration', async () => {
    const traffic = sampleTraffic(service, 40, Date.now());
    await send(traffic);
    const sent = traffic.filter(({ environment }) => environment === 'production');
    const startOf = ({ spans }: (typeof sent)[number]): number => (spans[0]?.start ?? 0) / 1000;
    const starts = sent.map(startOf);
    const from = Math.floor((Math.min(...starts) - step) / step) * step;
    const to = Math.ceil((Math.max(...starts) + step) / step) * step;
    const stretch = { service, namespace: 'acme', select, from, to };
    const until = Date.now() + 120_000;
    for (;;) {
      const rows = await counts.calls({ ...stretch, step }, never);
      assert.ok(rows.ok, JSON.stringify(rows));
      const seen = rows.value.flatMap(({ labels, slots }) =>
        slots.flatMap(({ at, histogram }) =>
          histogram.buckets().map(({ low, high, count }) => ({ labels, at, low, high, count })),
        ),
      );
      if (seen.reduce((sum, { count }) => sum + count, 0) < sent.length && Date.now() < until) {
        await delay(1_000);
        continue;
      }
      const expected = new Map<string, number>();
      for (const trace of sent) {
        const at = Math.ceil(startOf(trace) / step) * step;
        const high = 2 ** Math.ceil(Math.log2(trace.milliseconds * 1e6)) / 1e6;
        const key = JSON.stringify([
          `GET ${trace.route}`,
          trace.failed,
          trace.failed ? '500' : '200',
          trace.version,
          at,
          high,
        ]);
        expected.set(key, (expected.get(key) ?? 0) + 1);
      }
      const counted = seen.map(({ labels, at, high, count }) => [
        JSON.stringify([
          labels.name,
          labels.status === 'error',
          labels.code,
          labels.version,
          at,
          high,
        ]),
        count,
      ]);
      assert.deepEqual(Object.fromEntries(counted), Object.fromEntries(expected));
      break;
    }
    const listed = await counts.listed(stretch, never);
    assert.ok(listed.ok, JSON.stringify(listed));
    assert.deepEqual(
      [listed.value.starts.length, listed.value.all, listed.value.mixed],
      [sent.length, true, false],
    );
  });
});
