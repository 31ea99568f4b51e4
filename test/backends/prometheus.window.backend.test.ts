import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Harness } from '../harness/harnessTypes.ts';
import { scrapeOnly, url } from './realPrometheus.ts';
import { RecordingProxy, type Recorded } from './recordingProxy.ts';
import { SpanMetricsExporter } from './spanMetricsExporter.ts';
import { copyOfShop, loadDriver, type Editor, type Window } from './vsCodeWindow.ts';

describe('a real VS Code on a real Prometheus', function () {
  this.timeout(240_000);
  const exporters = ['1.4.0', '1.5.0'].map(
    (version) => new SpanMetricsExporter({ service_name: 'shop-api', service_version: version }),
  );
  const proxy = new RecordingProxy(url);
  let address: string;
  let calling: NodeJS.Timeout;
  let workspace: string;
  let harness: Harness;
  let window: Window;

  before(async () => {
    assert.notEqual(url, '', 'run through scripts/test-backends.mjs');
    address = await proxy.start();
    workspace = await copyOfShop();
    const addresses = await Promise.all(exporters.map((exporter) => exporter.start()));
    // They run for a while already when the window opens.
    for (const exporter of exporters) exporter.calls('POST /orders', 'UNSET', [30]);
    scrapeOnly(addresses);
    const driver = await loadDriver();
    harness = await driver.startProdlens({
      workspace,
      settings: {
        'prodlens.refreshSeconds': 15,
      },
    });
    window = await driver.VsCodeWindow.open(harness);
  });
  after(async () => {
    clearInterval(calling);
    await harness.stop();
    proxy.stop();
    await Promise.all(exporters.map((exporter) => exporter.stop()));
    await rm(workspace, { recursive: true, force: true, maxRetries: 5 });
  });

  it('shows the numbers of both releases beside the function, and in its card', async () => {
    calling = setInterval(() => {
      exporters[0]?.calls('POST /orders', 'UNSET', [30, 40, 90]);
      exporters[1]?.calls('POST /orders', 'UNSET', [300]);
    }, 250);
    await window.waitForStatus(/local off/, 60_000);
    await connect(window, address);
    const { message } = await window.notifications.waitFor(/^staging: /, 90_000);
    assert.match(
      message,
      /shop-api[^.]*\. (?:\d+ of its \d+ operations land on \d+ functions? of this|Its one operation lands on 1 function of this|Its operations are matched)/,
    );
    await window.waitForStatus(/staging/, 60_000);
    const editor = await window.openFile('api/routes/orders.js');
    const text = await editor.waitForLineEnd(15, /p95.*v1\.4\.0.*v1\.5\.0/, 120_000);
    assert.match(text, /^staging · p95/);
    const card = await cardOf(editor);
    assert.match(card, /shop-api · staging/);
    assert.match(card, /Queries in Prometheus/);
  });

  it('asks for two things per refresh, whatever is opened, typed, hovered over and reported meanwhile', async () => {
    await steady();
    const from = proxy.asked.length;
    const editor = await window.openFile('api/routes/orders.js');
    await window.openFile('api/routes/products.js');
    await window.openFile('api/routes/orders.js');
    for (let round = 0; round < 3; round += 1) {
      await editor.hoverLineEnd(15);
      await editor.focus();
      for (const key of ['Control+End', 'Enter', 'x', 'Backspace', 'PageUp', 'PageDown'])
        await window.page.keyboard.press(key);
      await window.page.keyboard.press('Control+Home');
    }
    await editor.goToLine(16);
    await window.runCommand('Prodlens: Open Traces of Function…');
    await window.notifications.waitFor(/^The environment staging has no traces/);
    // Each takes the focus when it is there: a palette that is open then closes, and a file that isn't in sight isn't asked for.
    for (const [command, tab] of [
      ['Prodlens: Explain Annotation', /explain checkout/i],
      ['Prodlens: Show Rollback Journal', /rollback journal/i],
      ['Prodlens: Show Instrumentation Coverage', /coverage/i],
      ['Prodlens: Diagnose…', /diagnosis/i],
    ] as const) {
      await window.runCommand(command);
      await opened(tab);
    }
    const again = (): Promise<Editor> => window.openFile('api/routes/orders.js');
    await again().catch(again);
    await refreshes(from, 3);
    const { calls, buckets } = ranges(from);
    for (const [i, { at }] of calls.entries()) {
      const before = calls[i - 1]?.at;
      // Every fifteen seconds, a tenth sooner or later.
      if (before !== undefined) assert.ok(at - before > 13_000, `again after ${at - before} ms`);
    }
    assert.ok(buckets.length <= calls.length + 1, `${buckets.length} for ${calls.length}`);
    // Of the hour that is shown: what is new since the file was last in sight.
    for (const { at, parameters } of [...calls, ...buckets])
      assert.ok(at - Number(parameters.get('start')) * 1000 < 300_000, 'asked for what it knew');
  });

  /** Waits for a tab. */
  async function opened(name: RegExp): Promise<void> {
    let tabs = '';
    for (const end = Date.now() + 60_000; Date.now() < end;) {
      tabs = (await window.tabs()).join();
      if (name.test(tabs)) return;
      await delay(250);
    }
    assert.match(tabs, name);
  }

  /** Of this window's service: the coverage of all others, which the same server has of other tests, is asked for as well. */
  function ranges(from = 0): ReturnType<RecordingProxy['ranges']> {
    const isOwn = ({ parameters }: Recorded): boolean =>
      (parameters.get('query') ?? '').includes('shop-api');
    const { calls, buckets } = proxy.ranges(from);
    return { calls: calls.filter(isOwn), buckets: buckets.filter(isOwn) };
  }

  /** Waits until what was opened first is fetched, also once more after its series showed how often they are sampled. */
  async function steady(): Promise<void> {
    const end = Date.now() + 180_000;
    const apart = (): boolean => {
      const times = ranges().calls.map(({ at }) => at);
      const last = [...times.slice(-3), Date.now() + 11_000];
      return last.length > 3 && last.every((at, i) => i === 0 || at - (last[i - 1] ?? at) > 13_000);
    };
    while (!apart()) {
      assert.ok(Date.now() < end, 'the refreshes never came to a beat');
      await delay(250);
    }
  }

  /** Waits until calls were asked for that often since. */
  async function refreshes(from: number, count: number): Promise<void> {
    const end = Date.now() + 180_000;
    while (ranges(from).calls.length < count) {
      assert.ok(Date.now() < end, 'waited in vain for a refresh');
      await delay(250);
    }
  }

  it('writes recording rules for what the backend has', async () => {
    const { quickInput } = window;
    await window.runCommand('Prodlens: Write Recording Rules…');
    await quickInput.waitFor('Write Recording Rules');
    // VS Code's dialog for files reads the folder first: what is typed until then is replaced by its path, and Enter isn't taken.
    await quickInput.items();
    do {
      await quickInput.fill(path.join(workspace, 'rules.yaml'));
      await quickInput.accept();
    } while (!(await quickInput.closesWithin(3_000)));
    await window.notifications.waitFor(/^Recording rules are in rules\.yaml\./);
    assert.ok((await window.tabs()).some((tab) => tab.includes('rules.yaml')));
    assert.match(
      await readFile(path.join(workspace, 'rules.yaml'), 'utf8'),
      /^ +- record: prodlens:traces_span_metrics_calls_total:growth1m$/m,
    );
  });
});

/** The card, once what it says is there. */
async function cardOf(editor: Editor): Promise<string> {
  const card = await editor.hoverLineEnd(15);
  const end = Date.now() + 30_000;
  for (;;) {
    const text = await card.innerText();
    if (!text.startsWith('Loading') || Date.now() > end) return text;
    await delay(100);
  }
}

/** As a person does it: the address is enough. */
async function connect(window: Window, address: string): Promise<void> {
  const { quickInput } = window;
  await window.runCommand('Prodlens: Connect a Backend…');
  await quickInput.waitFor('Connect a Backend');
  await quickInput.fill(address);
  await quickInput.accept();
  await quickInput.waitForMessage(/^Prometheus [\d.]+\S* answers\. Name of its environment/);
  await quickInput.fill('staging');
  await quickInput.accept();
  await quickInput.waitFor(/Is staging an environment of production\?/);
  await quickInput.choose('Not production');
}
