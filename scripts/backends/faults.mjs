/**
 * Servers that end and come back while tests look at them: Prometheus 2 and 3, Jaeger, Zipkin, and a collector before a Prometheus 3 that
 * stays. The tests stop and start them by name at an address of their own.
 */
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';

import { jaeger } from './jaeger.mjs';
import { obtainCollector, startCollector } from './otelcol.mjs';
import { freePorts } from './ports.mjs';
import { prometheus, prometheus3, startPrometheus2, startPrometheus3 } from './prometheus.mjs';
import { zipkin } from './zipkin.mjs';

export const faults = {
  name: 'faults',
  obtain: () =>
    Promise.all([prometheus, prometheus3, jaeger, zipkin].map((server) => server.obtain())).then(
      obtainCollector,
    ),
  async start(folder) {
    const servers = {};
    const stop = async () => {
      await Promise.all(Object.values(servers).map((server) => server.stop()));
    };
    const begin = async (name, start) => {
      const own = path.join(folder, name);
      mkdirSync(own);
      servers[name] = await start(own);
    };
    try {
      await Promise.all([
        begin('prometheus', startPrometheus2),
        begin('prometheus3', startPrometheus3),
        begin('steady', startPrometheus3),
        begin('jaeger', (own) => jaeger.startAlone(own)),
        begin('zipkin', (own) => zipkin.start(own)),
      ]);
      await begin('collector', (own) => startBefore(servers.steady.url, own));
      const control = await listenFor(servers);
      return {
        env: {
          ...servers.jaeger.env,
          ...servers.zipkin.env,
          PRODLENS_TEST_FAULTS: JSON.stringify({
            control: control.url,
            collector: servers.collector.said,
            ...Object.fromEntries(
              ['prometheus', 'prometheus3', 'steady'].map((name) => {
                const { url, targets } = servers[name];
                return [name, { url, targets }];
              }),
            ),
          }),
        },
        async stop() {
          control.close();
          await stop();
        },
      };
    } catch (error) {
      await stop();
      throw error;
    }
  },
};

/** A collector with two pipelines of span metrics: one is scraped, one is pushed to a Prometheus. */
async function startBefore(prometheusUrl, folder) {
  const [scrapedIn, pushedIn, scraped] = await freePorts(3);
  const connector = {
    dimensions: ['service.version', 'http.route', 'http.request.method'].map((name) => ({ name })),
    metrics_flush_interval: '1s',
  };
  const receiver = (port) => ({ protocols: { http: { endpoint: `127.0.0.1:${port}` } } });
  const server = await startCollector(folder, {
    receivers: { 'otlp/scraped': receiver(scrapedIn), 'otlp/pushed': receiver(pushedIn) },
    connectors: { 'span_metrics/scraped': connector, 'span_metrics/pushed': connector },
    exporters: {
      prometheus: { endpoint: `127.0.0.1:${scraped}` },
      otlp_http: { metrics_endpoint: `${prometheusUrl}/api/v1/otlp/v1/metrics` },
    },
    service: {
      pipelines: Object.fromEntries(
        [
          ['scraped', 'prometheus'],
          ['pushed', 'otlp_http'],
        ].flatMap(([name, exporter]) => [
          [`traces/${name}`, { receivers: [`otlp/${name}`], exporters: [`span_metrics/${name}`] }],
          [`metrics/${name}`, { receivers: [`span_metrics/${name}`], exporters: [exporter] }],
        ]),
      ),
    },
  });
  return {
    ...server,
    said: {
      receivers: {
        scraped: `http://127.0.0.1:${scrapedIn}`,
        pushed: `http://127.0.0.1:${pushedIn}`,
      },
      target: `127.0.0.1:${scraped}`,
    },
  };
}

/** `POST /<name>/stop` and `POST /<name>/start` are answered when it is done. */
async function listenFor(servers) {
  const server = createServer((request, response) => {
    const [, name, verb] = (request.url ?? '').split('/');
    const act = Object.hasOwn(servers, name) && ['stop', 'start'].includes(verb);
    if (request.method !== 'POST' || !act) {
      response.writeHead(404).end();
      return;
    }
    servers[name][verb]().then(
      () => response.writeHead(204).end(),
      (error) => response.writeHead(500).end(String(error)),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
