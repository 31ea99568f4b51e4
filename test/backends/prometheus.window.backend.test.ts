import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Harness, HarnessOptions, WindowOptions } from '../harness/harnessTypes.ts';
import { SpanMetricsExporter } from './spanMetricsExporter.ts';

const url = process.env['PRODLENS_TEST_PROMETHEUS'] ?? '';
const targets = process.env['PRODLENS_TEST_PROMETHEUS_TARGETS'] ?? '';
const root = process.env['PRODLENS_ROOT'] ?? process.cwd();

/** What is used here of test/harness/page.ts, which is checked with the types of a page. */
interface Driver {
  readonly startProdlens: (options: HarnessOptions) => Promise<Harness>;
  readonly VsCodeWindow: {
    open(harness: Harness, options?: WindowOptions): Promise<Window>;
  };
}
interface Window {
  readonly quickInput: {
    waitForMessage(pattern: RegExp): Promise<string>;
    waitFor(title: string | RegExp): Promise<void>;
    fill(text: string): Promise<void>;
    accept(): Promise<void>;
    choose(label: string | RegExp): Promise<void>;
  };
  readonly notifications: {
    waitFor(pattern: RegExp, timeoutMs?: number): Promise<{ readonly message: string }>;
  };
  runCommand(title: string): Promise<void>;
  tabs(): Promise<string[]>;
  openFile(file: string): Promise<Editor>;
  waitForStatus(pattern: RegExp, timeoutMs?: number): Promise<string>;
}
interface Editor {
  waitForLineEnd(line: number, pattern: RegExp, timeoutMs?: number): Promise<string>;
  lineEnds(): Promise<Map<number, unknown>>;
  hoverLineEnd(line: number): Promise<{ innerText(): Promise<string> }>;
}

describe('a real VS Code on a real Prometheus', function () {
  this.timeout(180_000);
  const exporters = ['1.4.0', '1.5.0'].map(
    (version) => new SpanMetricsExporter({ service_name: 'shop-api', service_version: version }),
  );
  let workspace: string;
  let harness: Harness;
  let window: Window;

  before(async () => {
    assert.notEqual(url, '', 'run through scripts/test-backends.mjs');
    workspace = await mkdtemp(path.join(tmpdir(), 'pl-prom-'));
    await cp(path.join(root, 'demo/shop'), workspace, { recursive: true });
    const addresses = await Promise.all(exporters.map((exporter) => exporter.start()));
    // They run for a while already when the window opens.
    for (const exporter of exporters) exporter.calls('POST /orders', 'UNSET', [30]);
    await writeFile(targets, JSON.stringify([{ targets: addresses }]));
    const { loadDriver } = (await import(
      pathToFileURL(path.join(root, 'scripts/harness/driver.mjs')).href
    )) as { readonly loadDriver: () => Promise<Driver> };
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
    await harness.stop();
    await Promise.all(exporters.map((exporter) => exporter.stop()));
    await rm(workspace, { recursive: true, force: true, maxRetries: 5 });
  });

  it('shows the numbers of both releases beside the function, and in its card', async () => {
    const calling = setInterval(() => {
      exporters[0]?.calls('POST /orders', 'UNSET', [30, 40, 90]);
      exporters[1]?.calls('POST /orders', 'UNSET', [300]);
    }, 250);
    try {
      await window.waitForStatus(/local off/, 60_000);
      await connect(window);
      const { message } = await window.notifications.waitFor(/^staging: /, 90_000);
      assert.match(
        message,
        /shop-api[^.]*\. (?:\d+ of its \d+ operations land on \d+ functions of this|Its operations are matched)/,
      );
      await window.waitForStatus(/staging/, 60_000);
      const editor = await window.openFile('api/routes/orders.js');
      const text = await editor.waitForLineEnd(15, /p95.*v1\.4\.0.*v1\.5\.0/, 120_000);
      assert.match(text, /^staging · p95/);
      const card = await (await editor.hoverLineEnd(15)).innerText();
      assert.match(card, /shop-api · staging/);
      assert.match(card, /Queries in Prometheus/);
    } finally {
      clearInterval(calling);
    }
  });

  it('writes recording rules for what the backend has', async () => {
    const { quickInput } = window;
    await window.runCommand('Prodlens: Write Recording Rules…');
    await quickInput.waitFor('Write Recording Rules');
    await quickInput.fill(path.join(workspace, 'rules.yaml'));
    await quickInput.accept();
    await window.notifications.waitFor(/^Recording rules are in rules\.yaml\./);
    assert.ok((await window.tabs()).some((tab) => tab.includes('rules.yaml')));
    assert.match(
      await readFile(path.join(workspace, 'rules.yaml'), 'utf8'),
      /^ +- record: prodlens:traces_span_metrics_calls_total:growth1m$/m,
    );
  });
});

/** As a person does it: the address is enough. */
async function connect(window: Window): Promise<void> {
  const { quickInput } = window;
  await window.runCommand('Prodlens: Connect a Backend…');
  await quickInput.waitFor('Connect a Backend');
  await quickInput.fill(url);
  await quickInput.accept();
  await quickInput.waitForMessage(/^Prometheus [\d.]+\S* answers\. Name of its environment/);
  await quickInput.fill('staging');
  await quickInput.accept();
  await quickInput.waitFor(/Is staging an environment of production\?/);
  await quickInput.choose('Not production');
}
