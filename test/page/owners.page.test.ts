import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { startProdlens, VsCodeWindow, waitUntil, type Harness } from '../harness/page.ts';
import { sendRequests } from '../harness/otlp.ts';
import { freePort, temporaryWorkspace } from '../harness/workspace.ts';

const program = (name: string): string => `const express = require('express');
const app = express();
app.get('/same/:id', ${name});
function ${name}(req, res) {
  res.json({ id: req.params.id });
}
app.listen(0);
`;

/** Two programs of one service that register the same route, in a repository with one tagged release. */
describe('telemetry that two functions could own', () => {
  let workspace: Awaited<ReturnType<typeof temporaryWorkspace>>;
  let harness: Harness;
  let window: VsCodeWindow;
  before(async () => {
    workspace = await temporaryWorkspace({
      'package.json': '{ "name": "twins" }\n',
      'left.js': program('showLeft'),
      'right.js': program('showRight'),
    });
    const git = (...words: string[]): string =>
      execFileSync('git', ['-C', workspace.folder, ...words], { encoding: 'utf8' });
    git('init', '--quiet');
    git('add', '--all');
    git('-c', 'user.name=x', '-c', 'user.email=x@example.com', 'commit', '--quiet', '-m', 'Twins');
    git('tag', 'v1.0.0');
    const port = await freePort();
    harness = await startProdlens({
      workspace: workspace.folder,
      settings: {
        'prodlens.local.enabled': true,
        'prodlens.local.httpPort': port,
        'prodlens.local.grpcPort': await freePort(),
      },
    });
    window = await VsCodeWindow.open(harness);
    const request = {
      service: 'twins',
      version: '1.0.0',
      method: 'GET',
      route: '/same/:id',
      milliseconds: 20,
    };
    await sendRequests(port, [request, request, { ...request, route: '/nowhere' }]);
  });
  after(async () => {
    await harness.stop();
    await workspace.remove();
  });

  it('is marked ambiguous until a person chooses, and the choice is kept by name', async () => {
    const editor = await window.openFile('left.js');
    await editor.waitForLineEnd(4, /2 functions could own/, 60_000);
    await editor.goToLine(5);
    await window.runCommand('Prodlens: Choose Owner…');
    await window.quickInput.waitFor('Choose Owner');
    await window.quickInput.choose('showLeft');
    await editor.waitForLineEnd(4, /p95/, 60_000);
    const kept = JSON.parse(
      await readFile(path.join(workspace.folder, 'prodlens.json'), 'utf8'),
    ) as { attributions: unknown };
    assert.deepEqual(kept.attributions, [
      { service: 'twins', method: 'GET', route: '/same/:id', function: 'left.js#showLeft' },
    ]);
    const other = await window.openFile('right.js');
    await waitUntil('no annotation beside the other', async () => {
      return (await other.lineEnds()).size === 0;
    });
  });

  it('is part of the report of what lands on functions and what doesn’t', async () => {
    await window.runCommand('Prodlens: Show Instrumentation Coverage');
    const report = await window.webview('h1');
    const text = await waitUntil('the report', async () => {
      const found = await report.locator('body').innerText();
      return found.includes('land on a function') ? found : undefined;
    });
    assert.match(text, /2 of 3 calls \(67 %\) land on a function/);
    assert.match(text, /GET \/nowhere\s+1\s/);
  });

  it('leads to which running releases have the newest change', async () => {
    const editor = await window.openFile('left.js');
    await editor.goToLine(5);
    await window.runCommand('Prodlens: Is My Change Live?');
    await window.quickInput.waitFor('Is My Change Live?');
    await window.quickInput.choose(/showLeft/);
    await window.quickInput.waitFor(
      /^showLeft \([0-9a-f]{7} Twins\): live in every running release/,
    );
    const [row] = await window.quickInput.items();
    assert.match(row?.label ?? '', /v1\.0\.0 contains it/);
    await window.quickInput.cancel();
  });
});
