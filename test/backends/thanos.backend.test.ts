import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ok } from '../../src/domain/result.ts';
import { growth } from '../../src/telemetry/prometheus/slots/growth.ts';
import { probe } from '../../src/telemetry/registry.ts';
import { askOnlyOperation, recordedSource, type OnlyOperation } from './onlyOperation.ts';
import { shopHistory } from './shopHistory.ts';
import { urlFrom } from './traceBackend.ts';
import { until } from './untilFound.ts';
import { growthOf, seriesOf, write } from './writtenHistory.ts';

const root = process.env['PRODLENS_ROOT'] ?? process.cwd();
const url = urlFrom('PRODLENS_TEST_PROMETHEUS');
const sidecars = JSON.parse(urlFrom('PRODLENS_TEST_THANOS_SIDECARS')) as readonly string[];
const frontend = urlFrom('PRODLENS_TEST_THANOS_FRONTEND');
const received = urlFrom('PRODLENS_TEST_THANOS_RECEIVED');

/** What is used here of scripts/backends/thanos.mjs. */
interface Scripts {
  readonly startThanosQuery: (
    folder: string,
    name: string,
    endpoints: readonly string[],
  ) => Promise<{ readonly url: string; stop(): Promise<void> }>;
}

const series = seriesOf(shopHistory(Math.floor(Date.now() / 60_000) * 60, 0).text);

/** What a window sees of a service that was written once. */
let shop: Promise<OnlyOperation> | undefined;
const writtenShop = (): Promise<OnlyOperation> => {
  shop ??= (async () => {
    await write(urlFrom('PRODLENS_TEST_THANOS_RECEIVE'), {}, series);
    // A store tells every few seconds of which time it has something.
    await until('what was written', async () => {
      const names = await fetch(`${received}/api/v1/label/service_name/values`);
      const { data } = (await names.json()) as { data: string[] };
      return data.includes('rules-shop') ? data : JSON.stringify(data);
    });
    const found = await askOnlyOperation(received);
    found.source.dispose();
    return found;
  })();
  return shop;
};

describe('a real Thanos that is written to', () => {
  it('has each call and error of what was written, every percentile in its bucket', async () => {
    const { numbers } = await writtenShop();
    const { from, to } = numbers.window;
    const isCalls = ({ __name__: name }: Readonly<Record<string, string>>): boolean =>
      name === 'traces_span_metrics_calls_total';
    const failed = 'STATUS_CODE_ERROR';
    assert.ok((numbers.total?.count ?? 0) > 0);
    assert.equal(numbers.total?.count, growthOf(series, from, to, isCalls));
    assert.equal(
      numbers.total.errors,
      growthOf(series, from, to, (one) => isCalls(one) && one['status_code'] === failed),
    );
    assert.deepEqual(
      numbers.releases.map(({ version }) => version),
      ['1.0.0'],
    );
    // Of seven calls that didn't fail two took up to 10 ms, three up to 50 ms, the last up to 500 ms.
    const { p50Ms, p95Ms } = numbers.total;
    assert.deepEqual([p50Ms?.low, p50Ms?.high, p95Ms?.low, p95Ms?.high], [10, 50, 100, 500]);
  });
});

describe('two replicas behind a real Thanos', () => {
  /** Calls of the last hour of the service `archive`, of which each replica has all. */
  const callsWith = async (
    parameters: Readonly<Record<string, string>>,
    at = url,
  ): Promise<number> => {
    const now = Number(urlFrom('PRODLENS_TEST_PROMETHEUS_HISTORY'));
    const query = new URLSearchParams({
      ...parameters,
      query: growth('archive_calls_total', ['instance="steady"'], ['instance'], 60_000, 3_600_000),
      ...{ start: String(now - 3_540), end: String(now), step: '60' },
    });
    const answer = await fetch(`${at}/api/v1/query_range?${query.toString()}`);
    const { data } = (await answer.json()) as { data: { result: { values: string[][] }[] } };
    return (data.result[0]?.values ?? []).reduce((sum, [, value]) => sum + Number(value), 0);
  };

  it('count once with the parameters of every question, and twice without', async () => {
    const { asked } = await writtenShop();
    const sent = asked
      .filter(({ pathname }) => /\/query(_range)?$/.test(pathname))
      .map(({ searchParams }) => {
        const [dedup = '', resolution = ''] = ['dedup', 'max_source_resolution'].map((name) =>
          searchParams.get(name),
        );
        return { dedup: dedup ?? '', max_source_resolution: resolution ?? '' };
      });
    const [parameters] = sent;
    assert.ok(parameters !== undefined && sent.length > 2);
    for (const one of sent) assert.deepEqual(one, { dedup: 'true', max_source_resolution: '0s' });
    assert.equal(await callsWith(parameters), 60 * 4);
    assert.equal(await callsWith({ ...parameters, dedup: 'false' }), 2 * 60 * 4);
    assert.equal(await callsWith(parameters, frontend), 60 * 4);
  });

  it('are found behind a query-frontend as well', async () => {
    const found = await probe(
      frontend,
      { headers: () => Promise.resolve(ok({})) },
      new AbortController().signal,
    );
    assert.ok(found.ok, JSON.stringify(found));
    assert.deepEqual(
      found.value.map(({ kind, url: at, version }) => [kind, at, version]),
      [['prometheus', frontend, '0.42.2']],
    );
  });
});

describe('a real Thanos of which a store is away', () => {
  let folder: string;
  let query: Awaited<ReturnType<Scripts['startThanosQuery']>>;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'prodlens-thanos-'));
    const { startThanosQuery } = (await import(
      pathToFileURL(path.join(root, 'scripts/backends/thanos.mjs')).href
    )) as Scripts;
    const [there = ''] = sidecars;
    // Port 9 of this machine (discard) is nobody's.
    query = await startThanosQuery(folder, 'query-partial', [there, '127.0.0.1:9']);
  });
  after(async () => {
    await query.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  it('answers with a part, of which no numbers are made', async () => {
    const { source } = recordedSource(query.url);
    const answer = await source.services();
    source.dispose();
    assert.ok(!answer.ok);
    assert.equal(answer.failure.reason, 'unreachable');
    assert.match(answer.failure.message, /^The backend answers with a part of the data only: /);
    assert.match(answer.failure.remedy ?? '', /a part of it doesn’t answer/);
  });
});
