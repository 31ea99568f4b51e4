import assert from 'node:assert/strict';
import { cp } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import path from 'node:path';

import { projectRoot, startProdlens, updateSettings, VsCodeWindow } from '../harness/page.ts';
import { waitUntil, type Harness } from '../harness/page.ts';
import { freePort, temporaryWorkspace } from '../harness/workspace.ts';
import { recordedRequests, send } from '../unit/workers/replay.ts';

const orders = 'shop/api/routes/orders.js';
const products = 'shop/api/routes/products.js';

/** The demo's shop and its recorded traffic, as a person has them. The folder isn't a git repository. */
describe('a day with Prodlens', () => {
  let workspace: Awaited<ReturnType<typeof temporaryWorkspace>>;
  let harness: Harness;
  let window: VsCodeWindow;
  let port: number;
  let traces: string[];
  before(async () => {
    workspace = await temporaryWorkspace({});
    await cp(path.join(projectRoot(), 'demo/shop'), path.join(workspace.folder, 'shop'), {
      recursive: true,
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
    window = await VsCodeWindow.open(harness);
    await waitUntil('the receiver', () => fetch(`http://127.0.0.1:${port}/`));
    traces = recordedRequests(path.join(projectRoot(), 'test/fixtures/recordings/shop'), 'traces');
    await send(port, 'traces', traces);
  });
  after(async () => {
    await harness.stop();
    await workspace.remove();
  });

  it('shows numbers at the lines of the functions that ran, and nothing in a file without data', async () => {
    const editor = await window.openFile(orders);
    await editor.waitForLineEnd(15, /p95 .* err .*v1\.[45]\.0.* v1\.[45]\.0/, 60_000);
    await editor.waitForLineEnd(27, /p95/);
    assert.deepEqual([...(await editor.lineEnds()).keys()], [15, 27]);
    const calm = await window.openFile('shop/pricing/later.js');
    assert.equal((await calm.lineEnds()).size, 0);
    assert.equal((await calm.codeLenses()).length, 0);
  });

  it('shows only what needs attention, where that is wanted', async () => {
    const editor = await window.openFile(products);
    await editor.waitForLineEnd(6, /p95/);
    await updateSettings(harness, {
      'prodlens.annotations.show': 'attention',
      'prodlens.thresholds.p95Ms': 60_000,
      'prodlens.thresholds.errorRatio': 1,
    });
    await waitUntil('no annotation', async () => (await editor.lineEnds()).size === 0);
    await updateSettings(harness, { 'prodlens.thresholds.p95Ms': 0 });
    await waitUntil('both annotations', async () => (await editor.lineEnds()).size === 2);
    await updateSettings(harness, {
      'prodlens.annotations.show': undefined,
      'prodlens.thresholds.p95Ms': undefined,
      'prodlens.thresholds.errorRatio': undefined,
    });
  });

  it('moves annotations with the text that somebody types above them', async () => {
    const editor = await window.openFile(orders);
    await editor.goToLine(1);
    await window.page.keyboard.press('Home');
    for (let i = 0; i < 3; i++) await window.page.keyboard.press('Enter');
    await editor.waitForLineEnd(18, /p95/);
    assert.deepEqual([...(await editor.lineEnds()).keys()], [18, 30]);
    for (let i = 0; i < 3; i++) await window.page.keyboard.press('Backspace');
    await editor.waitForLineEnd(15, /p95/);
  });

  it('lists the real traces of the function at the cursor and opens one', async () => {
    const editor = await window.openFile(orders);
    await editor.goToLine(16);
    await window.runCommand('Prodlens: Open Traces of Function…');
    await window.quickInput.waitFor(/checkout/);
    const rows = await window.quickInput.items();
    const real = rows.filter(({ label, description, detail }) =>
      /\d\s*(?:ms|s)\b/.test(`${label} ${description} ${detail}`),
    );
    assert.ok(real.length > 3, JSON.stringify(rows));
    assert.ok(real.some((row) => /1\.[45]\.0/.test(Object.values(row).join(' '))));
    await window.quickInput.choose(real[0]?.label ?? '');
    const waterfall = await window.webview('[role=row]');
    const names = await waterfall.locator('[role=row]').allInnerTexts();
    assert.ok(
      names.some((name) => name.includes('POST /orders')),
      names.join(),
    );
  });

  it('finds a trace by a line of a log that is pasted', async () => {
    const traceId = slowestTraceOf('POST /orders', traces);
    await window.runCommand('Prodlens: Look Up Trace…');
    await window.quickInput.waitFor('Look Up Trace');
    await window.quickInput.fill(`INFO ordered trace_id=${traceId} in 12 ms`);
    await window.quickInput.accept();
    const waterfall = await window.webview('[role=row]').catch(async (error: unknown) => {
      throw new Error(JSON.stringify(await window.notifications.all()), { cause: error });
    });
    // The page of the trace that was open before may still be the one that is read: wait for the one asked for.
    await waterfall.getByText(traceId).first().waitFor();
    await waterfall.locator('[role=row]').nth(1).waitFor();
    await window.runCommand('Prodlens: Look Up Trace…');
    await window.quickInput.waitFor('Look Up Trace');
    await window.quickInput.fill('nothing to see here');
    await window.quickInput.waitForMessage(/No trace id/);
    await window.quickInput.cancel();
  });

  it('keeps the chosen window in this workspace, also after a reload', async () => {
    // A page that gets the focus back late, after the list of before, would close the next list.
    await window.openFile(orders);
    await window.runCommand('Prodlens: Select Time Window…');
    await window.quickInput.choose('Last 15 minutes');
    const chosen = async (): Promise<string[]> => {
      await window.runCommand('Prodlens: Select Time Window…');
      await window.quickInput.waitFor('Select Time Window');
      return (await window.quickInput.items()).map(({ label }) => label);
    };
    assert.ok((await chosen()).includes('Use setting'));
    await window.quickInput.cancel();
    await window.reload();
    await window.openFile(orders);
    assert.ok((await chosen()).includes('Use setting'));
    await window.quickInput.choose('Use setting');
    assert.ok(!(await chosen()).includes('Use setting'));
    await window.quickInput.cancel();
    await window.runCommand('Prodlens: Select Environment…');
    await window.quickInput.choose('local');
    await window.editor(orders).waitForLineEnd(15, /p95/, 60_000);
  });

  it('explains in a document that leads to the code, and leaves no dead page after a reload', async () => {
    const explained = async (): Promise<void> => {
      const editor = await window.openFile(orders, 16);
      await editor.waitForLineEnd(15, /p95/, 60_000);
      await window.runCommand('Prodlens: Explain Annotation');
      const document = await window.webview('h1');
      await document
        .getByRole('link', { name: /checkout · .*orders\.js:15/ })
        .first()
        .click();
      await window.page.locator('.statusbar-item', { hasText: 'Ln 15, Col 1' }).waitFor();
    };
    const isOpen = async (): Promise<boolean> =>
      (await window.tabs()).some((tab) => tab.includes('Explain checkout'));
    await explained();
    assert.ok(await isOpen());
    await window.reload();
    await waitUntil('the document of before to go', async () => !(await isOpen()));
    await explained();
  });

  it('says why there is nothing to explain where there is no function of the workspace', async () => {
    const explaining = async (why: RegExp): Promise<void> => {
      await window.runCommand('Prodlens: Explain Annotation');
      await window.notifications.waitFor(why);
      await window.runCommand('Notifications: Clear All Notifications');
    };
    await window.openFile('shop/README.md');
    await explaining(/no functions of markdown files/);
    await window.openFile(path.join(projectRoot(), 'scripts/unit.mjs'));
    await explaining(/in no folder of the workspace/);
    await window.runCommand('View: Close All Editors');
    await explaining(/Open a file and place the cursor/);
    await window.openFile(orders);
  });

  it('names the port that another program holds', async () => {
    await window.runCommand('Prodlens: Stop Local Receiver');
    await waitUntil('the port to be free', async () =>
      fetch(`http://127.0.0.1:${port}/`).then(
        () => false,
        () => true,
      ),
    );
    const other = await occupied(port);
    await window.runCommand('Prodlens: Start Local Receiver');
    const { message } = await window.notifications.waitFor(new RegExp(String(port)));
    assert.match(message, /taken|in use|another/i);
    await new Promise((resolve) => other.close(resolve));
    await window.runCommand('Prodlens: Start Local Receiver');
    await window.notifications.waitFor(/listens on/);
    await window.editor(orders).waitForLineEnd(15, /p95/, 60_000);
  });

  it('forgets what it kept here when asked to', async () => {
    const editor = await window.openFile(orders);
    await editor.waitForLineEnd(15, /p95/);
    await window.runCommand('Prodlens: Clear Local Data…');
    const { message } = await window.dialog.read();
    assert.match(message, /Clear/);
    await window.dialog.press('Clear');
    await waitUntil('the annotations to go', async () => (await editor.lineEnds()).size === 0);
  });
});

/** The id of the slowest request of that name: one that is kept whole, however many there were. */
function slowestTraceOf(name: string, requests: readonly string[]): string {
  interface Span {
    readonly name: string;
    readonly traceId: string;
    readonly startTimeUnixNano: string;
    readonly endTimeUnixNano: string;
  }
  interface Wire {
    readonly resourceSpans: readonly {
      readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
    }[];
  }
  const duration = (span: Span): number =>
    Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano));
  return (
    requests
      .flatMap((text) => (JSON.parse(text) as Wire).resourceSpans)
      .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
      .filter((span) => span.name === name)
      .toSorted((a, b) => duration(b) - duration(a))[0]?.traceId ?? ''
  );
}

function occupied(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      resolve(server);
    });
  });
}
