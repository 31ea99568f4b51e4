import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import type { Harness, WindowOptions } from '../harness/harnessTypes.ts';
import { scrapeOnly, url } from './realPrometheus.ts';
import { RecordingProxy } from './recordingProxy.ts';
import { SpanMetricsExporter } from './spanMetricsExporter.ts';
import { copyOfShop, loadDriver, type Driver, type Editor, type Window } from './vsCodeWindow.ts';

const refreshMs = 15_000;
/**
 * VS Code in a browser keeps secrets for all of its windows where the server behind it gives half of their key, which this harness's doesn't. Each
 * window reads them when it opens (on a desktop they are told of changes, too).
 */
const withSecretStorage: NonNullable<WindowOptions['prepare']> = (page) =>
  page
    .route('**/mint-key', (route) => route.fulfill({ body: Buffer.alloc(32, 7) }))
    .then(() => undefined);

/** A refresh comes up to a tenth later, and what it brings has to be drawn. */
const oneRefreshMs = refreshMs * 1.1 + 10_000;
/** `checkout` of the demo's shop. */
const line = 15;

describe('signing in again at a real Prometheus, in two windows of a real VS Code', function () {
  this.timeout(240_000);
  const exporter = new SpanMetricsExporter({
    service_name: 'shop-api',
    service_version: '1.4.0',
  });
  const proxy = new RecordingProxy(url);
  let driver: Driver;
  let calling: NodeJS.Timeout;
  let workspace: string;
  let harness: Harness;
  let windows: { readonly window: Window; readonly editor: Editor }[];

  before(async () => {
    assert.notEqual(url, '', 'run through scripts/test-backends.mjs');
    proxy.admitted = 'Bearer first-s3cret';
    workspace = await copyOfShop();
    exporter.calls('POST /orders', 'UNSET', [30]);
    scrapeOnly([await exporter.start()]);
    calling = setInterval(() => {
      exporter.calls('POST /orders', 'UNSET', [30, 40, 90]);
    }, 250);
    driver = await loadDriver();
    harness = await driver.startProdlens({
      workspace,
      settings: { 'prodlens.refreshSeconds': refreshMs / 1000 },
    });
  });
  after(async () => {
    clearInterval(calling);
    await harness.stop();
    proxy.stop();
    await exporter.stop();
    await rm(workspace, { recursive: true, force: true, maxRetries: 5 });
  });

  const open = async () => {
    const window = await driver.VsCodeWindow.open(harness, { prepare: withSecretStorage });
    await window.waitForStatus(/local off|shop/, 60_000);
    return { window, editor: await window.openFile('api/routes/orders.js') };
  };
  /** What the status bar's item says in whole, where it matches. */
  const waitForLabel = async (window: Window, pattern: RegExp): Promise<void> => {
    const labels = async () => (await window.statusBar()).map(({ label }) => label);
    await driver.waitUntil(
      `a status like ${String(pattern)}`,
      async () => (await labels()).some((label) => pattern.test(label)),
      60_000,
      labels,
    );
  };

  it('a window that opens later signs in with what was given in the first', async () => {
    const first = await open();
    const { quickInput } = first.window;
    await first.window.runCommand('Prodlens: Connect a Backend…');
    await quickInput.waitFor('Connect a Backend');
    await quickInput.fill(await proxy.start());
    await quickInput.accept();
    await quickInput.waitFor(/wants credentials/);
    await quickInput.choose('Bearer token');
    await quickInput.waitForMessage(/^Token\./);
    await quickInput.fill('first-s3cret');
    await quickInput.accept();
    await quickInput.waitForMessage(/^Prometheus [\d.]+\S* answers\. Name of its environment/);
    await quickInput.fill('shop');
    await quickInput.accept();
    await quickInput.waitFor(/Is shop an environment of production\?/);
    await quickInput.choose('Not production');
    await first.editor.waitForLineEnd(line, /p95/, 120_000);
    const second = await open();
    await waitForLabel(second.window, /Prodlens.*shop-api/);
    await second.editor.waitForLineEnd(line, /p95/, 60_000);
    windows = [first, second];
  });

  it('both say that the credentials are refused and what to do, and keep the last numbers', async () => {
    proxy.admitted = 'Bearer second-s3cret';
    for (const { window, editor } of windows) {
      await waitForLabel(window, /answers 401: it wants credentials.*Select Environment/);
      await editor.waitForLineEnd(line, /p95/);
    }
  });

  it('signing in again in one of them brings numbers back within one refresh, and in the other when it opens again', async () => {
    const [first, second] = windows;
    assert.ok(first !== undefined && second !== undefined);
    await first.window.clickStatus(/shop/);
    await first.window.quickInput.choose(/Sign In Again at/);
    await first.window.quickInput.waitForMessage(/^Token\./);
    await first.window.quickInput.fill('second-s3cret');
    await first.window.quickInput.accept();
    await signedIn(first.window, oneRefreshMs);
    assert.doesNotMatch(await first.editor.waitForLineEnd(line, /p95/), /old/);
    await second.window.reload();
    await signedIn(second.window, 60_000);
    const editor = await second.window.openFile('api/routes/orders.js');
    assert.doesNotMatch(await editor.waitForLineEnd(line, /p95/, 60_000), /old/);
  });

  const signedIn = (window: Window, withinMs: number): Promise<unknown> =>
    driver.waitUntil(
      'the failure to be over',
      async () => {
        const own = (await window.statusBar()).find(({ label }) => label.includes('shop-api'));
        return own !== undefined && !own.label.includes('401');
      },
      withinMs,
      () => window.statusBar(),
    );
});
