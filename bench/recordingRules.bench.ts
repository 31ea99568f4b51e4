// What a refresh costs a real Prometheus 2.42 with 200,000 series of buckets: from recorded series, against the metrics themselves.
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'yaml';
import { ok } from '../src/domain/result.ts';
import { createExchange } from '../src/http/exchange.ts';
import { PrometheusApi } from '../src/telemetry/prometheus/api.ts';
import { readCatalogue, type KnownService } from '../src/telemetry/prometheus/look/catalogue.ts';
import { decodeOptions } from '../src/telemetry/prometheus/options.ts';
import { renderedRules } from '../src/telemetry/prometheus/recording/rules.ts';
import {
  bucketsQuery,
  callsQuery,
  unnarrowed,
} from '../src/telemetry/prometheus/slots/slotQueries.ts';
import { report, smoke } from './report.ts';

const root = process.env['PRODLENS_ROOT'] ?? process.cwd();
const instances = smoke ? 2 : 50;
const operations = smoke ? 5 : 250;
const bounds = [2, 4, 6, 8, 10, 50, 100, 200, 400, 800, 1000, 1400, 2000, 5000, 15_000, Infinity];
const minutes = 16;
const rounds = smoke ? 1 : 5;

interface Scripts {
  readonly promtool: (args: readonly string[]) => Promise<string>;
  readonly startPrometheus2: (
    folder: string,
    options: { readonly data: string },
  ) => Promise<{ readonly url: string; stop(): Promise<void> }>;
}

const le = (bound: number): string => (bound === Infinity ? '+Inf' : String(bound));

/** A sample each minute: of each instance, and what rules would have recorded of all. */
async function writeHistory(file: string, end: number): Promise<void> {
  const out = createWriteStream(file);
  const write = async (lines: readonly string[]): Promise<void> => {
    if (!out.write(`${lines.join('\n')}\n`)) await once(out, 'drain');
  };
  const ends = Array.from({ length: minutes }, (_, i) => end - (minutes - 1 - i) * 60);
  const names = Array.from({ length: operations }, (_, i) => `GET /things/${i}/{id}`);
  const common = 'service_name="shop",span_kind="SPAN_KIND_SERVER",status_code="STATUS_CODE_UNSET"';
  const by = 'prodlens_by="otel_status_code,service_name,span_kind,span_name,status_code"';
  const calls = 'prodlens:calls_total:growth1m';
  const buckets = 'prodlens:duration_milliseconds_bucket:growth1m';
  const each = async (
    of: string,
    series: readonly string[],
    value: (i: number, one: string) => number,
  ) => {
    await write([`# TYPE ${of} ${of.endsWith('growth1m') ? 'gauge' : 'unknown'}`]);
    for (const one of series) await write(ends.map((at, i) => `${one} ${value(i, one)} ${at}`));
  };
  const hosts = Array.from({ length: instances }, (_, i) => `instance="10.0.0.${i}:8080"`);
  const named = names.map((name) => `${common},span_name="${name}"`);
  await each(
    'calls_total',
    named.flatMap((labels) => hosts.map((host) => `calls_total{${labels},${host}}`)),
    (i) => 100 * i,
  );
  const timed = named.flatMap((labels) => bounds.map((b) => `${labels},le="${le(b)}"`));
  await each(
    'duration_milliseconds_bucket',
    timed.flatMap((labels) =>
      hosts.map((host) => `duration_milliseconds_bucket{${labels},${host}}`),
    ),
    (i) => 100 * i,
  );
  for (const [of, series] of [
    [calls, named],
    [buckets, timed],
  ] as const) {
    const mark = `${of}{prodlens_of="${of}",${by}}`;
    await each(of, [mark, ...series.map((labels) => `${of}{${labels},${by}}`)], (_, one) =>
      one === mark ? 1 : 100 * instances,
    );
  }
  await write(['# EOF']);
  out.end();
  await once(out, 'close');
}

interface Cost {
  readonly samples: number;
  readonly seconds: number;
}

async function costOf(url: string, query: string, at: number): Promise<Cost> {
  const body = new URLSearchParams({
    query,
    start: String(at),
    end: String(at),
    step: '300',
    stats: 'all',
  });
  const answer = await fetch(`${url}/api/v1/query_range`, { method: 'POST', body });
  const { data } = (await answer.json()) as {
    readonly data?: {
      readonly result: readonly unknown[];
      readonly stats: {
        readonly timings: { readonly execTotalTime: number };
        readonly samples: { readonly totalQueryableSamples: number };
      };
    };
  };
  if (data === undefined || data.result.length === 0) throw new Error(`no answer to ${query}`);
  return {
    samples: data.stats.samples.totalQueryableSamples,
    seconds: data.stats.timings.execTotalTime,
  };
}

const middle = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;

async function measure(url: string, known: KnownService, at: number): Promise<Cost> {
  if (known.buckets === undefined) throw new Error('no histogram was found');
  const calls = callsQuery(known, 300_000);
  const buckets = bucketsQuery(known, known.buckets, unnarrowed, 300_000);
  const costs: Cost[] = [];
  for (let round = 0; round < rounds; round++) {
    const both = [
      await costOf(url, calls.recorded ?? calls.raw, at),
      await costOf(url, buckets.recorded ?? buckets.raw, at),
    ];
    costs.push({
      samples: both.reduce((sum, { samples }) => sum + samples, 0),
      seconds: both.reduce((sum, { seconds }) => sum + seconds, 0),
    });
  }
  return {
    samples: costs[0]?.samples ?? NaN,
    seconds: middle(costs.map(({ seconds }) => seconds)),
  };
}

/** What the rules themselves read in one evaluation. */
async function evaluationCost(url: string, rules: string, at: number): Promise<number> {
  const { groups } = parse(rules) as {
    readonly groups: readonly { readonly rules: readonly { readonly expr: string }[] }[];
  };
  let samples = 0;
  for (const { expr } of groups.flatMap((group) => group.rules))
    samples += (await costOf(url, expr, at)).samples;
  return samples;
}

async function main(): Promise<void> {
  const scripts = (await import(
    pathToFileURL(path.join(root, 'scripts/backends/prometheus.mjs')).href
  )) as Scripts;
  const folder = await mkdtemp(path.join(tmpdir(), 'prodlens-rules-bench-'));
  try {
    const end = Math.floor(Date.now() / 60_000) * 60;
    const file = path.join(folder, 'history.txt');
    const data = path.join(folder, 'data');
    await mkdir(data);
    await writeHistory(file, end);
    await scripts.promtool(['tsdb', 'create-blocks-from', 'openmetrics', file, data]);
    await rm(file);
    const server = await scripts.startPrometheus2(folder, { data });
    try {
      const connection = {
        kind: 'prometheus',
        url: server.url,
        select: {},
        environment: 'bench',
        headers: () => Promise.resolve(ok({})),
      };
      const exchange = createExchange({ timeout: 120_000, maxBytes: 256_000_000 });
      const api = new PrometheusApi(connection, exchange, () => Date.now());
      const catalogue = await readCatalogue(
        api,
        connection.select,
        decodeOptions(connection),
        new AbortController().signal,
        () => undefined,
      );
      if (!catalogue.ok) throw new Error(catalogue.failure.message);
      const [known] = catalogue.value.services.values();
      if (known?.recorded.buckets === undefined) throw new Error('no recorded series were found');
      const raw = await measure(server.url, { ...known, recorded: {} }, end);
      const recorded = await measure(server.url, known, end);
      const rules = renderedRules(catalogue.value);
      if (!rules.ok) throw new Error(rules.failure.message);
      const evaluation = await evaluationCost(server.url, rules.value, end);
      const series = (instances * operations * bounds.length).toLocaleString('en-US');
      report({
        name: 'a refresh from recorded series',
        value: recorded.samples / raw.samples,
        budget: 0.05,
        unit: '× the samples that the metrics themselves cost',
        detail: `a Prometheus 2.42 with ${series} series of buckets: calls and buckets of ${operations} operations on ${instances} instances, one slot of 5 minutes: ${recorded.samples.toLocaleString('en-US')} samples in ${(recorded.seconds * 1000).toFixed(0)} ms instead of ${raw.samples.toLocaleString('en-US')} in ${(raw.seconds * 1000).toFixed(0)} ms (median of ${rounds}); the rules cost ${evaluation.toLocaleString('en-US')} samples a minute, once for all who ask`,
      });
    } finally {
      await server.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

void main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
