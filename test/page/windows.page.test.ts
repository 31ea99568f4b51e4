import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { sendRequests, type Request } from '../harness/otlp.ts';
import { openWindows, startProdlens, VsCodeWindow, type Harness } from '../harness/page.ts';
import { freePort, temporaryWorkspace } from '../harness/workspace.ts';

const source = `function priceOf(id) {
  return 12;
}

function taxOf(price) {
  return price / 5;
}
`;

function requests(version: string, line: number): Request[] {
  return Array.from({ length: 20 }, () => ({
    service: 'orders',
    version,
    method: 'GET',
    route: '/orders/:id',
    milliseconds: 40,
    inner: { function: line === 1 ? 'priceOf' : 'taxOf', file: '/srv/orders.js', line },
  }));
}

/** Windows share one receiver: the first leads, the others read from it. */
describe('several windows of one person', () => {
  let workspace: Awaited<ReturnType<typeof temporaryWorkspace>>;
  let serverDataDir: string;
  let harness: Harness;
  let settings: Record<string, unknown>;
  let port: number;
  before(async () => {
    workspace = await temporaryWorkspace({
      'package.json': '{ "name": "orders" }\n',
      'orders.js': source,
      'archive/package.json': '{ "name": "archive" }\n',
      'archive/archive.js': 'function archiveOrder(id) {\n  return id;\n}\n',
    });
    serverDataDir = await mkdtemp(path.join(tmpdir(), 'pl-'));
    port = await freePort();
    settings = {
      'prodlens.local.enabled': true,
      'prodlens.local.httpPort': port,
      'prodlens.local.grpcPort': await freePort(),
      'prodlens.window': '24h',
    };
    harness = await startProdlens({ workspace: workspace.folder, serverDataDir, settings });
  });
  after(async () => {
    await harness.stop();
    await workspace.remove();
    await rm(serverDataDir, { recursive: true, force: true, maxRetries: 5 });
  });

  it('show the same numbers, outlive a killed leader, and find their numbers again after a restart', async () => {
    const leader = await VsCodeWindow.open(harness);
    const leaderEditor = await leader.openFile('orders.js');
    await sendRequests(port, requests('1.0.0', 1));
    await leaderEditor.waitForLineEnd(1, /p95 4\d ms.*1\.0\.0/, 60_000);

    const follower = await VsCodeWindow.open(harness);
    const followerEditor = await follower.openFile('orders.js');
    await followerEditor.waitForLineEnd(1, /p95 4\d ms.*1\.0\.0/, 60_000);

    leader.killExtensionHost();
    // Accepted by whoever leads now; no window is touched.
    await sendRequests(port, requests('1.0.0', 5));
    await followerEditor.waitForLineEnd(5, /p95 4\d ms.*1\.0\.0/, 60_000);

    await follower.close();
    await harness.stop();
    harness = await startProdlens({ workspace: workspace.folder, serverDataDir, settings });
    const again = await VsCodeWindow.open(harness);
    const editor = await again.openFile('orders.js');
    await editor.waitForLineEnd(5, /p95 4\d ms.*1\.0\.0/, 60_000);
  });

  it('say of yesterday’s numbers how old they are, after a restart on its snapshot', async function () {
    this.timeout(240_000);
    const [still] = openWindows();
    const before = still ?? (await VsCodeWindow.open(harness));
    await sendRequests(
      port,
      Array.from({ length: 20 }, () => ({
        service: 'archive',
        version: '0.9.0',
        method: 'GET',
        route: '/archive/:id',
        milliseconds: 70,
        endedSecondsAgo: 20 * 3600,
        inner: { function: 'archiveOrder', file: '/srv/archive/archive.js', line: 1 },
      })),
    );
    const old = await before.openFile('archive/archive.js');
    await old.waitForLineEnd(1, /p95 7\d ms.*20 h old/, 60_000);
    await before.close();
    await harness.stop();
    harness = await startProdlens({ workspace: workspace.folder, serverDataDir, settings });
    const again = await VsCodeWindow.open(harness);
    const editor = await again.openFile('archive/archive.js');
    await editor.waitForLineEnd(1, /p95 7\d ms.*20 h old/, 60_000);
  });
});
