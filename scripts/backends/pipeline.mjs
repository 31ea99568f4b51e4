/**
 * The whole way of numbers: traces → collectors with span metrics → Prometheus 2, Prometheus 3 under each translation of names,
 * VictoriaMetrics by remote write and by OTLP.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { obtainCollector, startCollector } from './otelcol.mjs';
import { freePort, freePorts } from './ports.mjs';
import { prometheus3, startPrometheus2, startPrometheus3 } from './prometheus.mjs';
import { gates, variants } from './spanMetricsVariants.mjs';
import { startVictoriaMetrics, victoriametrics } from './victoriametrics.mjs';

/** Where metrics go, and the exporter of the collector that brings them there. */
const backends = {
  // Not each second: on a busy machine scrapes of all that would be late.
  prometheus2: { start: (folder) => startPrometheus2(folder, { every: '2s' }) },
  prometheus3: { start: startPrometheus3, exporter: prometheusOtlp },
  'prometheus3-utf8': {
    start: (folder) => startPrometheus3(folder, { translation: 'NoUTF8EscapingWithSuffixes' }),
    exporter: prometheusOtlp,
  },
  'prometheus3-raw': {
    start: (folder) => startPrometheus3(folder, { translation: 'NoTranslation' }),
    exporter: prometheusOtlp,
  },
  'victoriametrics-write': {
    start: startVictoriaMetrics,
    exporter: (url) => ({
      type: 'prometheusremotewrite',
      config: { endpoint: `${url}/api/v1/write` },
    }),
  },
  'victoriametrics-otlp': { start: startVictoriaMetrics, exporter: victoriaOtlp },
  /** Counts a part of the calls under other names: to be refused. */
  'victoriametrics-naming': {
    start: (folder) => startVictoriaMetrics(folder, ['-opentelemetry.usePrometheusNaming']),
    exporter: victoriaOtlp,
  },
};

function prometheusOtlp(url) {
  return { type: 'otlp_http', config: { metrics_endpoint: `${url}/api/v1/otlp/v1/metrics` } };
}

function victoriaOtlp(url) {
  return { type: 'otlp_http', config: { metrics_endpoint: `${url}/opentelemetry/v1/metrics` } };
}

export const pipeline = {
  name: 'pipeline',
  obtain: () => Promise.all([obtainCollector(), prometheus3.obtain(), victoriametrics.obtain()]),
  async start(folder) {
    const stops = [];
    const stop = async () => {
      for (const one of stops.reverse()) await one();
    };
    try {
      const urls = {};
      const targetFiles = [];
      const exporters = {};
      for (const [name, { start, exporter }] of Object.entries(backends)) {
        const own = path.join(folder, name);
        mkdirSync(own);
        const started = await start(own);
        stops.push(started.stop);
        urls[name] = started.url;
        if (exporter === undefined) targetFiles.push(started.targets);
        else {
          const { type, config } = exporter(started.url);
          exporters[`${type}/${name}`] = config;
        }
      }
      const receivers = {};
      const scraped = [];
      for (const gated of [false, true]) {
        const { config, otlp, targets } = await collectorConfig(gated, exporters);
        Object.assign(receivers, otlp);
        scraped.push(...targets);
        const { stop: stopCollector } = await startCollector(folder, config, {
          name: gated ? 'otelcol-gated' : 'otelcol',
          gates: gated ? gates : [],
        });
        stops.push(stopCollector);
      }
      for (const file of targetFiles) writeFileSync(file, JSON.stringify([{ targets: scraped }]));
      return {
        env: {
          PRODLENS_TEST_PIPELINE_BACKENDS: JSON.stringify(urls),
          PRODLENS_TEST_PIPELINE_RECEIVERS: JSON.stringify(receivers),
        },
        stop,
      };
    } catch (error) {
      await stop();
      throw error;
    }
  },
};

/** Of the variants with or without gates: its configuration, where each takes traces, and what is to be scraped. */
async function collectorConfig(gated, pushing) {
  const chosen = Object.entries(variants).filter(([, variant]) => Boolean(variant.gated) === gated);
  const [suffixes, bare] = await freePorts(2);
  const config = {
    receivers: {},
    connectors: {},
    exporters: {
      'prometheus/suffixes': { endpoint: `127.0.0.1:${suffixes}` },
      'prometheus/bare': { endpoint: `127.0.0.1:${bare}`, add_metric_suffixes: false },
      ...pushing,
    },
    service: { pipelines: {} },
  };
  const otlp = {};
  for (const [name, { connector, exporter }] of chosen) {
    const port = await freePort();
    otlp[name] = `http://127.0.0.1:${port}`;
    config.receivers[`otlp/${name}`] = {
      protocols: { http: { endpoint: `127.0.0.1:${port}` } },
    };
    config.connectors[`span_metrics/${name}`] = { ...connector, metrics_flush_interval: '1s' };
    config.service.pipelines[`traces/${name}`] = {
      receivers: [`otlp/${name}`],
      exporters: [`span_metrics/${name}`],
    };
    config.service.pipelines[`metrics/${name}`] = {
      receivers: [`span_metrics/${name}`],
      exporters: [exporter, ...Object.keys(pushing)],
    };
  }
  const used = new Set(chosen.map(([, { exporter }]) => exporter));
  for (const name of ['prometheus/suffixes', 'prometheus/bare'])
    if (!used.has(name)) delete config.exporters[name];
  return {
    config,
    otlp,
    targets: [
      ...(used.has('prometheus/suffixes') ? [`127.0.0.1:${suffixes}`] : []),
      ...(used.has('prometheus/bare') ? [`127.0.0.1:${bare}`] : []),
    ],
  };
}
