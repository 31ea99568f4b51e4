/**
 * Jaeger 2.13.0: `cmd/jaeger` of module v1.76.0. Storage in memory, loopback only. A second one has a Prometheus behind it, which scrapes the
 * metrics that it makes of its spans (Service Performance Monitoring).
 */
import { writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { goBuild } from './goBuild.mjs';
import { lastMinute } from './history.mjs';
import { freePorts } from './ports.mjs';
import { obtainDebian, promtool, startPrometheus2 } from './prometheus.mjs';
import { startServer } from './server.mjs';

const version = '2.13.0';

const obtainJaeger = () =>
  goBuild({
    name: 'jaeger',
    version,
    package: 'github.com/jaegertracing/jaeger/cmd/jaeger',
    ldflags: [`-X github.com/jaegertracing/jaeger/internal/version.latestVersion=v${version}`],
  });

export const jaeger = {
  name: 'jaeger',
  async obtain() {
    await obtainDebian();
    await obtainJaeger();
  },
  /** @param {string} folder */
  async startAlone(folder) {
    const { url, otlp, server } = await startJaeger(await obtainJaeger(), folder, 'jaeger');
    return { env: { PRODLENS_TEST_JAEGER: url, PRODLENS_TEST_JAEGER_OTLP: otlp }, ...server };
  },
  /** @param {string} folder */
  async start(folder) {
    const binary = await obtainJaeger();
    const alone = await this.startAlone(folder);
    const below = path.join(folder, 'spm');
    const data = path.join(below, 'data');
    await mkdir(below);
    const history = path.join(below, 'history.txt');
    writeFileSync(history, historyText(lastMinute()));
    await promtool(['tsdb', 'create-blocks-from', 'openmetrics', history, data]);
    const prometheus = await startPrometheus2(below, {
      data,
      // The history reaches into the time in which it scrapes.
      config: { storage: { tsdb: { out_of_order_time_window: '2h' } } },
    });
    const monitored = await startJaeger(binary, below, 'jaeger-spm', prometheus.url);
    writeFileSync(prometheus.targets, JSON.stringify([{ targets: [monitored.metrics] }]));
    return {
      env: {
        ...alone.env,
        PRODLENS_TEST_JAEGER_SPM: monitored.url,
        PRODLENS_TEST_JAEGER_SPM_OTLP: monitored.otlp,
        PRODLENS_TEST_JAEGER_SPM_HISTORY: JSON.stringify(historyOfCalls),
      },
      stop: () => Promise.all([alone.stop(), monitored.server.stop(), prometheus.stop()]),
    };
  },
};

/** Boundaries of the durations of spans, in milliseconds. */
const buckets = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];

/** Steady requests of some hours that Prometheus has when it starts: calls of each sample by the end of their bucket, in milliseconds. */
const historyOfCalls = {
  service: 'spm-archive',
  operation: 'GET /archive',
  hours: 3,
  every: 15,
  served: { 10: 2, 50: 4, 100: 1, 250: 2, 500: 1 },
  failed: { 250: 1 },
};

/** @param {number} now seconds since 1970; the tests of a run end soon after it */
function historyText(now) {
  const { service, operation, hours, every, served, failed } = historyOfCalls;
  const lines = { calls: [], durations: [] };
  for (const [status, counts] of [
    ['STATUS_CODE_UNSET', served],
    ['STATUS_CODE_ERROR', failed],
  ]) {
    const labels = `service_name="${service}",span_name="${operation}",span_kind="SPAN_KIND_SERVER",status_code="${status}"`;
    for (let at = now - hours * 3600, i = 1; at <= now + 1800; at += every, i += 1) {
      let sum = 0;
      for (const end of [...buckets, '+Inf']) {
        sum += (counts[end] ?? 0) * i;
        lines.durations.push(
          `traces_span_metrics_duration_milliseconds_bucket{${labels},le="${end}"} ${sum} ${at}`,
        );
      }
      lines.calls.push(`traces_span_metrics_calls_total{${labels}} ${sum} ${at}`);
    }
  }
  return [
    '# TYPE traces_span_metrics_calls counter',
    ...lines.calls,
    '# TYPE traces_span_metrics_duration_milliseconds_bucket unknown',
    ...lines.durations,
    '# EOF',
    '',
  ].join('\n');
}

/** @param {string} [prometheus] where it finds the metrics of its spans; none: it makes none */
async function startJaeger(binary, folder, name, prometheus) {
  const [query, queryGrpc, otlp, health, metrics] = await freePorts(5);
  const config = path.join(folder, `${name}.json`);
  const local = (port) => ({ endpoint: `127.0.0.1:${port}` });
  const monitored = prometheus !== undefined;
  // The collector reads YAML, of which JSON is a part.
  await writeFile(
    config,
    JSON.stringify({
      service: {
        extensions: ['jaeger_storage', 'jaeger_query', 'healthcheckv2'],
        pipelines: {
          traces: {
            receivers: ['otlp'],
            exporters: ['jaeger_storage_exporter', ...(monitored ? ['spanmetrics'] : [])],
          },
          ...(monitored
            ? { 'metrics/spans': { receivers: ['spanmetrics'], exporters: ['prometheus'] } }
            : {}),
        },
        telemetry: { metrics: { level: 'none' } },
      },
      extensions: {
        healthcheckv2: { use_v2: true, http: local(health) },
        jaeger_storage: {
          backends: { memory: { memory: { max_traces: 10_000 } } },
          ...(monitored
            ? {
                metric_backends: {
                  behind: {
                    prometheus: {
                      endpoint: prometheus,
                      normalize_calls: true,
                      normalize_duration: true,
                    },
                  },
                },
              }
            : {}),
        },
        jaeger_query: {
          // Its own spans would be a service beside those of the tests.
          enable_tracing: false,
          storage: { traces: 'memory', ...(monitored ? { metrics: 'behind' } : {}) },
          http: local(query),
          grpc: local(queryGrpc),
        },
      },
      receivers: { otlp: { protocols: { http: local(otlp) } } },
      ...(monitored
        ? {
            connectors: {
              spanmetrics: {
                histogram: { explicit: { buckets: buckets.map((ms) => `${ms}ms`) } },
                metrics_flush_interval: '1s',
              },
            },
          }
        : {}),
      exporters: {
        jaeger_storage_exporter: { trace_storage: 'memory' },
        ...(monitored ? { prometheus: local(metrics) } : {}),
      },
    }),
  );
  const server = await startServer({
    name,
    command: binary,
    args: [`--config=${config}`],
    ready: `http://127.0.0.1:${health}/status`,
    folder,
  });
  return {
    url: `http://127.0.0.1:${query}`,
    otlp: `http://127.0.0.1:${otlp}`,
    metrics: `127.0.0.1:${metrics}`,
    server,
  };
}
