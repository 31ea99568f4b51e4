import assert from 'node:assert/strict';
import type { ServiceKey } from '../../src/domain/service.ts';
import { milliseconds } from '../../src/domain/units.ts';
import { recordedPrometheus } from '../unit/faults/prometheusBackend.ts';
import { scrapeOnly, sourceAt, until, url } from './realPrometheus.ts';
import { describeRecordings } from './recordedAnswers.ts';
import { SpanMetricsExporter } from './spanMetricsExporter.ts';

const never = new AbortController().signal;
const { service } = recordedPrometheus;
const shop = new SpanMetricsExporter({ service_name: service, service_version: '1.4.2' });

const serve = (): void => {
  shop.calls('GET /orders/:id', 'UNSET', [10, 20, 30]);
  shop.calls('GET /orders/:id', 'ERROR', [20_000]);
};

describeRecordings({
  kind: 'prometheus',
  url: () => url,
  async send() {
    scrapeOnly([await shop.start()]);
    serve();
    const known = shop.scrapes.length;
    await until('scrapes', () => Promise.resolve(shop.scrapes[known + 4]));
  },
  async end() {
    scrapeOnly([]);
    await shop.stop();
  },
  imitations: [{ backend: recordedPrometheus, url: () => url, drive: askForNumbers }],
});

async function askForNumbers(address: string): Promise<void> {
  const source = sourceAt(address, {});
  try {
    // It takes a few samples to see how often they are taken.
    await until('the service and its sample interval', async () => {
      source.retry();
      await source.services(never);
      const report = JSON.stringify(source.report());
      return report.includes('"sampleIntervalMs":1') && !report.includes('15000')
        ? true
        : undefined;
    });
    const operations = source.operations().filter((one) => one.service === service);
    const groups = [
      { key: 'f', service: service as ServiceKey, operations: operations.map(({ id }) => id) },
    ];
    const query = { groups, window: milliseconds(300_000), seriesPoints: 0 };
    await until('its calls', async () => {
      serve();
      const numbers = await source.numbers(query, never);
      assert.ok(numbers.ok, JSON.stringify(numbers));
      const { count, p50Ms } = numbers.value[0]?.total ?? {};
      return count !== undefined && count > 0 && p50Ms !== undefined ? true : undefined;
    });
  } finally {
    source.dispose();
  }
}
