import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { build } from 'esbuild';

import { startHarness } from '../../scripts/harness/start.mjs';
import {
  projectRoot,
  updateSettings,
  VsCodeWindow,
  waitUntil,
  type Harness,
} from '../harness/page.ts';
import { temporaryWorkspace } from '../harness/workspace.ts';

const source = `const express = require('express');
const app = express();

app.get('/orders/:id', getOrder);

async function getOrder(request, response) {
  response.json(await priceOf(request.params.id));
}

async function priceOf(id) {
  return { id, price: 12 };
}

function refund(order) {
  return order;
}

function legacy() {}

function audit(order) {
  return [order];
}

function brandNew() {
  return 1;
}
`;

/** The real surfaces over insights given by hand (test/vscode/presentation/stage.ts): states that traffic can't be made to have at once. */
describe('annotations and hover on the page', () => {
  let workspace: Awaited<ReturnType<typeof temporaryWorkspace>>;
  let extension: Awaited<ReturnType<typeof temporaryWorkspace>>;
  let harness: Harness;
  let window: VsCodeWindow;
  before(async () => {
    workspace = await temporaryWorkspace({
      'src/server.js': source,
      'src/other.js': 'function legacy() {}\n',
    });
    extension = await temporaryWorkspace({});
    const root = projectRoot();
    await build({
      absWorkingDir: root,
      entryPoints: ['test/vscode/presentation/stage.ts'],
      outfile: path.join(extension.folder, 'stage.js'),
      bundle: true,
      platform: 'node',
      format: 'cjs',
      external: ['vscode'],
      logLevel: 'warning',
    });
    const manifest = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as {
      engines: object;
      contributes: { colors: object[]; configuration: { properties: object } };
    };
    await writeFile(
      path.join(extension.folder, 'package.json'),
      JSON.stringify({
        name: 'prodlens',
        publisher: 'prodlens',
        version: '0.0.1',
        engines: manifest.engines,
        main: './stage.js',
        activationEvents: ['onStartupFinished'],
        contributes: {
          colors: manifest.contributes.colors.map((color) => ({ ...color, description: 'stage' })),
          configuration: { properties: manifest.contributes.configuration.properties },
        },
      }),
    );
    harness = await startHarness({ extensionPath: extension.folder, workspace: workspace.folder });
    window = await VsCodeWindow.open(harness);
  });
  after(async () => {
    await harness.stop();
    await Promise.all([workspace.remove(), extension.remove()]);
  });

  it('says after each declaration what is known, and nothing where nothing is', async () => {
    const editor = await window.openFile('src/server.js');
    await editor.waitForLineEnd(6, /^▲ p95 212→690 ms in v2\.4\.0 \(10 %\) · 6\.1 % err$/, 60_000);
    const ends = await editor.lineEnds();
    assert.deepEqual([...ends.keys()], [6, 10, 14, 20, 24]);
    assert.equal(
      ends.get(10)?.text,
      'p95 212 ms · 0.4 % err · 38/s · v2.3.1 90 % v2.4.0 10 % · edited',
    );
    assert.match(ends.get(20)?.text ?? '', /· 7 min old$/);
    assert.equal(ends.get(24)?.text, 'not in v2.3.1 yet');
    assert.notEqual(ends.get(6)?.color, ends.get(10)?.color);
    assert.notEqual(ends.get(14)?.color, ends.get(10)?.color);
  });

  it('shows one card on the name and at the end of the line, with telemetry as text', async () => {
    const editor = await window.openFile('src/server.js');
    for (const hover of [await editor.hoverLineEnd(6), await editor.hoverWord(6, 'getOrder')]) {
      await waitUntil(
        'the card',
        async () => (await hover.innerText()).includes('Roll back…') || undefined,
      );
      const text = await hover.innerText();
      assert.equal(text.split('Why this function').length, 2);
      assert.match(text, /v2\.4\.0\s*9f8e7d6.*10\s%.*690\sms\s▲/s);
      assert.ok(text.includes('<script>alert(1)</script>'));
      assert.equal(await hover.locator('script').count(), 0);
      assert.equal(await hover.locator('img[src^="data:image/svg+xml"]').count(), 1);
      assert.equal(await hover.locator('img').count(), 1);
    }
  });

  it('shows only the function around the cursor, or CodeLenses, where that is set', async () => {
    const editor = await window.openFile('src/server.js');
    await editor.goToLine(11);
    await updateSettings(harness, { 'prodlens.annotations.show': 'current' });
    await waitUntil('line 10 alone', async () =>
      String([...(await editor.lineEnds()).keys()]) === '10' ? true : undefined,
    );
    await editor.goToLine(7);
    await waitUntil('line 6 alone', async () =>
      String([...(await editor.lineEnds()).keys()]) === '6' ? true : undefined,
    );
    await updateSettings(harness, {
      'prodlens.annotations.show': 'all',
      'prodlens.annotations.placement': 'codeLens',
    });
    await waitUntil('five lenses', async () =>
      (await editor.codeLenses()).length === 5 ? true : undefined,
    );
    assert.equal((await editor.lineEnds()).size, 0);
    await updateSettings(harness, { 'prodlens.annotations.placement': 'lineEnd' });
    await editor.waitForLineEnd(6, /^▲ p95/);
  });

  it('moves with the text while somebody types', async () => {
    const editor = await window.openFile('src/server.js');
    await editor.goToLine(1);
    await window.page.keyboard.press('Home');
    await window.page.keyboard.type('//\n');
    await editor.waitForLineEnd(7, /^▲ p95/);
    await editor.goToLine(7);
    await window.page.keyboard.press('Enter');
    await editor.waitForLineEnd(12, /edited$/);
    assert.deepEqual([...(await editor.lineEnds()).keys()], [7, 12, 16, 22, 26]);
  });
});
