import assert from 'node:assert/strict';
import { cp, mkdir } from 'node:fs/promises';
import path from 'node:path';

import type { Locator } from 'playwright-core';

import {
  projectRoot,
  startProdlens,
  VsCodeWindow,
  waitUntil,
  type Harness,
  type ThemeKind,
} from '../harness/page.ts';
import { freePort, temporaryWorkspace } from '../harness/workspace.ts';
import { recordedRequests, send } from '../unit/workers/replay.ts';

const products = 'shop/api/routes/products.js';

/** Three steps from the installation to numbers on one's own code, taken as a person takes them. */
describe('the walkthrough', () => {
  let workspace: Awaited<ReturnType<typeof temporaryWorkspace>>;
  let harness: Harness;
  let window: VsCodeWindow;
  let port: number;
  before(async () => {
    workspace = await temporaryWorkspace({});
    await cp(path.join(projectRoot(), 'demo/shop'), path.join(workspace.folder, 'shop'), {
      recursive: true,
    });
    port = await freePort();
    harness = await startProdlens({
      workspace: workspace.folder,
      settings: {
        'prodlens.local.httpPort': port,
        'prodlens.local.grpcPort': await freePort(),
      },
    });
    window = await VsCodeWindow.open(harness);
  });
  after(async () => {
    await harness.stop();
    await workspace.remove();
  });

  const page = (): Locator => window.page.locator('.gettingStartedContainer');
  const step = (title: string): Locator =>
    page().locator('.getting-started-step').filter({ hasText: title });
  const isDone = async (title: string): Promise<boolean> =>
    /\bcomplete\b/.test(
      (await step(title).locator('.codicon').first().getAttribute('class')) ?? '',
    );
  const openSteps = async (): Promise<void> => {
    await window.clickStatus(/\blocal\b/);
    await window.quickInput.choose('First Steps');
    await step('Say where the numbers come from').waitFor();
  };

  it('is where the status bar leads when nothing gives numbers', async () => {
    await window.waitForStatus(/local off/);
    const { label } =
      (await window.statusBar()).find(({ text }) => text.includes('local off')) ?? assert.fail();
    assert.match(label, /Connect a Backend/);
    await openSteps();
    assert.deepEqual(await page().locator('.step-title').allInnerTexts(), [
      'Say where the numbers come from',
      'Open a file of a service',
      'See what is behind a number',
    ]);
    for (const title of ['Open a file of a service', 'See what is behind a number'])
      assert.equal(await isDone(title), false, title);
  });

  it('shows a picture of the product for each step', async () => {
    for (const theme of ['light', 'highContrast', 'highContrastLight', 'dark'] as const) {
      await window.setTheme(theme);
      for (const title of [
        'See what is behind a number',
        'Open a file of a service',
        'Say where the numbers come from',
      ]) {
        await step(title).click();
        const image = page().locator('.getting-started-media img:visible');
        await waitUntil(`the picture of “${title}”`, async () =>
          image.evaluate((one: HTMLImageElement) => one.complete && one.naturalWidth > 300),
        );
      }
      await picture(`walkthrough-${theme}`);
    }
  });

  it('ticks off the steps as they are done', async () => {
    await step('Say where the numbers come from').click();
    await page().getByRole('button', { name: 'Start Local Receiver' }).click();
    await waitUntil('the first step to be done', () => isDone('Say where the numbers come from'));
    await waitUntil('the receiver', () => fetch(`http://127.0.0.1:${port}/`));
    const traces = recordedRequests(
      path.join(projectRoot(), 'test/fixtures/recordings/shop'),
      'traces',
    );
    await send(port, 'traces', traces);
    const editor = await window.openFile(products);
    await editor.waitForLineEnd(6, /p95/, 60_000);
    await editor.hoverLineEnd(6);
    await window.page.getByText('Explain').first().click();
    await waitUntil('the explanation', async () =>
      (await window.tabs()).some((tab) => /expl/i.test(tab)),
    );
    await window.openFile(products);
    await openSteps();
    for (const title of [
      'Say where the numbers come from',
      'Open a file of a service',
      'See what is behind a number',
    ])
      await waitUntil(`“${title}” to be done`, () => isDone(title));
  });

  /** With PRODLENS_PICTURES=<folder> in the environment: what the window looks like. */
  async function picture(name: string): Promise<void> {
    const folder = process.env['PRODLENS_PICTURES'];
    if (folder !== undefined) await window.screenshot(path.join(folder, `${name}.png`));
  }

  // Writes the walkthrough's own pictures, too: `PRODLENS_PICTURES=out/pictures node scripts/test-page.mjs test/page/walkthrough.page.test.ts`
  if (process.env['PRODLENS_PICTURES'] !== undefined)
    it('has its pictures taken', async () => {
      const folder = path.join(process.env['PRODLENS_PICTURES'] ?? '', 'walkthrough');
      await mkdir(folder, { recursive: true });
      const themes: Readonly<Record<ThemeKind, string>> = {
        dark: 'dark',
        light: 'light',
        highContrast: 'hc',
        highContrastLight: 'hcLight',
      };
      await window.page.keyboard.press('Control+B');
      for (const [theme, suffix] of Object.entries(themes)) {
        await window.setTheme(theme as ThemeKind);
        const shot = (
          name: string,
          clip: { x: number; y: number; width: number; height: number },
        ) =>
          window.page.screenshot({
            path: path.join(folder, `${name}-${suffix}.png`),
            clip,
            animations: 'disabled',
          });
        await window.page.setViewportSize({ width: 980, height: 560 });
        const editor = await window.openFile(products, 1);
        await editor.waitForLineEnd(6, /p95/);
        const area = await window.page.locator('.editor-group-container').first().boundingBox();
        assert.ok(area !== null);
        await shot('numbers', { ...area, width: Math.min(area.width, 860), height: 340 });
        const orders = await window.openFile('shop/api/routes/orders.js', 15);
        await orders.waitForLineEnd(15, /p95/);
        await orders.hoverLineEnd(15);
        await shot('hover', { ...area, width: Math.min(area.width, 860), height: 400 });
        await window.page.setViewportSize({ width: 740, height: 560 });
        await window.runCommand('Prodlens: Connect a Backend…');
        await window.quickInput.waitFor('Connect a Backend');
        await window.quickInput.fill('https://grafana.example.com');
        const box = await window.page.locator('.quick-input-widget').boundingBox();
        assert.ok(box !== null);
        await shot('source', {
          x: box.x - 8,
          y: 0,
          width: box.width + 16,
          height: box.y + box.height + 8,
        });
        await window.quickInput.cancel();
      }
    });
});
