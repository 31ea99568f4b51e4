import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { startProdlens, VsCodeWindow, waitUntil, type Harness } from '../harness/page.ts';
import { freePort } from '../harness/workspace.ts';
import { DeployStage, taggedRepository } from './rollbackStage.ts';

describe('a repository that isn’t trusted', () => {
  const stage = new DeployStage();
  let workspace: string;
  let harness: Harness;
  const gitLog = path.join(stage.folder, 'git.log');
  const asked = (): string => (existsSync(gitLog) ? readFileSync(gitLog, 'utf8') : '');
  before(async () => {
    workspace = taggedRepository();
    writeFileSync(path.join(workspace, 'prodlens.json'), '{\n  "objectivs": []\n}\n');
    harness = await startProdlens({
      workspace,
      trust: true,
      settings: {
        'prodlens.environments': stage.environments(),
        'prodlens.local.enabled': true,
        'prodlens.local.httpPort': await freePort(),
        'prodlens.local.grpcPort': await freePort(),
      },
      // git writes down every start of it.
      env: { GIT_TRACE: gitLog },
    });
  });
  after(async () => {
    await harness.stop();
    stage.remove();
    rmSync(workspace, { recursive: true, force: true });
  });

  it('runs no git and no program, and reads no prodlens.json, until it is', async () => {
    const window = await VsCodeWindow.open(harness);
    await window.waitForStatus(/local/);
    await window.openFile('src/orders.js');
    await window.runCommand('Prodlens: Roll Back…');
    await window.notifications.waitFor(/needs a trusted workspace/);
    await window.runCommand('Prodlens: Clear Local Data…');
    await window.notifications.waitFor(/needs a trusted workspace/);
    assert.ok(!(await window.problems()).some((problem) => problem.includes('objectivs')));
    assert.deepEqual(stage.calls(), []);
    assert.equal(asked(), '');

    await window.trustWorkspace();
    await waitUntil('git to be asked for the files', () => asked().includes('ls-files'));
    // The Problems view is still open, below the trust editor.
    const mistake = window.page.locator('.markers-panel-container').getByText(/objectivs/);
    await mistake.waitFor({ state: 'attached' });
    await window.waitForStatus(/waiting for telemetry/);
  });

  it('keeps what it stores closed to others, and clears it when asked', async () => {
    const window = await VsCodeWindow.open(harness);
    await window.waitForStatus(/waiting for telemetry/);
    const storage = path.join(
      harness.serverDataDir,
      'data',
      'User',
      'globalStorage',
      'prodlens.prodlens',
    );
    const files = (): string[] =>
      existsSync(storage) ? readdirSync(storage, { recursive: true }).map(String) : [];
    await waitUntil('the index cache', () =>
      files().some((file) => /index-.*\.ndjson$/.test(file)),
    );
    for (const name of ['', ...files()]) {
      const found = statSync(path.join(storage, name), { throwIfNoEntry: false });
      // A socket counts by its folder.
      if (found !== undefined && !found.isSocket()) assert.equal(found.mode & 0o077, 0, name);
    }
    await window.runCommand('Prodlens: Clear Local Data…');
    await window.dialog.read();
    await window.dialog.press('Clear');
    await waitUntil('the data to be gone', () =>
      files().every((file) => !/index-|receiver\.snapshot/.test(file)),
    );
  });
});
