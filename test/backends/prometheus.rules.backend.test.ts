import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { stringify } from 'yaml';
import type { FunctionNumbers } from '../../src/domain/stats.ts';
import { askOnlyOperation, rangesOf } from './onlyOperation.ts';
import { shopHistory } from './shopHistory.ts';

const root = process.env['PRODLENS_ROOT'] ?? process.cwd();

/** What is used here of scripts/backends/prometheus.mjs. */
interface Scripts {
  readonly promtool: (args: readonly string[]) => Promise<string>;
  readonly startPrometheus2: (
    folder: string,
    options: { readonly data: string },
  ) => Promise<{ readonly url: string; stop(): Promise<void> }>;
}

describe('recording rules on a real Prometheus', function () {
  this.timeout(180_000);
  const now = Math.floor(Date.now() / 60_000) * 60;
  // Ahead of now, so that the newest slot is recorded as well, however long this takes.
  const ahead = 15 * 60;
  const history = shopHistory(now, ahead);
  let folder: string;
  let data: string;
  let scripts: Scripts;
  let server: Awaited<ReturnType<Scripts['startPrometheus2']>>;
  let raw: FunctionNumbers;
  let rules: string;

  const restart = async (): Promise<void> => {
    await server.stop();
    server = await scripts.startPrometheus2(folder, { data });
  };

  before(async () => {
    scripts = (await import(
      pathToFileURL(path.join(root, 'scripts/backends/prometheus.mjs')).href
    )) as Scripts;
    folder = await mkdtemp(path.join(tmpdir(), 'prodlens-rules-'));
    data = path.join(folder, 'data');
    await mkdir(data);
    const file = path.join(folder, 'history.txt');
    await writeFile(file, history.text);
    await scripts.promtool(['tsdb', 'create-blocks-from', 'openmetrics', file, data]);
    server = await scripts.startPrometheus2(folder, { data });
  });
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  it('are written for what the backend has, and promtool takes them', async () => {
    const { source, numbers } = await askOnlyOperation(server.url);
    raw = numbers;
    assert.equal(raw.total?.count, history.calls);
    assert.equal(raw.total.errors, history.errors);
    const written = await source.recordingRules(new AbortController().signal);
    source.dispose();
    assert.ok(written.ok, JSON.stringify(written));
    rules = written.value;
    const file = path.join(folder, 'rules.yaml');
    await writeFile(file, rules);
    assert.match(await scripts.promtool(['check', 'rules', file]), /SUCCESS: 2 rules found/);
  });

  it('record each minute’s growth and mark it as recorded in the same evaluation', async () => {
    const labels =
      'service_name="s",span_name="n",span_kind="SPAN_KIND_SERVER",service_version="1",status_code="STATUS_CODE_UNSET"';
    const test = {
      rule_files: ['rules.yaml'],
      evaluation_interval: '1m',
      tests: [
        {
          interval: '15s',
          input_series: [
            {
              series: `traces_span_metrics_calls_total{${labels},instance="a"}`,
              values: '0+4x59 0+1x20',
            },
            {
              series: `traces_span_metrics_calls_total{${labels},instance="b"}`,
              values: '7+0x79',
            },
          ],
          promql_expr_test: [
            {
              expr: 'sum(prodlens:traces_span_metrics_calls_total:growth1m{prodlens_of=""})',
              eval_time: '10m',
              exp_samples: [{ labels: '{}', value: 16 }],
            },
            {
              // The restart at 15 minutes: 0 1 2 …, of which the minute that was recorded at 16 saw 2.
              expr: 'sum(sum_over_time(prodlens:traces_span_metrics_calls_total:growth1m{prodlens_of=""}[239999ms]))',
              eval_time: '19m',
              exp_samples: [{ labels: '{}', value: 2 + 3 * 4 }],
            },
            {
              expr: 'sum by (prodlens_of) (sum_over_time(prodlens:traces_span_metrics_calls_total:growth1m{prodlens_of!=""}[299999ms]))',
              eval_time: '12m',
              exp_samples: [
                {
                  labels: '{prodlens_of="prodlens:traces_span_metrics_calls_total:growth1m"}',
                  value: 5,
                },
              ],
            },
          ],
        },
      ],
    };
    const file = path.join(folder, 'rules.test.yaml');
    await writeFile(file, stringify(test));
    assert.match(await scripts.promtool(['test', 'rules', file]), /SUCCESS/);
  });

  it('answer with the numbers that the metrics themselves have', async () => {
    await record();
    const { source, numbers, asked } = await askOnlyOperation(server.url);
    source.dispose();
    const queries = rangesOf(asked);
    assert.ok(queries.length > 0);
    assert.deepEqual(
      queries.filter((query) => !query.includes('prodlens:')),
      [],
    );
    // Rules are evaluated at a second of their own: what a restarting process counted since the one before is lost.
    const lost = history.calls - (numbers.total?.count ?? 0);
    assert.ok(lost >= 0 && lost < 4 * 7, `${lost} calls are missing`);
    assert.equal(numbers.total?.errors, history.errors);
    const [exact = 0, recorded = 0] = [raw.total?.p95Ms?.value, numbers.total.p95Ms?.value];
    assert.ok(Math.abs(exact - recorded) < exact / 1000, `${exact} became ${recorded}`);
    assert.deepEqual(
      numbers.releases.map(({ version }) => version),
      ['1.0.0'],
    );
    const p95 = 0.95 * (history.calls - history.errors);
    const [bound] = [...history.atMost].find(([, n]) => n >= p95) ?? [];
    assert.equal(numbers.total.p95Ms?.high, Number(bound));
  });

  /** What the ruler would have written. */
  async function record(): Promise<void> {
    await scripts.promtool([
      ...['tsdb', 'create-blocks-from', 'rules'],
      ...[`--start=${now - 2 * 3600}`, `--end=${now + ahead}`, `--url=${server.url}`],
      ...[`--output-dir=${data}`, '--eval-interval=1m', path.join(folder, 'rules.yaml')],
    ]);
    await restart();
  }
});
