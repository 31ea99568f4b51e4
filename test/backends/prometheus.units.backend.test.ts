import assert from 'node:assert/strict';
import { milliseconds } from '../../src/domain/units.ts';
import type { BackendMetrics } from '../../src/telemetry/backend.ts';
import {
  historyText,
  startWithHistory,
  type CounterHistory,
  type HistoryServer,
  type Labels,
} from './historyServer.ts';
import { sourceAt } from './realPrometheus.ts';

const never = new AbortController().signal;

describe('durations on a real Prometheus whose names tell no unit', function () {
  this.timeout(120_000);
  const now = Math.floor(Date.now() / 60_000) * 60;
  const span = {
    service_name: 'shop',
    span_name: 'GET /orders',
    span_kind: 'SPAN_KIND_SERVER',
    status_code: 'STATUS_CODE_UNSET',
    service_version: '1',
  };
  const counter = (labels: Labels): CounterHistory => {
    const samples: [number, number][] = [];
    for (let at = now - 7_200; at <= now + 900; at += 15)
      samples.push([at, (at - now + 7_200) / 15]);
    return { labels: { ...span, ...labels }, samples };
  };
  let server: HistoryServer;

  before(async () => {
    server = await startWithHistory(
      historyText({
        calls_total: [counter({})],
        // 0.3 may be seconds or milliseconds: not one of the connector's own boundaries.
        duration_bucket: [counter({ le: '0.3' }), counter({ le: '+Inf' })],
      }),
    );
  });
  after(() => server.stop());

  const ask = async (source: BackendMetrics) => {
    await source.services(never);
    const [operation] = source.operations();
    assert.ok(operation !== undefined);
    const groups = [{ key: 'f', service: operation.service, operations: [operation.id] }];
    const window = milliseconds(1_800_000);
    const answer = await source.numbers({ groups, window, seriesPoints: 0 }, never);
    const services = await source.services(never);
    source.dispose();
    assert.ok(answer.ok && services.ok);
    return {
      total: answer.value[0]?.total,
      warnings: services.value.flatMap((service) => service.warnings).join('\n'),
    };
  };

  it('have no percentiles, which is said with what is missing', async () => {
    const { total, warnings } = await ask(sourceAt(server.url(), {}));
    assert.ok((total?.count ?? 0) > 100);
    assert.equal(total?.p50Ms, undefined);
    assert.match(warnings, /duration_bucket is in seconds or milliseconds/);
    assert.match(warnings, /add_metric_suffixes/);
  });

  it('have them where a person says the unit', async () => {
    const conventions = [
      {
        name: 'mine',
        calls: 'calls_total',
        durations: 'duration',
        unit: 's',
        labels: { operation: 'span_name', kind: 'span_kind' },
      },
    ];
    const { total, warnings } = await ask(sourceAt(server.url(), {}, { conventions }));
    assert.deepEqual([total?.p50Ms?.low, total?.p50Ms?.high], [0, 300]);
    assert.doesNotMatch(warnings, /seconds or milliseconds/);
  });
});
