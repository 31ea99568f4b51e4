import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jaegerPages } from '../../src/telemetry/jaeger/page.ts';
import { createJaegerSource } from '../../src/telemetry/jaeger/traceSource.ts';
import type { SampleTrace } from './sampleTraffic.ts';
import { asOtlp } from './sampleTraffic.ts';
import { describeSampledNumbers } from './sampledNumbers.ts';
import { describeBehindGrafana, describeTraceBackend, post, urlFrom } from './traceBackend.ts';

const url = urlFrom('PRODLENS_TEST_JAEGER');
const send = (traces: readonly SampleTrace[]): Promise<void> =>
  post(`${urlFrom('PRODLENS_TEST_JAEGER_OTLP')}/v1/traces`, asOtlp(traces));

const jaeger = {
  name: 'Jaeger (v3)',
  url: () => url,
  create: createJaegerSource,
  pages: jaegerPages,
  send,
};
describeTraceBackend(jaeger);
describeBehindGrafana(jaeger, 'jaeger');

describeSampledNumbers({ name: 'Jaeger (v3)', kind: 'jaeger', url: () => url, send });

/** A Jaeger that is too old for v3: the real one behind a base path, with the page that answers every path it doesn't know. */
const old = createServer((request, response) => {
  const path = request.url ?? '';
  if (!path.startsWith('/jaeger/api/') || path.startsWith('/jaeger/api/v3')) {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Jaeger UI');
    return;
  }
  fetch(`${url}${path.slice('/jaeger'.length)}`)
    .then(async (answer) => {
      response
        .writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
        .end(await answer.text());
    })
    .catch(() => response.writeHead(502).end());
});

describeTraceBackend({
  name: 'Jaeger (v1)',
  url: () => `http://127.0.0.1:${(old.address() as AddressInfo).port}/jaeger`,
  create: createJaegerSource,
  send,
  async prepare() {
    old.listen(0, '127.0.0.1');
    await once(old, 'listening');
  },
  async end() {
    old.closeAllConnections();
    await new Promise((resolve) => old.close(resolve));
  },
});

describeSampledNumbers({
  name: 'Jaeger (v1)',
  kind: 'jaeger',
  url: () => `http://127.0.0.1:${(old.address() as AddressInfo).port}/jaeger`,
  send,
  async prepare() {
    old.listen(0, '127.0.0.1');
    await once(old, 'listening');
  },
  async end() {
    old.closeAllConnections();
    await new Promise((resolve) => old.close(resolve));
  },
});
