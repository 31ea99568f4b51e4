import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';

import { startHarness } from '../../scripts/harness/start.mjs';
import { VsCodeWindow, type Harness } from '../harness/page.ts';
import { temporaryWorkspace } from '../harness/workspace.ts';

/** Without our extension: what every other test here stands on. */
describe('the headless VS Code', () => {
  let workspace: Awaited<ReturnType<typeof temporaryWorkspace>>;
  let harness: Harness;
  before(async () => {
    workspace = await temporaryWorkspace({ 'one.ts': 'export const one = 1;\n', 'two.ts': '' });
    harness = await startHarness({ workspace: workspace.folder });
  });
  after(async () => {
    await harness.stop();
    await workspace.remove();
  });

  it('opens files and wears the theme that was asked for', async () => {
    const window = await VsCodeWindow.open(harness);
    await window.openFile('one.ts');
    assert.deepEqual(await window.tabs(), ['one.ts']);
    await window.setTheme('highContrast');
    await window.setTheme('dark');
    await window.close();
  });

  it('says what was there instead, when what is waited for does not come', async () => {
    const window = await VsCodeWindow.open(harness);
    const editor = await window.openFile('one.ts');
    const soon = 200;
    await assert.rejects(
      editor.waitForLineEnd(1, /never/, soon),
      /text like \/never\/ after line 1; seen: nothing after any line in view/,
    );
    await window.quickInput.openWith('F1', '>View: Toggle Term');
    await assert.rejects(window.quickInput.waitFor('Never', soon), /seen: .*typed “>View: Toggle/);
    await window.quickInput.cancel();
    await assert.rejects(window.quickInput.waitFor('Never', soon), /seen: no quick input/);
    await assert.rejects(window.notifications.waitFor(/never/, soon), /seen: \[\]/);
    await assert.rejects(window.waitForStatus(/never/, soon), /seen: \[.*TypeScript/);
    await window.close();
  });

  it('knows the extension host of each window, and VS Code replaces one that was killed', async () => {
    const first = await VsCodeWindow.open(harness);
    const second = await VsCodeWindow.open(harness);
    const both = [first.extensionHostPid, second.extensionHostPid];
    assert.deepEqual(harness.extensionHostPids().toSorted(), both.toSorted());
    first.killExtensionHost();
    const restarted = await first.restartedExtensionHost(both);
    assert.ok(!both.includes(restarted));
    assert.ok(harness.extensionHostPids().includes(second.extensionHostPid));
    await second.close();
    assert.deepEqual(harness.extensionHostPids(), [restarted]);
  });

  it('leaves no process and no folder behind', async () => {
    const other = await startHarness({ workspace: workspace.folder });
    await VsCodeWindow.open(other);
    assert.ok(other.processIds().length > 2);
    await other.stop();
    assert.deepEqual(other.processIds(), []);
    assert.ok(!existsSync(other.serverDataDir));
  });
});
