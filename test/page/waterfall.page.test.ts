import assert from 'node:assert/strict';

import { chromium, type Browser } from 'playwright-core';

import { ensureHarness } from '../../scripts/harness/setup.mjs';
import type { FromWaterfall, ToWaterfall } from '../../src/webviews/protocol.ts';
import { checkout, large, span, trace } from '../unit/traces/builders.ts';
import { WaterfallStage } from './waterfallStage.ts';

const shown = (focusSpanId?: string): ToWaterfall => ({
  type: 'trace',
  trace: checkout(),
  environment: 'production',
  ...(focusSpanId === undefined ? {} : { focusSpanId }),
});

/** The built bundle in a plain Chromium; the same in VS Code is tested with the commands that open it. */
describe('the waterfall', () => {
  let browser: Browser;
  let stage: WaterfallStage;
  const errors: string[] = [];
  before(async () => {
    const { chromiumPath } = await ensureHarness();
    browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] });
  });
  after(() => browser.close());
  beforeEach(async () => {
    stage = await WaterfallStage.open(browser);
    stage.page.on('pageerror', (error) => errors.push(error.message));
  });
  afterEach(async () => {
    const violations = await stage.violations();
    await stage.close();
    assert.deepEqual([violations, errors.splice(0)], [[], []]);
  });

  it('asks for the trace, shows every span in its place and keeps the trace id alone', async () => {
    assert.deepEqual(await stage.sent(), [{ type: 'ready' }]);
    await stage.post(shown());
    const rows = await stage.rows();
    assert.equal(rows.length, 17);
    assert.deepEqual(rows.slice(0, 3), [
      'POST /checkout',
      'middleware - jsonParser',
      'request handler - /checkout',
    ]);
    assert.deepEqual(await stage.state(), { traceId: checkout().traceId });
    assert.match(await stage.page.locator('header').innerText(), /520 ms · 17 spans · 5 services/);
  });

  it('starts on the span of the function asked for, with its exception', async () => {
    await stage.post(shown('pay-s'));
    assert.equal(await stage.selected(), 'POST /charge');
    const details = await stage.details();
    assert.match(details, /Failed: card was declined/);
    assert.match(details, /PaymentDeclined/);
    assert.match(details, /http\.route\s+\/charge/);
  });

  it('treats telemetry as text: no element, no hidden or turned character', async () => {
    const hostile = '<img src=x onerror=alert(1)>\u202e[x](command:y)\u0000';
    const spans = [
      span('a', 0, 5, {
        name: hostile,
        service: hostile,
        statusMessage: hostile,
        failed: true,
        attributes: { [hostile]: hostile, long: 'x'.repeat(2_000_000) },
        events: [
          {
            name: 'exception',
            offsetNanos: 0,
            attributes: {
              'exception.type': hostile,
              'exception.stacktrace': `${hostile}\n`.repeat(5_000),
            },
          },
        ],
      }),
    ];
    await stage.post({ type: 'trace', trace: trace(spans), environment: hostile });
    assert.equal(await stage.page.locator('img').count(), 0);
    const text = await stage.page.locator('body').innerText();
    assert.ok(text.includes('<img src=x onerror=alert(1)>\\u202e[x](command:y)\\u0000'));
    assert.ok(!/\u202e|\p{Cc}(?<![\n\t])/u.test(text));
    assert.ok(text.length < 300_000);
  });

  it('is used by keys alone', async () => {
    await stage.post(shown());
    await stage.press('ArrowDown', 'ArrowDown', 'ArrowRight');
    assert.equal(await stage.selected(), 'GET');
    await stage.press('ArrowLeft');
    assert.equal((await stage.rows()).length, 14);
    await stage.press('ArrowLeft');
    assert.equal(await stage.selected(), 'request handler - /checkout');
    await stage.press('e');
    assert.equal(await stage.selected(), 'POST');
    await stage.press('End');
    assert.equal(await stage.selected(), 'emit metrics');
    await stage.press('Home', '/');
    await stage.page.keyboard.type('fraud');
    await stage.press('Enter');
    assert.equal(await stage.selected(), 'fraud.check');
    assert.match(await stage.page.locator('.count').innerText(), /1 span/);
    await stage.press('Escape');
    assert.equal(await stage.page.locator('.search').inputValue(), '');
    await stage.press('c');
    assert.equal(await stage.page.locator('.critical-segment:not([hidden])').count(), 0);
    await stage.press('d');
    assert.ok(!(await stage.page.locator('.details').isVisible()));
  });

  it('asks to open a span that maps to a function by its id, and a located stack frame', async () => {
    await stage.post(shown('fraud'));
    await stage.press('Enter');
    const opened = async (): Promise<FromWaterfall[]> =>
      (await stage.sent()).filter(({ type }) => type === 'openSpan' || type === 'openFrame');
    assert.deepEqual(await opened(), []);
    const place = { name: 'charge', place: 'src/payment.js:40', explanation: 'The route.' };
    await stage.post({
      type: 'places',
      spans: [
        { spanId: 'fraud', nth: 0, ...place },
        { spanId: 'pay-s', nth: 0, ...place },
      ],
      frames: [{ spanId: 'pay-s', nth: 0, event: 0, line: 1, place: 'src/payment.js:42' }],
    });
    await stage.press('Enter', 'ArrowUp');
    await stage.page.locator('.stack .link').click();
    assert.deepEqual(await opened(), [
      { type: 'openSpan', span: { spanId: 'fraud', nth: 0 } },
      { type: 'openFrame', span: { spanId: 'pay-s', nth: 0 }, event: 0, line: 1 },
    ]);
  });

  it('asks to open the trace on its backend’s page, with the span in front, where there is one', async () => {
    await stage.post(shown());
    const button = stage.page.getByRole('button', { name: /^Open in/ });
    assert.equal(await button.count(), 0);
    await stage.post({ ...shown('pay-s'), page: 'Jae\u202eger' } as ToWaterfall);
    assert.equal(await button.getAttribute('aria-label'), 'Open in Jae\\u202eger');
    await button.click();
    assert.deepEqual((await stage.sent()).at(-1), {
      type: 'openPage',
      span: { spanId: 'pay-s', nth: 0 },
    });
  });

  it('zooms by keys and by dragging over the overview, and shows all again', async () => {
    await stage.post(shown('fraud'));
    const left = (): Promise<number> =>
      stage.page.evaluate(
        () => document.querySelector('.row.selected .bar')?.getBoundingClientRect().left ?? -1,
      );
    const before = await left();
    await stage.press('z');
    assert.notEqual(await left(), before);
    await stage.press('0');
    assert.equal(await left(), before);
    const box = await stage.page.locator('.minimap').boundingBox();
    assert.ok(box);
    await stage.page.mouse.move(box.x + box.width * 0.25, box.y + 10);
    await stage.page.mouse.down();
    await stage.page.mouse.move(box.x + box.width * 0.6, box.y + 10, { steps: 4 });
    await stage.page.mouse.up();
    await stage.frame();
    assert.notEqual(await left(), before);
    assert.ok(await stage.page.locator('.minimap-window').isVisible());
  });

  it('comes back as it was after it was hidden', async () => {
    await stage.post(shown());
    await stage.press('ArrowDown', 'ArrowDown', 'ArrowLeft', 'c', '+');
    await stage.page.locator('.search').fill('metrics');
    await stage.frame();
    const rows = await stage.rows();
    const all = await stage.viewsOf('metrics');
    const views = all.filter((message) => message.type === 'view');
    const view = views.at(-1)!.view;
    const again = await WaterfallStage.open(browser);
    await again.post({ type: 'trace', trace: checkout(), environment: 'production', view });
    assert.deepEqual(await again.rows(), rows);
    assert.equal(await again.selected(), 'request handler - /checkout');
    assert.equal(await again.page.locator('.search').inputValue(), 'metrics');
    assert.equal(await again.page.locator('.critical-segment:not([hidden])').count(), 0);
    assert.ok(await again.page.locator('.minimap-window').isVisible());
    await again.close();
  });

  it('holds few elements for 5,000 spans, and reaches the last', async () => {
    await stage.post({ type: 'trace', trace: large(5_000), environment: '' });
    await stage.press('End');
    assert.equal(await stage.page.locator('.row.selected').getAttribute('aria-rowindex'), '5000');
    assert.ok((await stage.page.locator('.row').count()) < 60);
  });

  it('starts with the span asked for in sight, also in a small pane or at 200 %', async () => {
    await stage.close();
    stage = await WaterfallStage.open(browser, 'dark', { width: 640, height: 360 });
    await stage.post(shown('pay-s'));
    assert.equal(await stage.selected(), 'POST /charge');
    const { row, grid, rows } = await stage.page.evaluate(() => {
      const box = (of: string): { top: number; bottom: number; height: number } =>
        document.querySelector(of)?.getBoundingClientRect() ?? { top: 0, bottom: 0, height: 0 };
      const grid = box('.grid');
      return { row: box('.row.selected'), grid, rows: grid.height / box('.row').height };
    });
    assert.ok(row.top >= grid.top && row.bottom <= grid.bottom + 1, JSON.stringify({ row, grid }));
    assert.ok(rows >= 4, `${rows} rows have room`);
  });

  it('tells assistive technology where one is', async () => {
    await stage.post(shown());
    await stage.press('ArrowDown');
    const grid = stage.page.locator('[role=treegrid]');
    assert.equal(await grid.getAttribute('aria-rowcount'), '17');
    const id = await grid.getAttribute('aria-activedescendant');
    const row = stage.page.locator(`#${id}`);
    assert.equal(await row.getAttribute('aria-level'), '2');
    assert.equal(await row.getAttribute('aria-selected'), 'true');
    assert.match((await row.getAttribute('aria-label')) ?? '', /jsonParser, shop-web, 2 ms/);
    const unnamed = await stage.page.evaluate(
      () =>
        [...document.querySelectorAll('button, input, [tabindex]')].filter(
          (one) => !one.getAttribute('aria-label') && one.textContent.trim() === '',
        ).length,
    );
    assert.equal(unnamed, 0);
  });

  it('says what is wrong and offers another attempt', async () => {
    await stage.post({ type: 'problem', message: 'Not found.', remedy: 'Look elsewhere.' });
    assert.match(await stage.page.locator('body').innerText(), /Not found\.\s+Look elsewhere\./);
    await stage.page.getByRole('button', { name: 'Try again' }).click();
    assert.deepEqual((await stage.sent()).at(-1), { type: 'retry' });
  });

  for (const theme of ['dark', 'light', 'highContrast', 'highContrastLight'] as const)
    it(`has bars and texts that stand out from what is behind them (${theme})`, async () => {
      await stage.setTheme(theme);
      await stage.post(shown());
      await stage.page.locator('.grid').focus();
      const low = await stage.page.evaluate(() => {
        type Color = readonly [number, number, number, number];
        const parse = (color: string): Color => {
          const [r = 0, g = 0, b = 0, a = 1] = (color.match(/[\d.]+/g) ?? []).map(Number);
          return [r, g, b, a];
        };
        const over = ([r, g, b, a]: Color, [x, y, z]: Color): Color => [
          r * a + x * (1 - a),
          g * a + y * (1 - a),
          b * a + z * (1 - a),
          1,
        ];
        /** What is behind an element's text: the backgrounds of everything that it lies in. */
        const behind = (of: Element | null): Color => {
          if (of === null) return [255, 255, 255, 1];
          const own = parse(getComputedStyle(of).backgroundColor);
          return own[3] === 1 ? own : over(own, behind(of.parentElement));
        };
        const luminance = ([r, g, b]: Color): number => {
          const [x = 0, y = 0, z = 0] = [r, g, b].map((c) => {
            const part = c / 255;
            return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
          });
          return 0.2126 * x + 0.7152 * y + 0.0722 * z;
        };
        const contrast = (a: Color, b: Color): number => {
          const [x, y] = [luminance(a), luminance(b)];
          return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
        };
        const text = (of: Element): number => {
          const back = behind(of);
          return contrast(over(parse(getComputedStyle(of).color), back), back);
        };
        const probe = document.body.appendChild(document.createElement('span'));
        probe.className = 'badge';
        const bad: string[] = [];
        for (let i = 0; i < 8; i++) {
          probe.dataset['color'] = String(i);
          if (contrast(behind(probe), behind(document.body)) < 3) bad.push(`bar ${i}`);
          if (text(probe) < 4.5) bad.push(`badge ${i}`);
        }
        probe.remove();
        for (const selector of [
          '.trace-id',
          '.facts-line',
          '.failures',
          '.row.selected .name',
          '.row:not(.selected) .name',
          '.details h2',
          '.details dt',
          '.details .subtitle',
        ]) {
          const found = document.querySelector(selector);
          if (found === null) bad.push(`${selector} isn't there`);
          else if (text(found) < 4.5) bad.push(`${selector} ${text(found).toFixed(2)}`);
        }
        return bad;
      });
      assert.deepEqual(low, []);
    });
});
