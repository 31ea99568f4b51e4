import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { Trace } from '../../src/domain/trace.ts';
import { waterfallPage } from '../../src/presentation/viewModels/waterfallPage.ts';

const origin = 'https://waterfall.invalid';

/** The waterfall's own page in a plain Chromium. Scripts for it are text: this folder is checked without the browser's types. */
export async function openWaterfall(browser: Browser, folder: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  const html = waterfallPage({
    source: origin,
    script: `${origin}/waterfall.js`,
    style: `${origin}/waterfall.css`,
    nonce: '0123456789abcdef0123456789abcdef',
    title: 'Trace',
  });
  await page.route('**/*', async (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === '/') await route.fulfill({ contentType: 'text/html', body: html });
    else
      await route.fulfill({
        contentType: pathname.endsWith('css') ? 'text/css' : 'text/javascript',
        body: await readFile(path.join(folder, path.basename(pathname))),
      });
  });
  await page.addInitScript({
    content: 'window.acquireVsCodeApi = () => ({ postMessage() {}, setState() {} });',
  });
  await page.goto(`${origin}/`);
  return page;
}

/** Milliseconds from the message to the frame that shows the trace. */
export async function showTrace(page: Page, trace: Trace): Promise<number> {
  const message = JSON.stringify({ type: 'trace', trace, environment: 'local' });
  await page.evaluate(`window.given = ${message}; undefined`);
  return page.evaluate<number>(`(async () => {
    const start = performance.now();
    window.dispatchEvent(new MessageEvent('message', { data: window.given }));
    for (let i = 0; i < 2; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
    return performance.now() - start;
  })()`);
}
