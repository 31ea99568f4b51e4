/** Mocha root hooks of the page tests: when a test fails, what its windows show and what our log says is kept and named. */
import { cp, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';

import { openWindows, projectRoot, type VsCodeWindow } from './page.ts';

export const mochaHooks = {
  async afterEach(this: Mocha.Context): Promise<void> {
    const test = this.currentTest;
    if (test?.state !== 'failed') return;
    const name = test
      .fullTitle()
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .slice(0, 80);
    const folder = path.join(projectRoot(), 'out', 'test-failures', name);
    await mkdir(folder, { recursive: true });
    for (const [index, window] of [...openWindows()].entries()) {
      await keep(window, folder, index + 1).catch(() => undefined);
    }
    console.log(`      (screenshots and logs: ${path.relative(projectRoot(), folder)})`);
  },
};

async function keep(window: VsCodeWindow, folder: string, number: number): Promise<void> {
  if (window.page.isClosed()) return;
  await window.screenshot(path.join(folder, `window-${number}.png`));
  for (const log of await readdir(window.logsDir, { recursive: true })) {
    if (!/prodlens[^/]*\/[^/]+\.log$|remoteexthost\.log$/i.test(log)) continue;
    const copy = `window-${number}-${log.replaceAll('/', '-')}`;
    await cp(path.join(window.logsDir, log), path.join(folder, copy));
  }
}
