import assert from 'node:assert/strict';

import { sendRequests } from '../harness/otlp.ts';
import { startProdlens, VsCodeWindow, type Harness } from '../harness/page.ts';
import { freePort, temporaryWorkspace } from '../harness/workspace.ts';

describe('a workspace that isn’t trusted', () => {
  let workspace: Awaited<ReturnType<typeof temporaryWorkspace>>;
  let harness: Harness;
  let port: number;
  before(async () => {
    workspace = await temporaryWorkspace({
      'package.json': '{ "name": "orders" }\n',
      'orders.js': 'function priceOf(id) {\n  return 12;\n}\n',
    });
    port = await freePort();
    harness = await startProdlens({
      workspace: workspace.folder,
      trust: true,
      settings: {
        'prodlens.local.enabled': true,
        'prodlens.local.httpPort': port,
        'prodlens.local.grpcPort': await freePort(),
      },
    });
  });
  after(async () => {
    await harness.stop();
    await workspace.remove();
  });

  it('gets no receiver, also not by command, until the person trusts it', async () => {
    const window = await VsCodeWindow.open(harness);
    await window.waitForStatus(/Restricted Mode/);
    const editor = await window.openFile('orders.js');
    await window.runCommand('Prodlens: Start Local Receiver');
    await window.notifications.waitFor(/trust/i);
    await assert.rejects(fetch(`http://127.0.0.1:${port}/`));

    await window.trustWorkspace();
    await sendRequests(port, [
      {
        service: 'orders',
        version: '1.0.0',
        method: 'GET',
        route: '/orders/:id',
        milliseconds: 20,
        inner: { function: 'priceOf', file: '/srv/orders.js', line: 1 },
      },
    ]);
    await editor.waitForLineEnd(1, /1\.0\.0/, 60_000);
  });
});
