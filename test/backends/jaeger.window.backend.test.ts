import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Harness } from '../harness/harnessTypes.ts';
import type { SampleTrace } from './sampleTraffic.ts';
import { asOtlp, sampleTraffic } from './sampleTraffic.ts';
import { post } from './traceBackend.ts';
import { copyOfShop, loadDriver, type Window } from './vsCodeWindow.ts';

const url = process.env['PRODLENS_TEST_JAEGER'] ?? '';
const otlp = process.env['PRODLENS_TEST_JAEGER_OTLP'] ?? '';
/** A folder for pictures to look at. */
const pictures = process.env['PRODLENS_TEST_PICTURES'];

/** `checkout` of the demo's shop. */
const line = 15;

describe('a real VS Code on a real Jaeger alone', function () {
  this.timeout(180_000);
  /** Orders that were placed a while ago, so that nothing of them is still under way. */
  const sent = sampleTraffic('shop-api', 60, Date.now() - 60_000).map(asOrder);
  const orders = sent.filter(({ route }) => route === '/orders');
  let workspace: string;
  let harness: Harness;
  let window: Window;

  before(async () => {
    assert.notEqual(url, '', 'run through scripts/test-backends.mjs');
    await post(`${otlp}/v1/traces`, asOtlp(sent));
    workspace = await copyOfShop();
    const driver = await loadDriver();
    harness = await driver.startProdlens({
      workspace,
      settings: { 'prodlens.refreshSeconds': 15 },
    });
    window = await driver.VsCodeWindow.open(harness);
  });
  after(async () => {
    await harness.stop();
    await rm(workspace, { recursive: true, force: true, maxRetries: 5 });
  });

  it('shows a sample’s numbers of both releases beside the function, and says what they are', async () => {
    await window.waitForStatus(/local off/, 60_000);
    await connect(window);
    const { message } = await window.notifications.waitFor(/^staging: /, 90_000);
    assert.match(message, /shop-api/);
    assert.match(
      message,
      /[1-9]\d* of its \d+ operations land on [1-9]|as soon as the workspace is read/,
    );
    assert.match(message, /sample of its traces/);
    await window.waitForStatus(/staging/, 60_000);
    const editor = await window.openFile('api/routes/orders.js');
    const text = await editor.waitForLineEnd(
      line,
      new RegExp(`sample of ${orders.length}`),
      120_000,
    );
    assert.match(text, new RegExp(`^staging · p95 ~?[\\d.]+ m?s · sample of ${orders.length} · `));
    assert.match(text, /v1\.4\.2.*v2\.0\.0|v2\.0\.0.*v1\.4\.2/);
    assert.doesNotMatch(text, /\/s|err/);
    await picture('annotation');
    const card = await (await editor.hoverLineEnd(line)).innerText();
    assert.match(card, /From \d+ sampled traces in Jaeger .*: no totals/);
    assert.match(card, /a sample of traces in Jaeger/);
    await picture('hover');
    const status = (await window.statusBar()).find(({ text: shown }) => shown.includes('staging'));
    assert.match(status?.text ?? '', /shop-api v2\.0\.0 v1\.4\.2|shop-api v1\.4\.2 v2\.0\.0/);
  });

  it('opens traces of the function', async () => {
    const editor = await window.openFile('api/routes/orders.js');
    await editor.goToLine(line);
    await window.runCommand('Prodlens: Open Traces of Function…');
    await window.quickInput.waitFor(/checkout/);
    const items = await window.quickInput.items();
    assert.ok(items.length > 3, `${items.length} rows`);
    const groups = ['', 'Slowest of the newest', 'Failed among the newest', 'Recent'];
    for (const { separator } of items) assert.ok(groups.includes(separator), separator);
    await picture('traces');
    await window.quickInput.cancel();
  });

  async function picture(name: string): Promise<void> {
    if (pictures === undefined) return;
    for (const theme of name === 'annotation' ? (['light', 'dark'] as const) : []) {
      await window.setTheme(theme);
      await window.screenshot(path.join(pictures, `${name}-${theme}.png`));
    }
    await window.screenshot(path.join(pictures, `${name}.png`));
  }
});

/** As the demo's shop would send it: one environment, and requests that place an order. */
function asOrder(trace: SampleTrace): SampleTrace {
  const order = trace.route === '/orders/:id';
  const route = order ? '/orders' : trace.route;
  return {
    ...trace,
    route,
    spans: trace.spans.map((span) => ({
      ...span,
      environment: 'staging',
      ...(span.spanId === trace.entrySpanId && order
        ? {
            name: 'POST /orders',
            attributes: {
              ...span.attributes,
              'http.request.method': 'POST',
              'http.route': route,
              'url.path': route,
            },
          }
        : {}),
    })),
  };
}

/** As a person does it: the address is enough. */
async function connect(window: Window): Promise<void> {
  const { quickInput } = window;
  await window.runCommand('Prodlens: Connect a Backend…');
  await quickInput.waitFor('Connect a Backend');
  await quickInput.fill(url);
  await quickInput.accept();
  await quickInput.waitForMessage(/^Jaeger .*Name of its environment/);
  await quickInput.fill('staging');
  await quickInput.accept();
  await quickInput.waitFor(/Is staging an environment of production\?/);
  await quickInput.choose('Not production');
}
