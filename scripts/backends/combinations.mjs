/** Backends as people have them beside each other, with the pipeline that the README gives for them. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';

import { jaeger } from './jaeger.mjs';
import { obtainCollector, startCollector } from './otelcol.mjs';
import { prometheus3, startPrometheus3 } from './prometheus.mjs';
import { readmeEnvironment, readmeVariables, readmeYaml } from './readme.mjs';
import { freePorts } from './ports.mjs';
import { tempo } from './tempo.mjs';
import { zipkin } from './zipkin.mjs';

/** How often metrics are written and scraped: the README's quarter of a minute would make everyone wait. */
const every = '2s';

const hostOf = (url) => new URL(url).host;

/** Where each of those that keep traces takes OTLP, and where it is asked. */
const tracesOf = {
  jaeger: ({ PRODLENS_TEST_JAEGER, PRODLENS_TEST_JAEGER_OTLP }) => ({
    url: PRODLENS_TEST_JAEGER,
    otlp: PRODLENS_TEST_JAEGER_OTLP,
  }),
  tempo: ({ PRODLENS_TEST_TEMPO, PRODLENS_TEST_TEMPO_OTLP }) => ({
    url: PRODLENS_TEST_TEMPO,
    otlp: PRODLENS_TEST_TEMPO_OTLP,
  }),
  zipkin: ({ PRODLENS_TEST_ZIPKIN }) => ({ url: PRODLENS_TEST_ZIPKIN }),
};
const servers = { jaeger: { ...jaeger, start: jaeger.startAlone }, tempo, zipkin };

/**
 * @typedef {object} Started
 * @property {{ kind: string, url: string }} [metrics] of the environment
 * @property {{ kind: string, url: string }} traces
 * @property {Record<string, string>} variables that services are started with
 * @property {() => Promise<void>} stop
 */

/** By name; each starts on free ports below a folder. */
export const combinations = {
  'prometheus+jaeger': withMetrics('jaeger'),
  'prometheus+tempo': withMetrics('tempo'),
  jaeger: alone('jaeger', /^Jaeger/),
  zipkin: alone('zipkin', /^Zipkin/),
};

function alone(kind, line) {
  return {
    obtain: () => servers[kind].obtain(),
    /** @returns {Promise<Started>} */
    async start(folder) {
      const { env, stop } = await startBelow(folder, kind);
      const { url, otlp } = tracesOf[kind](env);
      const addresses = {
        '127.0.0.1:4318': hostOf(otlp ?? url),
        '127.0.0.1:9411': hostOf(url),
      };
      return {
        traces: { kind, url },
        variables: {
          ...readmeVariables(line, addresses),
          // Nothing here takes them, and where they go by default someone else's receiver may listen.
          OTEL_METRICS_EXPORTER: 'none',
          OTEL_LOGS_EXPORTER: 'none',
        },
        stop,
      };
    },
  };
}

function withMetrics(kind) {
  return {
    obtain: () => Promise.all([servers[kind].obtain(), prometheus3.obtain(), obtainCollector()]),
    /** @returns {Promise<Started>} */
    async start(folder) {
      const stops = [];
      const stop = async () => {
        for (const one of stops.reverse()) await one();
      };
      try {
        const [receiver, scraped] = await freePorts(2);
        const kept = await startBelow(folder, kind);
        stops.push(kept.stop);
        const { url, otlp } = tracesOf[kind](kept.env);
        const addresses = {
          '127.0.0.1:4318': `127.0.0.1:${receiver}`,
          '127.0.0.1:14318': hostOf(otlp),
          '127.0.0.1:8889': `127.0.0.1:${scraped}`,
          '127.0.0.1:16686': hostOf(url),
        };
        const scrape = readmeYaml('scrape', addresses);
        for (const job of scrape.scrape_configs) job.scrape_interval = every;
        const below = path.join(folder, 'prometheus');
        mkdirSync(below, { recursive: true });
        const prometheus = await startPrometheus3(below, {
          config: { global: { scrape_timeout: every, scrape_interval: every }, ...scrape },
        });
        stops.push(prometheus.stop);
        const collector = readmeYaml('collector', addresses);
        collector.connectors.span_metrics.metrics_flush_interval = every;
        stops.push((await startCollector(folder, collector)).stop);
        const environment = readmeEnvironment({
          ...addresses,
          '127.0.0.1:9090': hostOf(prometheus.url),
        });
        return {
          metrics: environment.metrics,
          traces: { ...environment.traces, kind },
          variables: readmeVariables(/collector/, addresses),
          stop,
        };
      } catch (error) {
        await stop();
        throw error;
      }
    },
  };
}

async function startBelow(folder, kind) {
  const below = path.join(folder, kind);
  mkdirSync(below, { recursive: true });
  return servers[kind].start(below);
}
