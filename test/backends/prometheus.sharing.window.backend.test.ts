import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Harness } from '../harness/harnessTypes.ts';
import { scrapeOnly, url } from './realPrometheus.ts';
import { RecordingProxy, type Recorded } from './recordingProxy.ts';
import { SpanMetricsExporter } from './spanMetricsExporter.ts';
import { copyOfShop, loadDriver, type Driver, type Editor, type Window } from './vsCodeWindow.ts';

/** A refresh every fifteen seconds, a tenth sooner or later. */
const refreshSeconds = 15;
const shortest = 13_000;

describe('two windows of a real VS Code on one real Prometheus', function () {
  this.timeout(300_000);
  const shop = new SpanMetricsExporter({ service_name: 'shop-api', service_version: '1.4.0' });
  const proxy = new RecordingProxy(url);
  let calling: NodeJS.Timeout;
  let workspace: string;
  let driver: Driver;
  let harness: Harness;

  before(async () => {
    assert.notEqual(url, '', 'run through scripts/test-backends.mjs');
    workspace = await copyOfShop();
    const call = (): void => {
      shop.calls('POST /orders', 'UNSET', [30, 40, 90]);
    };
    call();
    calling = setInterval(call, 250);
    scrapeOnly([await shop.start()]);
    driver = await loadDriver();
    const metrics = { kind: 'prometheus', url: await proxy.start() };
    harness = await driver.startProdlens({
      workspace,
      settings: {
        'prodlens.refreshSeconds': refreshSeconds,
        'prodlens.environments': [{ name: 'staging', metrics }],
        'prodlens.environment': 'staging',
      },
    });
  });
  after(async () => {
    clearInterval(calling);
    await harness.stop();
    proxy.stop();
    scrapeOnly([]);
    await shop.stop();
    await rm(workspace, { recursive: true, force: true, maxRetries: 5 });
  });

  const isOwn = ({ parameters }: Recorded): boolean =>
    (parameters.get('query') ?? '').includes('shop-api');
  const asked = (from = 0): ReturnType<RecordingProxy['ranges']> => {
    const { calls, buckets } = proxy.ranges(from);
    return { calls: calls.filter(isOwn), buckets: buckets.filter(isOwn) };
  };

  /** Waits until the newest questions for calls are as far apart as those of one window. */
  async function steady(): Promise<void> {
    await until('the requests to come to a beat', () => {
      const times = asked().calls.map(({ at }) => at);
      const last = times.slice(-3);
      return (
        last.length > 2 && last.every((at, i) => i === 0 || at - (last[i - 1] ?? at) > shortest)
      );
    });
  }

  /** Waits for so many more refreshes, and looks whether they are those of one window. */
  async function ofOneWindow(count: number): Promise<void> {
    const from = proxy.asked.length;
    await until('refreshes', () => asked(from).calls.length >= count);
    const { calls, buckets } = asked(from);
    for (const [i, { at }] of calls.entries()) {
      const before = calls[i - 1]?.at;
      if (before !== undefined) assert.ok(at - before > shortest, `again after ${at - before} ms`);
    }
    assert.ok(buckets.length <= calls.length + 1, `${buckets.length} for ${calls.length}`);
    // What the backend has is asked for by one of them as well: a question in seven minutes, and some at the very beginning.
    const looks = proxy.asked.slice(from).filter(({ path }) => !path.endsWith('/query_range'));
    assert.ok(looks.length <= 2, looks.map(({ path }) => path).join());
  }

  it('asks what one window asks, and goes on when the first one is closed', async () => {
    const shown = async (window: Window): Promise<Editor> => {
      await window.waitForStatus(/staging/, 60_000);
      const editor = await window.openFile('api/routes/orders.js');
      await editor.waitForLineEnd(15, /p95/, 120_000);
      return editor;
    };
    const first = await driver.VsCodeWindow.open(harness);
    await shown(first);
    const second = await driver.VsCodeWindow.open(harness);
    const editor = await shown(second);
    assert.notEqual(second.extensionHostPid, first.extensionHostPid);
    await steady();
    await ofOneWindow(4);
    await first.close();
    await ofOneWindow(3);
    await editor.waitForLineEnd(15, /p95/);
    await second.close();
  });
});

async function until(what: string, isSo: () => boolean): Promise<void> {
  for (const end = Date.now() + 180_000; !isSo();) {
    assert.ok(Date.now() < end, `waited in vain for ${what}`);
    await delay(250);
  }
}
