import assert from 'node:assert/strict';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { FrameLocator } from 'playwright-core';

import { projectRoot, startProdlens, VsCodeWindow, waitUntil } from '../harness/page.ts';
import type { Harness } from '../harness/page.ts';
import { freePort } from '../harness/workspace.ts';
import { recordedRequests, send } from '../unit/workers/replay.ts';

const ordersFile = 'api/routes/orders.js';
const spansOfLarge = 5_000;

const traceId = `${'f'.repeat(31)}1`;
const id = (n: number): string => (n + 1).toString(16).padStart(16, '0');

/** One trace of the shop with thousands of spans. */
function largeTrace(): string {
  const start = BigInt(Date.now() - 20_000) * 1_000_000n;
  const spans = Array.from({ length: spansOfLarge }, (_, i) => ({
    traceId,
    spanId: id(i),
    ...(i === 0 ? {} : { parentSpanId: id(Math.floor((i - 1) / 3)) }),
    name: i === 0 ? 'GET /products' : `step ${i}`,
    kind: i === 0 ? 2 : 1,
    startTimeUnixNano: String(start + BigInt(i) * 100_000n),
    endTimeUnixNano: String(start + BigInt(spansOfLarge) * 100_000n),
    attributes:
      i === 0
        ? [
            { key: 'http.request.method', value: { stringValue: 'GET' } },
            { key: 'http.route', value: { stringValue: '/products' } },
          ]
        : [],
  }));
  const service = { key: 'service.name', value: { stringValue: 'shop-api' } };
  return JSON.stringify({
    resourceSpans: [
      { resource: { attributes: [service] }, scopeSpans: [{ scope: { name: 'test' }, spans }] },
    ],
  });
}

/** Recorded traffic of the demo's shop, from the list of traces to the function and back, in a real VS Code. */
describe('traces of a function', () => {
  let folder: string;
  let harness: Harness;
  let window: VsCodeWindow;
  let port: number;
  before(async function () {
    this.timeout(240_000);
    folder = await mkdtemp(path.join(tmpdir(), 'pl-ws-'));
    await cp(path.join(projectRoot(), 'demo/shop'), folder, { recursive: true });
    port = await freePort();
    harness = await startProdlens({
      workspace: folder,
      settings: {
        'prodlens.local.enabled': true,
        'prodlens.local.httpPort': port,
        'prodlens.local.grpcPort': await freePort(),
      },
    });
    window = await VsCodeWindow.open(harness);
    await waitUntil(
      'the receiver to listen',
      async () => (await fetch(`http://127.0.0.1:${port}/`)).ok,
      60_000,
    );
    const recording = path.join(projectRoot(), 'test/fixtures/recordings/shop');
    await send(port, 'traces', [largeTrace(), ...recordedRequests(recording, 'traces', 1_000)]);
    const checkout = await window.openFile(ordersFile, 15);
    await checkout.waitForLineEnd(15, /p95/, 60_000);
  });
  after(async () => {
    await harness.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  const rowsOf = (page: FrameLocator): Promise<string[]> =>
    page.locator('.row:not([hidden]) .name').allInnerTexts();
  const selectedIn = (page: FrameLocator): Promise<string> =>
    page.locator('.row.selected .name').innerText();
  /** The waterfall once its rows are there and places are known. */
  const waterfall = (): Promise<FrameLocator> => window.webview('.row .jump:not(.none)');

  async function openList(): Promise<void> {
    await window.openFile(ordersFile, 16);
    await window.runCommand('Prodlens: Open Traces of Function…');
    await window.quickInput.waitFor(/Traces of checkout in local/);
  }

  it('are listed slowest, failed, recent, and found by attribute', async () => {
    await openList();
    const groups = await waitUntil('three groups', async () => {
      const found = (await window.quickInput.items()).map((row) => row.separator).filter(Boolean);
      return found.length === 3 ? found : undefined;
    });
    assert.deepEqual(groups, ['Slowest', 'Failed', 'Recent']);

    await window.quickInput.fill('http.response.status_code=500');
    await window.quickInput.waitFor(/http\.response\.status_code=500/);
    const failed = await waitUntil('failed traces alone', async () => {
      const rows = await window.quickInput.items();
      return rows.every(({ description }) => /Error|failed/.test(description)) ? rows : undefined;
    });
    assert.ok(failed.length > 0);

    await window.quickInput.fill('http.response.status_code=299');
    await window.quickInput.waitFor(/status_code=299/);
    const [none] = await waitUntil('that nothing fits', async () => {
      const rows = await window.quickInput.items();
      return rows[0]?.label.includes('No kept trace of checkout fits') ? rows : undefined;
    });
    assert.ok(none);
    await window.quickInput.cancel();
  });

  it('open as a waterfall that keys walk through, and that leads to the function', async () => {
    await openList();
    await window.quickInput.fill('http.response.status_code=500');
    await window.quickInput.waitFor(/http\.response\.status_code=500/);
    await window.quickInput.choose(/ms|s/);
    const page = await waterfall();
    assert.ok((await rowsOf(page)).some((name) => name === 'POST /orders'));
    assert.equal(await selectedIn(page), 'POST /orders');
    assert.match(
      await page.locator('.details').innerText(),
      /checkout · api\/routes\/orders\.js:15/,
    );

    // Every bar ends within the time column: the axis covers the latest end, beside the scroll bar.
    const cut = await page.locator('.grid').evaluate((grid) => {
      const right = (of: Element): number => of.getBoundingClientRect().right;
      const edge = Math.max(...[...grid.querySelectorAll('.row:not([hidden]) .time')].map(right));
      const bars = [...grid.querySelectorAll('.row:not([hidden]) .bar:not(.none)')].map(right);
      const axis = document.querySelector('.axis');
      return { beyond: Math.max(...bars) - edge, axis: axis === null ? NaN : right(axis) - edge };
    });
    assert.ok(cut.beyond < 3 && Math.abs(cut.axis) < 1, JSON.stringify(cut));

    await window.page.keyboard.press('ArrowDown');
    // What is selected is drawn with the next frame.
    await waitUntil(
      'the second row to be selected',
      async () => (await selectedIn(page)) !== 'POST /orders',
    );
    await window.page.keyboard.press('ArrowUp');
    await waitUntil(
      'the first row to be selected again',
      async () => (await selectedIn(page)) === 'POST /orders',
    );
    await window.page.keyboard.press('Enter');
    await window.page.locator('.statusbar-item', { hasText: /Ln 15, Col/ }).waitFor();
    assert.ok((await window.tabs()).some((tab) => tab.includes('orders.js')));
  });

  it('stay as they were when hidden and shown, and after a reload of the window', async () => {
    const tab = window.page.locator('.tab', { hasText: /POST \/orders/ }).first();
    await tab.click();
    let page = await waterfall();
    await page.locator('.grid').focus();
    await window.page.keyboard.press('ArrowDown');
    await window.page.keyboard.press('d');
    await page.locator('.without-details').waitFor({ state: 'attached' });
    const selected = await selectedIn(page);
    // In the group of the waterfall, so that it is hidden.
    await window.runCommand('View: New Untitled Text File').catch(async () => {
      await window.runCommand('File: New Untitled Text File');
    });
    await tab.click();
    page = await waterfall();
    assert.equal(await selectedIn(page), selected);
    await page.locator('.without-details').waitFor({ state: 'attached' });

    await window.reload();
    // VS Code may not have kept yet which editor was in front.
    await tab.click();
    page = await waterfall();
    assert.ok((await rowsOf(page)).includes('POST /orders'));
  });

  it('may have thousands of spans', async () => {
    await window.runCommand('Prodlens: Look Up Trace…');
    await window.quickInput.fill(`traceparent: 00-${traceId}-${id(0)}-01`);
    await window.quickInput.accept();
    const page = await window.webview('.row[aria-rowindex="1"]');
    await page.locator('header', { hasText: '5,000 spans' }).waitFor();
    await page.locator('.grid').focus();
    await window.page.keyboard.press('End');
    await page.locator(`.row.selected[aria-rowindex="${spansOfLarge}"]`).waitFor();
    assert.ok((await page.locator('.row').count()) < 100);
  });
});
