// Scrolling, zooming and selecting in a trace of 5,000 spans, frame by frame, against an empty page that scrolls as far.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { large } from '../test/unit/traces/builders.ts';
import { buildWaterfall } from './waterfall/build.ts';
import { openWaterfall, showTrace } from './waterfall/open.ts';
import { report, smoke } from './report.ts';

const frames = smoke ? 20 : 100;
/** A person can't see a difference below: one of sixty frames a second. */
const budget = 1.5;

const browserPath = [
  process.env['PRODLENS_CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((file) => file !== '' && existsSync(file));

/** In the page: as text, since this folder is checked without the browser's types. Answers the frame intervals in ms. */
const scroll = (selector: string): string => `new Promise((resolve) => {
  const scrolled = document.querySelector(${JSON.stringify(selector)});
  const times = [];
  const step = (now) => {
    times.push(now);
    if (times.length > ${frames}) {
      resolve(times.slice(1).map((time, i) => time - times[i]));
      return;
    }
    // A fast fling: eleven rows a frame, every row new after two.
    scrolled.scrollTop += 264;
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})`;

/** Milliseconds of script, style and layout for one key press each, up to the next frame. */
const press = (keys: readonly string[]): string => `(async () => {
  const grid = document.querySelector('.grid');
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const times = [];
  for (const key of ${JSON.stringify(keys)}) {
    await frame();
    const start = performance.now();
    grid.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    await frame();
    document.body.getBoundingClientRect();
    times.push(performance.now() - start);
  }
  return times;
})()`;

const percentile = (values: readonly number[], part: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * part)] ?? NaN;

async function measure(executablePath: string): Promise<void> {
  const root = process.env['PRODLENS_ROOT'] ?? process.cwd();
  const folder = await buildWaterfall(path.join(root, 'out/bench/waterfall'));
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const empty = await browser.newPage({ viewport: { width: 1280, height: 720 } });
    await empty.setContent(
      '<div id="s" style="height:100vh;overflow-y:scroll"><div style="height:120000px"></div></div>',
    );
    const floor: number[] = [];
    const own: number[] = [];
    const page = await openWaterfall(browser, folder);
    const first = await showTrace(page, large(5_000));
    // In turns, so that what else the machine does hits both.
    for (let round = 0; round < (smoke ? 1 : 10); round++) {
      await empty.bringToFront();
      await empty.evaluate('document.querySelector("#s").scrollTop = 0');
      floor.push(...(await empty.evaluate<number[]>(scroll('#s'))));
      await page.bringToFront();
      await page.evaluate('document.querySelector(".grid").scrollTop = 0');
      own.push(...(await page.evaluate<number[]>(scroll('.grid'))));
    }
    const text = (value: number): string => value.toFixed(1);
    // CPU time of the main thread: the same whatever else the machine does.
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.setTimeDomain', { timeDomain: 'threadTicks' });
    await session.send('Performance.enable');
    const busy = async (): Promise<number> => {
      const { metrics } = await session.send('Performance.getMetrics');
      return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN) * 1000;
    };
    await page.evaluate('document.querySelector(".grid").scrollTop = 0');
    const before = await busy();
    await page.evaluate<number[]>(scroll('.grid'));
    const perFrame = ((await busy()) - before) / frames;
    report({
      name: 'waterfall of 5,000 spans, main thread while scrolling fast',
      value: perFrame / (1000 / 60),
      budget: 0.5,
      unit: '× a frame of 60 a second',
      detail: `${perFrame.toFixed(2)} ms of CPU per frame (script, style, layout, paint), eleven new rows each`,
    });

    report({
      name: 'waterfall of 5,000 spans, fast scrolling',
      value: percentile(own, 0.95) / percentile(floor, 0.95),
      budget,
      unit: "× an empty page's p95 frame",
      detail: `p95 frame ${text(percentile(own, 0.95))} ms against ${text(percentile(floor, 0.95))} ms, p99 ${text(percentile(own, 0.99))} against ${text(percentile(floor, 0.99))} ms, median ${text(percentile(own, 0.5))} against ${text(percentile(floor, 0.5))} ms; ${own.length} frames; first shown after ${text(first)} ms`,
    });

    const keys = [
      'ArrowDown',
      'PageDown',
      'z',
      '-',
      'e',
      'ArrowLeft',
      'ArrowRight',
      '0',
      'End',
      'Home',
    ];
    const idle = await page.evaluate<number[]>(press(keys.map(() => 'F20')));
    const acted = await page.evaluate<number[]>(press(keys));
    report({
      name: 'waterfall of 5,000 spans, a key press',
      value: percentile(acted, 0.9) / percentile(idle, 0.9),
      budget: 3,
      unit: '× a key without effect, to the next frame',
      detail: `p90 ${text(percentile(acted, 0.9))} ms against ${text(percentile(idle, 0.9))} ms; moving, zooming, folding, next failure`,
    });
  } finally {
    await browser.close();
  }
}

if (browserPath === undefined)
  report.skipped('waterfall', 'no Chromium on this machine (PRODLENS_CHROMIUM names one)');
else
  measure(browserPath).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
