import { sendRequests } from '../harness/otlp.ts';
import { startProdlens, VsCodeWindow, type Harness } from '../harness/page.ts';
import { freePort, temporaryWorkspace } from '../harness/workspace.ts';

const source = `const express = require('express');
const app = express();

app.get('/orders/:id', getOrder);

function getOrder(request, response) {
  response.json(priceOf(request.params.id));
}

function priceOf(id) {
  return { id, price: 12 };
}
`;

/** Runs on the sources here, and once more on the packaged extension (scripts/test-vsix.mjs). */
describe('Prodlens, just installed', () => {
  let workspace: Awaited<ReturnType<typeof temporaryWorkspace>>;
  let harness: Harness;
  let port: number;
  before(async () => {
    workspace = await temporaryWorkspace({
      'package.json': '{ "name": "orders", "main": "src/server.js" }\n',
      'src/server.js': source,
    });
    port = await freePort();
    harness = await startProdlens({
      workspace: workspace.folder,
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

  it('shows beside the handler and the inner function how they behave', async () => {
    const window = await VsCodeWindow.open(harness);
    const editor = await window.openFile('src/server.js');
    await sendRequests(
      port,
      Array.from({ length: 40 }, (_, index) => ({
        service: 'orders',
        version: '1.2.3',
        method: 'GET',
        route: '/orders/:id',
        milliseconds: 80 + index,
        endedSecondsAgo: 5 + index / 10,
        inner: { function: 'priceOf', file: '/srv/app/src/server.js', line: 10 },
      })),
    );
    await editor.waitForLineEnd(6, /p95 1[12]\d ms.*1\.2\.3/, 60_000);
    await editor.waitForLineEnd(10, /p95 1[12]\d ms.*1\.2\.3/, 60_000);
  });
});
