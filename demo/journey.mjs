// `npm run demo -- --check`: the demo's journey, through the page as a person would do it. Prints what it read at each step and
// throws at the first thing that did not happen.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { loadDriver } from '../scripts/harness/driver.mjs';
import { step } from '../scripts/harness/steps.mjs';

/**
 * @param {{ root: string, repository: string, settings: object, stops: (() => unknown)[], patience: number, sampled: boolean }} options
 *   `patience`: how many times longer than with the local receiver everything may take; `sampled`: numbers are of a sample of traces, from which
 *   no verdict follows
 */
export async function journey({ root, repository, settings, stops, patience, sampled }) {
  const seconds = 1000 * patience;
  const { startProdlens, VsCodeWindow } = await loadDriver();
  const out = path.join(root, 'demo/out');
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  let pictures = 0;

  const harness = await startProdlens({ workspace: repository, settings });
  stops.push(() => harness.stop());
  const window = await VsCodeWindow.open(harness);
  const picture = (name) =>
    window.screenshot(path.join(out, `${String(++pictures).padStart(2, '0')}-${name}.png`));
  const say = (title, text) => console.log(`\n${title}\n  ${text.replaceAll('\n', '\n  ')}`);

  const file = 'api/routes/orders.js';
  const lines = readFileSync(path.join(repository, file), 'utf8').split('\n');
  const checkout = lines.findIndex((line) => line.startsWith('async function checkout')) + 1;
  const editor = await window.openFile(file, checkout);
  try {
    await step('waiting for both releases beside `checkout`', () =>
      editor.waitForLineEnd(checkout, /1\.4\.0.*1\.5\.0/, 90 * seconds),
    );
    for (const [line, { text }] of await editor.lineEnds()) say(`line ${line}`, text);
    await picture('annotations');

    if (!sampled) await regression(window, editor, checkout, say, picture, seconds);

    // One call in two hundred fails: a sample may have none.
    const trace = sampled ? /slowest trace/i : /failing trace/i;
    const hover = await editor.hoverLineEnd(checkout);
    await hover.getByText(trace).waitFor({ timeout: 10 * seconds });
    say('the hover', (await hover.innerText()).slice(0, 1500));
    await picture('hover');

    await hover.getByText(trace).click();
    const waterfall = await window.webview('[role=row], [role=treeitem]');
    const rows = await waterfall.locator('[role=row], [role=treeitem]').allInnerTexts();
    say(sampled ? 'the slowest trace' : 'a failing trace', rows.slice(0, 12).join('\n'));
    if (!rows.some((row) => /orders/.test(row)))
      throw new Error('the trace shows no call of /orders');
    await picture('trace');

    await window.openFile(file, checkout);
    await rollBack(window, { say, picture, seconds, sampled });
    await window.openFile(file, checkout);

    if (!sampled) {
      const after = await step('waiting for the numbers after the rollback', () =>
        editor.waitForLineEnd(checkout, /^(?!.*▲).*1\.4\.0/, 120 * seconds),
      );
      say('after the rollback', after);
      await picture('recovered');
    }

    await window.runCommand('Prodlens: Show Rollback Journal');
    await window.page
      .getByText('Rollback journal')
      .first()
      .waitFor({ timeout: 10 * seconds });
    await picture('journal');
  } catch (error) {
    await picture('failed').catch(() => undefined);
    throw error;
  }
}

/** The verdict on the new release, in every theme. */
async function regression(window, editor, checkout, say, picture, seconds) {
  const marked = await step('waiting for the verdict on `checkout`', () =>
    editor.waitForLineEnd(checkout, /▲.*1\.5\.0/, 180 * seconds),
  );
  say('the regressed function is marked', marked);
  await picture('regression-dark');
  for (const theme of ['light', 'highContrast', 'dark']) {
    await window.setTheme(theme);
    await editor.waitForLineEnd(checkout, /▲/);
    if (theme !== 'dark') await picture(`regression-${theme}`);
  }
}

/** The whole flow with its typed confirmation. */
async function rollBack(window, { say, picture, seconds, sampled }) {
  await window.runCommand('Prodlens: Roll Back…');
  const approval = await window.dialog.read(15 * seconds);
  say('approval of the programs', `${approval.message}\n${approval.detail}`);
  await window.dialog.press('Allow');

  await window.quickInput.waitFor(/leave 1\.5\.0/, 20 * seconds);
  for (const row of await window.quickInput.items())
    say('a release to go to', `${row.label} ${row.description ?? ''}\n${row.detail ?? ''}`);
  await picture('rollback-pick');
  await window.quickInput.choose(/1\.4\.0/);

  await window.quickInput.waitFor(/Reason/, 20 * seconds);
  await picture('rollback-preview');
  await window.quickInput.fill('checkout fails for kronor and is slow for large carts');
  await window.quickInput.accept();
  await window.quickInput.waitFor(/Type shop-demo/);
  await window.quickInput.fill('shop-demo');
  await window.quickInput.accept();

  const confirmation = await window.dialog.read();
  say('the confirmation', `${confirmation.message}\n${confirmation.detail}`);
  await picture('rollback-confirm');
  await window.dialog.press(confirmation.buttons.find((b) => b.startsWith('Roll Back')));

  const told = await step('watching our own numbers', () =>
    window.notifications.waitFor(
      sampled ? /Whether it helped can’t be told here/ : /Recovered on/,
      180 * seconds,
    ),
  );
  say('recovery', told.message);
  await picture('rollback-recovered');
}
