import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { startProdlens, VsCodeWindow, waitUntil, type Harness } from '../harness/page.ts';
import { sendRequests } from '../harness/otlp.ts';
import { freePort, temporaryWorkspace } from '../harness/workspace.ts';

const program = (
  list: string,
  show: string,
  port: string,
): string => `const express = require('express');
const app = express();
app.get('/carts', listCarts);
app.get('/carts/:id', showCart);
function listCarts(req, res) {
  res.json(${list});
}
function showCart(req, res) {
  res.json(${show});
}
app.listen(${port});
`;

/** A repository whose releases 1.0.0 and 1.1.0 run, and whose newest commit doesn't run yet. */
describe('is my change live', () => {
  let workspace: Awaited<ReturnType<typeof temporaryWorkspace>>;
  let harness: Harness;
  let window: VsCodeWindow;
  let port: number;
  const git = (...words: string[]): string =>
    execFileSync(
      'git',
      ['-C', workspace.folder, '-c', 'user.name=x', '-c', 'user.email=x@example.com', ...words],
      { encoding: 'utf8' },
    ).trim();
  const hashes: string[] = [];
  const request = (version: string) => ({
    service: 'carts',
    version,
    method: 'GET',
    route: '/carts',
    milliseconds: 20,
  });
  before(async () => {
    workspace = await temporaryWorkspace({
      'package.json': '{ "name": "carts" }\n',
      'prodlens.json': '{ "versionCommit": "^nightly of (.+)$" }\n',
    });
    git('init', '--quiet', '--initial-branch=main');
    const commit = async (message: string, text: string, tag?: string): Promise<void> => {
      await writeFile(path.join(workspace.folder, 'carts.js'), text);
      git('add', '--all');
      git('commit', '--quiet', '-m', message);
      if (tag !== undefined) git('tag', tag);
      hashes.push(git('rev-parse', '--short=7', 'HEAD'));
    };
    await commit('List carts', program('[]', '{}', '0'), 'v1.0.0');
    await commit('Show carts', program('[]', 'req.params', '0'), 'v1.1.0');
    git('branch', 'shown');
    await commit('Another port', program('[]', 'req.params', '8080'));
    git('remote', 'add', 'origin', 'git@github.com:acme/carts.git');
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
    const editor = await window.openFile('carts.js');
    const traffic = [...Array.from({ length: 9 }, () => '1.0.0'), '1.1.0'].map(request);
    // Shares are of traffic that goes on.
    await waitUntil(
      'shares of the traffic',
      async () => {
        await sendRequests(port, traffic);
        return (await editor.lineEnds()).get(5)?.text.includes('v1.1.0 10 %');
      },
      60_000,
    );
  });
  after(async () => {
    await harness.stop();
    await workspace.remove();
  });

  /** The answer for what is chosen in the first list, and its rows. */
  const ask = async (line: number, choice: RegExp, answer: RegExp): Promise<readonly string[]> => {
    const editor = await window.openFile('carts.js');
    await editor.goToLine(line);
    await window.runCommand('Prodlens: Is My Change Live?');
    await window.quickInput.waitFor('Is My Change Live?');
    await window.quickInput.choose(choice);
    await window.quickInput.waitFor(answer);
    const rows = await window.quickInput.items();
    await window.quickInput.cancel();
    return rows.map(({ label, description }) => `${label} | ${description}`);
  };

  it('is answered for the function at the cursor, with the share of the traffic', async () => {
    const rows = await ask(
      8,
      /showCart/,
      new RegExp(
        `^showCart \\(${hashes[1] ?? ''} Show carts\\): live in 1 of 2 running releases, 10 % of the traffic$`,
      ),
    );
    assert.match(rows[0] ?? '', /v1\.0\.0 doesn’t contain it \| 90 % of carts · /);
    assert.match(rows[1] ?? '', /v1\.1\.0 contains it \| 10 % of carts · /);
    await ask(
      5,
      /listCarts/,
      /^listCarts \([0-9a-f]{7} List carts\): live in every running release$/,
    );
  });

  it('is answered for a file, a commit and a branch', async () => {
    await ask(8, /carts\.js/, /^carts\.js \([0-9a-f]{7} Another port\): not live$/);
    await ask(8, new RegExp(hashes[0] ?? ''), /List carts\): live in every running release$/);
    await ask(8, /shown/, /^shown \([0-9a-f]{7} Show carts\): live in 1 of 2 running releases/);
    await ask(8, /main/, /^main \([0-9a-f]{7} Another port\): not live$/);
  });

  it('is answered from the hover without a question', async () => {
    const editor = await window.openFile('carts.js');
    const hover = await editor.hoverLineEnd(5);
    await hover.getByText('Is my change live?').click();
    await window.quickInput.waitFor(/^listCarts .*: live in every running release$/);
    await window.quickInput.cancel();
  });

  it('says what can’t be told and what can be done, and follows the rule of prodlens.json', async () => {
    const versions = ['1.0.0', '1.1.0', 'nightly of v1.1.0', 'build 7'];
    await sendRequests(port, versions.map(request));
    const editor = await window.openFile('carts.js');
    await editor.waitForLineEnd(5, /build 7|\+ ?\d|2 more/, 60_000);
    const rows = await ask(
      8,
      /showCart/,
      /: live in 2 of 4 running releases, .*; 1 can’t be told$/,
    );
    assert.ok(
      rows.some((row) => row.includes('nightly of v1.1.0 contains it')),
      rows.join('\n'),
    );
    assert.ok(
      rows.some((row) => row.includes('build 7 can’t be told')),
      rows.join('\n'),
    );
    assert.ok(
      rows.some((row) => row.includes('Fetch… | ')),
      rows.join('\n'),
    );
    assert.ok(
      rows.some((row) => row.includes('Look up Deployments… | on github.com')),
      rows.join('\n'),
    );
  });
});
