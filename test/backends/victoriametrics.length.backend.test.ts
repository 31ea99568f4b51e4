import assert from 'node:assert/strict';
import { ok } from '../../src/domain/result.ts';
import { milliseconds } from '../../src/domain/units.ts';
import { createPrometheusSource } from '../../src/telemetry/prometheus/source.ts';
import { scrapeOnly, until, url } from './realPrometheus.ts';
import { RecordingProxy } from './recordingProxy.ts';
import { SpanMetricsExporter } from './spanMetricsExporter.ts';
import { sourcePorts } from './sourcePorts.ts';

const never = new AbortController().signal;
/** What VictoriaMetrics takes of a query by default (`-search.maxQueryLen`), bytes. */
const longest = 16 * 1024;

describe('queries that are too long for a real VictoriaMetrics', function () {
  this.timeout(120_000);
  const shop = new SpanMetricsExporter({ service_name: 'long-shop', service_version: '1.0.0' });
  const names = Array.from({ length: 220 }, (_, i) => `GET /a/rather/long/route/of/the/shop/${i}`);
  const proxy = new RecordingProxy(url);
  let calling: NodeJS.Timeout;

  before(async () => {
    assert.notEqual(url, '', 'run through scripts/test-backends.mjs');
    const call = (): void => {
      for (const name of names) shop.calls(name, 'UNSET', [3, 30, 300]);
    };
    call();
    calling = setInterval(call, 1_000);
    scrapeOnly([await shop.start()]);
  });
  after(async () => {
    clearInterval(calling);
    scrapeOnly([]);
    await shop.stop();
    proxy.stop();
  });

  it('are asked without narrowing, and not tried at every refresh', async () => {
    const source = createPrometheusSource(
      {
        kind: 'prometheus',
        url: await proxy.start(),
        select: {},
        environment: 'test',
        headers: () => Promise.resolve(ok({})),
      },
      sourcePorts(),
    );
    const timed = await until('percentiles of all operations', async () => {
      await source.services(never);
      const groups = source
        .operations()
        .filter(({ service }) => service === 'long-shop')
        .map(({ id, service }) => ({ key: id, service, operations: [id] }));
      if (groups.length < names.length) {
        source.retry();
        return undefined;
      }
      const answer = await source.numbers(
        { groups, window: milliseconds(300_000), seriesPoints: 0 },
        never,
      );
      assert.ok(answer.ok, JSON.stringify(answer));
      const all = answer.value.filter(({ total }) => total?.p95Ms !== undefined);
      return all.length === names.length ? all : undefined;
    });
    assert.equal(timed.length, names.length);
    const lengths = proxy
      .ranges()
      .buckets.map(({ parameters }) => (parameters.get('query') ?? '').length);
    const refused = lengths.filter((length) => length > longest);
    assert.ok(refused.length >= 1, 'no query was as long as that');
    assert.equal(lengths.lastIndexOf(Math.max(...lengths)), 0, lengths.join());
    assert.ok(
      lengths.slice(1).every((length) => length < longest),
      lengths.join(),
    );
    source.dispose();
  });
});
