import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

import { startProdlens, VsCodeWindow, type Harness } from '../harness/page.ts';
import { temporaryWorkspace } from '../harness/workspace.ts';
import { startGrafanaProxy } from '../backends/grafanaProxy.ts';

const right = 'Bearer jaeger-s3cret';
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';

/** Jaeger’s v3 answers (as test/backends compares them with the real server’s) behind a sign-in. */
async function jaegerBehindSignIn(): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer((request, response) => {
    if (request.headers.authorization !== right) response.writeHead(401).end();
    else if (request.url === '/api/v3/services')
      response.end(JSON.stringify({ services: ['orders', 'stock'] }));
    else response.writeHead(404).end(JSON.stringify({ error: { httpCode: 404 } }));
  });
  return { server, url: await listen(server) };
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A Prometheus without metrics, and a Jaeger with one trace, as they answer data sources of Grafana. */
async function behindGrafana(): Promise<{ readonly server: Server; readonly url: string }> {
  const start = Date.now() * 1000 - 60_000_000;
  const jaegerSpan = {
    traceID: traceId,
    spanID: '00f067aa0ba902b7',
    operationName: 'GET /orders',
    references: [],
    startTime: start,
    duration: 12_000,
    tags: [{ key: 'span.kind', type: 'string', value: 'server' }],
    logs: [],
    processID: 'p1',
  };
  const processes = { p1: { serviceName: 'orders', tags: [] } };
  const answers: Readonly<Record<string, unknown>> = {
    '/api/v1/query': { status: 'success', data: { resultType: 'scalar', result: [1, '1'] } },
    '/api/v1/status/buildinfo': { status: 'success', data: { version: '3.15.0' } },
    '/api/v1/label/__name__/values': { status: 'success', data: [] },
    '/jaeger/api/services': { data: ['orders'], total: 1, limit: 0, offset: 0, errors: null },
    [`/jaeger/api/traces/${traceId}`]: {
      data: [{ traceID: traceId, spans: [jaegerSpan], processes }],
      total: 0,
      limit: 0,
      offset: 0,
      errors: null,
    },
  };
  const server = createServer((request, response) => {
    const known = answers[new URL(request.url ?? '', 'http://x').pathname];
    if (known === undefined) response.writeHead(404).end();
    else response.end(JSON.stringify(known));
  });
  return { server, url: await listen(server) };
}

describe('connecting a backend', () => {
  let workspace: Awaited<ReturnType<typeof temporaryWorkspace>>;
  let backend: Awaited<ReturnType<typeof jaegerBehindSignIn>>;
  let harness: Harness;
  let window: VsCodeWindow;
  before(async () => {
    workspace = await temporaryWorkspace({ 'orders.js': 'function place() {}\n' });
    backend = await jaegerBehindSignIn();
    harness = await startProdlens({ workspace: workspace.folder, settings: {} });
    window = await VsCodeWindow.open(harness);
  });
  after(async () => {
    await harness.stop();
    backend.server.closeAllConnections();
    backend.server.close();
    await workspace.remove();
  });

  it('asks for the address, how to sign in and the environment, and keeps the secret out of the settings', async () => {
    const { quickInput } = window;
    // The palette lists what is known when it opens: the extension first.
    await window.waitForStatus(/local off/);
    await window.runCommand('Prodlens: Connect a Backend…');
    await quickInput.waitFor('Connect a Backend');
    await quickInput.fill('ftp://files');
    await quickInput.waitForMessage(/is no http or https address/);
    await quickInput.fill(`${backend.url}/search`);
    await quickInput.accept();

    for (const [token, placeholder] of [
      ['wrong', /wants credentials/],
      ['jaeger-s3cret', /wrong or expired/],
    ] as const) {
      await quickInput.waitFor(placeholder);
      await quickInput.choose('Bearer token');
      await quickInput.waitForMessage(/secret storage/);
      await quickInput.fill(token);
      await quickInput.accept();
    }

    await quickInput.waitForMessage(/Jaeger answers/);
    await quickInput.fill('live');
    await quickInput.accept();
    await quickInput.waitFor(/Is live an environment of production\?/);
    await quickInput.choose('Production');
    await window.notifications.waitFor(/Jaeger gives live its traces: orders, stock/);
    // Traces alone give the numbers of a sample.
    await window.waitForStatus(/live/);

    const file = path.join(harness.serverDataDir, 'data', 'Machine', 'settings.json');
    const settings = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    assert.deepEqual(settings['prodlens.environments'], [
      {
        name: 'live',
        production: true,
        traces: { kind: 'jaeger', url: backend.url, auth: { type: 'bearer' } },
      },
    ]);
    assert.ok(!JSON.stringify(settings).includes('s3cret'));
  });

  it('takes numbers and traces through Grafana with one token, and opens a trace in Explore', async () => {
    const { quickInput } = window;
    const servers = await behindGrafana();
    const { url } = servers;
    const source = (uid: string, type: string, at: string, jsonData = {}) => ({
      uid,
      name: `${uid} of the shop`,
      type,
      url: at,
      jsonData,
    });
    const grafana = await startGrafanaProxy({
      token: 'glsa_s3cret',
      dataSources: [
        source('gone', 'prometheus', `${url}/nothing`),
        source('numbers', 'prometheus', url, {
          exemplarTraceIdDestinations: [{ name: 'trace_id', datasourceUid: 'traces' }],
        }),
        source('other', 'jaeger', `${url}/elsewhere`),
        source('traces', 'jaeger', `${url}/jaeger`),
        source('logs', 'loki', url),
      ],
    });
    try {
      await window.runCommand('Prodlens: Connect a Backend…');
      await quickInput.fill(`${grafana.url}/d/abc/shop`);
      await quickInput.accept();
      await quickInput.waitFor(/Grafana .* wants a valid token/);
      await quickInput.choose('Bearer token');
      await quickInput.waitForMessage(/secret storage/);
      await quickInput.fill('glsa_s3cret');
      await quickInput.accept();
      await quickInput.waitFor(/Which has the numbers\?/);
      assert.deepEqual(
        (await quickInput.items()).map(({ label }) => label),
        ['gone of the shop', 'numbers of the shop', 'None of them'],
      );
      await quickInput.choose('gone of the shop');
      await quickInput.waitFor(/Which has the traces\?/);
      await quickInput.choose('None of them');
      await window.notifications.press(
        /“gone of the shop” in Grafana can’t be asked/,
        'Choose Another',
      );
      await quickInput.waitFor(/Which has the numbers\?/);
      await quickInput.choose('numbers of the shop');
      await quickInput.waitFor(/Which has the traces\?/);
      assert.equal((await quickInput.items())[0]?.label, 'traces of the shop');
      await quickInput.choose('traces of the shop');
      await quickInput.waitFor(/Which environment is it of\?/);
      await quickInput.choose('New environment');
      await quickInput.waitForMessage(
        /Prometheus 3\.15\.0 “numbers of the shop” in Grafana, Jaeger/,
      );
      await quickInput.fill('shop');
      await quickInput.accept();
      await quickInput.waitFor(/Is shop an environment of production\?/);
      await quickInput.choose('Not production');
      await window.notifications.waitFor(
        /Jaeger “traces of the shop” in Grafana gives shop its traces: orders/,
      );

      const file = path.join(harness.serverDataDir, 'data', 'Machine', 'settings.json');
      const text = await readFile(file, 'utf8');
      assert.ok(!text.includes('s3cret'));
      const proxy = `${grafana.url}/api/datasources/proxy/uid`;
      assert.deepEqual(
        (JSON.parse(text) as Record<string, unknown[]>)['prodlens.environments']?.[1],
        {
          name: 'shop',
          metrics: { kind: 'prometheus', url: `${proxy}/numbers`, auth: { type: 'bearer' } },
          traces: { kind: 'jaeger', url: `${proxy}/traces`, auth: { type: 'bearer' } },
        },
      );

      await window.runCommand('Prodlens: Look Up Trace…');
      await quickInput.fill(traceId);
      await quickInput.accept();
      const waterfall = await window.webview('[role=row]');
      const asked = window.page
        .context()
        .waitForEvent('request', (request) => request.url().includes('/explore?'));
      await waterfall.getByRole('button', { name: 'Open in Grafana' }).click();
      const page = new URL((await asked).url());
      const panes = JSON.parse(page.searchParams.get('panes') ?? '') as {
        readonly p: { readonly datasource: string; readonly queries: readonly object[] };
      };
      assert.equal(page.searchParams.get('schemaVersion'), '1');
      assert.equal(panes.p.datasource, 'traces');
      assert.deepEqual(panes.p.queries, [
        { refId: 'A', datasource: { uid: 'traces' }, query: traceId },
      ]);
    } finally {
      await grafana.stop();
      servers.server.closeAllConnections();
      servers.server.close();
    }
  });
});
