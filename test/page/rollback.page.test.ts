import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

import type { JournalEntry } from '../../src/rollback/ports.ts';
import {
  startProdlens,
  updateSettings,
  VsCodeWindow,
  waitUntil,
  type Harness,
} from '../harness/page.ts';
import {
  DeployStage,
  targetName,
  taggedRepository,
  title,
  untilModal,
  untilReason,
} from './rollbackStage.ts';

describe('rolling a release back', () => {
  const stage = new DeployStage();
  let workspace: string;
  let harness: Harness;
  let window: VsCodeWindow;
  before(async () => {
    workspace = taggedRepository();
    harness = await startProdlens({
      workspace,
      settings: { 'prodlens.environments': stage.environments() },
    });
    window = await VsCodeWindow.open(harness);
    // The palette offers the command once the extension has read the targets.
    await window.waitForStatus(/local/);
  });
  beforeEach(() => {
    stage.reset();
  });
  after(async () => {
    stage.letGo();
    await harness.stop();
    stage.remove();
    rmSync(workspace, { recursive: true, force: true });
  });

  const nothingDone = (): void => {
    assert.equal(stage.count('activate'), 0);
    assert.equal(stage.current, 'r2');
  };

  it('runs no program before the person has seen and allowed each of them, whole', async () => {
    await window.runCommand(title);
    const asked = await window.dialog.read(30_000);
    assert.match(asked.message, /shop-production/);
    for (const words of [
      /deploy\.mjs \S+ list/,
      /preview \{from\} \{to\}/,
      /activate \{to\} \{reason\}/,
    ])
      assert.match(asked.detail, words);
    await window.dialog.press('Cancel');
    assert.deepEqual(stage.calls(), []);
    // Not allowed is not remembered as allowed.
    await window.runCommand(title);
    await window.dialog.read();
    await window.dialog.press('Allow');
    await window.quickInput.waitFor(/leave 2\.0\.0/);
    await window.quickInput.cancel();
    nothingDone();
  });

  it('shows each release as text: no icon, no link', async () => {
    await window.runCommand(title);
    await window.quickInput.waitFor(/leave 2\.0\.0/);
    const rows = await window.quickInput.items();
    assert.deepEqual(
      rows.map(({ label }) => label.slice(0, 13)),
      ['1.0.0', '1.0.0 $ (flam'],
    );
    assert.ok(!(rows[1]?.label ?? '').includes('\u202e'));
    assert.equal(
      await window.quickInput.locator.locator('.codicon-flame, a[href^="command"]').count(),
      0,
    );
    await window.quickInput.cancel();
    nothingDone();
  });

  it('shows before anything is done what would be run, moved and taken away, rendered', async () => {
    await untilReason(window, '1.0.0');
    const page = await window.webview('h1');
    const text = await page.locator('body').innerText();
    assert.match(text, /Roll back shop-production/);
    assert.match(text, /nothing is changed before you confirm/);
    assert.match(text, /activate r1/);
    assert.match(text, /would move all traffic to r1/);
    assert.match(text, /migrations\/002_discounts\.sql/);
    assert.match(text, /Ada {2}Work of 2\.0\.0/);
    await window.quickInput.cancel();
    nothingDone();
  });

  it('does nothing when the person turns back at the reason, the name or the last question', async () => {
    await untilReason(window, '1.0.0');
    await window.quickInput.fill('--force');
    await window.quickInput.waitForMessage(/can't begin with '-'/);
    await window.quickInput.accept();
    await window.quickInput.fill('');
    await window.quickInput.waitForMessage(/needs a reason/);
    await window.quickInput.accept();
    await window.quickInput.waitFor(/Reason/);
    await window.quickInput.cancel();

    await untilReason(window, '1.0.0');
    await window.quickInput.fill('too slow');
    await window.quickInput.accept();
    await window.quickInput.waitFor(`Type ${targetName}`);
    await window.quickInput.fill('shop-staging');
    await window.quickInput.waitForMessage(/Type shop-production exactly/);
    await window.quickInput.accept();
    await window.quickInput.waitFor(`Type ${targetName}`);
    await window.quickInput.cancel();

    await untilReason(window, '1.0.0');
    await untilModal(window, 'too slow');
    await window.dialog.press('Cancel');
    nothingDone();
  });

  it('does nothing, and says so, when the state has moved since the person looked', async () => {
    await untilReason(window, '1.0.0');
    await untilModal(window, 'too slow');
    stage.write({ generation: 2, current: 'r2' });
    await window.dialog.press('Roll Back to 1.0.0');
    await window.notifications.waitFor(/has changed since you looked: nothing was done/);
    nothingDone();
  });

  it('goes the whole way, with id and reason as words of their own', async () => {
    await untilReason(window, '1.0.0');
    await untilModal(window, 'too slow; rm -rf $HOME');
    const { message, detail } = await window.dialog.read();
    assert.match(message, /Roll shop-production back from 2\.0\.0 to 1\.0\.0\?/);
    assert.match(detail, /local \(production\)/);
    assert.match(detail, /activate r1 'too slow; rm -rf \$HOME'/);
    await window.dialog.press('Roll Back to 1.0.0');
    await window.notifications.waitFor(/Rolled back to 1\.0\.0/);
    assert.equal(stage.current, 'r1');
    assert.deepEqual(
      stage.calls().find(([verb]) => verb === 'activate'),
      ['activate', 'r1', 'too slow; rm -rf $HOME'],
    );
  });

  it('asks again when one of the programs changes', async () => {
    await updateSettings(harness, {
      'prodlens.environments': stage.environments({ preview: undefined, timeoutSeconds: 3 }),
    });
    await untilReason(window, '1.0.0');
    await window.quickInput.cancel();

    const rollBack = [process.execPath, '/changed', '{to}', '{reason}'];
    await updateSettings(harness, { 'prodlens.environments': stage.environments({ rollBack }) });
    await waitUntil('the changed program to be asked for', async () => {
      await window.runCommand(title);
      const seen = await waitUntil('the approval or the releases', async () => {
        if (await window.dialog.isShown()) return 'approval';
        const { quickInput } = window;
        if (!(await quickInput.locator.isVisible())) return undefined;
        return (await quickInput.title()).includes('leave') ? 'releases' : undefined;
      });
      if (seen === 'approval') return true;
      // The setting had not arrived yet: what was allowed before ran.
      await window.quickInput.cancel();
      return undefined;
    });
    const { detail } = await window.dialog.read();
    assert.match(detail, /\/changed/);
    assert.doesNotMatch(detail, /preview/);
    await window.dialog.press('Cancel');
    nothingDone();
  });

  it('reads the state after a timeout and does not try again', async () => {
    await updateSettings(harness, {
      'prodlens.environments': stage.environments({ timeoutSeconds: 1 }),
    });
    stage.hold();
    await untilReason(window, '1.0.0');
    await untilModal(window, 'too slow');
    await window.dialog.press('Roll Back to 1.0.0');
    const told = await window.notifications.waitFor(/did not end within 1 s/);
    assert.match(told.message, /may still be running; shop-production now runs: 2\.0\.0 100 %/);
    assert.equal(stage.calls().at(-1)?.[0], 'list');
    stage.letGo();
    await waitUntil('the command to end by itself', () => stage.current === 'r1');
    assert.equal(stage.count('activate'), 1);
  });

  it('refuses a second window while the first is at it; stopping to watch leaves the command alone', async () => {
    await updateSettings(harness, { 'prodlens.environments': stage.environments() });
    stage.hold();
    await untilReason(window, '1.0.0');
    await untilModal(window, 'first window');
    await window.dialog.press('Roll Back to 1.0.0');
    await waitUntil('the command to run', () => stage.count('holding') === 1);

    const second = await VsCodeWindow.open(harness);
    await second.waitForStatus(/local/);
    await untilReason(second, '1.0.0');
    await untilModal(second, 'second window');
    await second.dialog.press('Roll Back to 1.0.0');
    await second.notifications.waitFor(/a rollback of shop-production is under way/);
    await second.close();

    await window.notifications.press(/Rolling back shop-production/, 'Cancel');
    await window.notifications.waitFor(/stopped watching.*may still be running/i);
    stage.letGo();
    await waitUntil('the command to end by itself', () => stage.current === 'r1');
    assert.equal(stage.count('activate'), 1);
  });

  it('keeps what was started in the journal', async () => {
    await window.runCommand('Prodlens: Show Rollback Journal');
    await waitUntil('the journal to be shown', async () =>
      (await window.tabs()).includes('Rollback Journal.md'),
    );
    const file = 'data/User/globalStorage/prodlens.prodlens/rollback-journal.ndjson';
    const entries = readFileSync(path.join(harness.serverDataDir, file), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as JournalEntry)
      .reverse();
    const events = entries.map((entry) => entry.event);
    assert.deepEqual(events, [
      'unknown',
      'started',
      'unknown',
      'started',
      'notRecovered',
      'finished',
      'started',
    ]);
    const oldest = entries.at(-1);
    assert.deepEqual(
      [oldest?.from, oldest?.to, oldest?.reason],
      ['r2', 'r1', 'too slow; rm -rf $HOME'],
    );
  });
});
