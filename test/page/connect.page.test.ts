import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

import { startProdlens, VsCodeWindow, type Harness } from '../harness/page.ts';
import { temporaryWorkspace } from '../harness/workspace.ts';

const right = 'Bearer jaeger-s3cret';

/** Jaeger’s v3 answers (as test/backends compares them with the real server’s) behind a sign-in. */
async function jaegerBehindSignIn(): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer((request, response) => {
    if (request.headers.authorization !== right) response.writeHead(401).end();
    else if (request.url === '/api/v3/services')
      response.end(JSON.stringify({ services: ['orders', 'stock'] }));
    else response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
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
    // Traces alone give no numbers: what was looked at before stays.
    await window.waitForStatus(/local off/);

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
});
