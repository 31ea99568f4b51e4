import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { grammarsFolder } from '../../../bench/attribution/workspace.ts';
import type { Insight } from '../../../src/domain/insight.ts';
import { serviceKey } from '../../../src/domain/service.ts';
import { unixMillis } from '../../../src/domain/units.ts';
import {
  child,
  exception,
  newCore,
  request,
  resource,
  t0,
  at,
} from '../telemetry/core/builders.ts';
import { spanBatches } from '../telemetry/core/recordings.ts';
import { openWorld } from './stackErrorsWorld.ts';

const fixtures = path.join(process.env['PRODLENS_ROOT'] ?? process.cwd(), 'test/fixtures');
const stackOf = (language: string): string =>
  readFileSync(path.join(fixtures, 'stacks', language, 'stack.txt'), 'utf8');

const shop = resource({ service: serviceKey('shop'), release: '1.4.0' });

/** Failed requests that recorded the stack, as `times` says. */
function coreWith(stack: string, times = 2, release = '1.4.0') {
  const core = newCore();
  for (let i = 0; i < times; i += 1) {
    const entry = request('/orders', { code: 500, resource: { ...shop, release } });
    const events = [exception('Error', `no tea left ${i}`, stack)];
    core.spans([entry, child(entry, { events, status: 'error' })], t0);
  }
  core.settle(t0);
  return core;
}

const errorsOf = (all: readonly Insight[]) =>
  Object.fromEntries(
    all.flatMap(({ function: { name }, errors }) =>
      errors === undefined ? [] : [[name, `${errors.thrown} thrown, ${errors.passing} passing`]],
    ),
  );
const hasErrors = (all: readonly Insight[]): boolean => all.some((i) => i.errors !== undefined);

interface Language {
  readonly stock: string;
  readonly orders: string;
  readonly take: string;
  readonly throws: RegExp;
  readonly order: string;
}
const languages: Readonly<Record<string, Language>> = {
  javascript: {
    stock: 'src/stock.js',
    orders: 'src/orders.js',
    take: 'Shelf.take',
    throws: /throw new RangeError/,
    order: 'order',
  },
  python: {
    stock: 'shop/stock.py',
    orders: 'shop/orders.py',
    take: 'Shelf.take',
    throws: /raise LookupError/,
    order: 'order',
  },
  java: {
    stock: 'src/main/java/com/acme/shop/Shelf.java',
    orders: 'src/main/java/com/acme/shop/Orders.java',
    take: 'Shelf.take',
    throws: /throw new IllegalStateException/,
    order: 'Orders.order',
  },
  go: {
    stock: 'stock/shelf.go',
    orders: 'orders.go',
    take: 'Shelf.Take',
    throws: /panic\("no/,
    order: 'order',
  },
};

describe('errors of functions that no span names', function () {
  this.timeout(60_000);
  let grammars: string;
  let world: Awaited<ReturnType<typeof openWorld>>;
  before(async () => {
    grammars = await grammarsFolder();
  });
  after(() => rm(grammars, { recursive: true, force: true }));
  afterEach(() => world.close());

  for (const [language, { stock, orders, take, throws, order }] of Object.entries(languages)) {
    it(`${language}: are known of the one that threw and of those on the way, of nothing else`, async () => {
      const source = path.join(fixtures, 'stacks', language, 'source');
      world = await openWorld(source, coreWith(stackOf(language)), at(1000), grammars);
      const all = await world.when(stock, hasErrors);
      assert.deepEqual(errorsOf(all), { [take]: '2 thrown, 0 passing' });
      const [found] = all.filter((i) => i.errors !== undefined);
      assert.equal(found?.state, 'observed');
      assert.deepEqual(found.numbers?.total, {
        errors: 2,
        basis: 'all',
        source: 'spans of the local receiver',
      });
      assert.deepEqual(
        found.numbers.releases.map((r) => [r.version, r.stats.errors, r.stats.count]),
        [['1.4.0', 2, undefined]],
      );
      assert.equal(found.numbers.exceptions[0]?.count, 2);
      assert.equal(found.attribution[0]?.confidence, 'exact');
      const before = await world.when(orders, hasErrors);
      assert.deepEqual(errorsOf(before), { [order]: '0 thrown, 2 passing' });
    });

    it(`${language}: follow the release’s lines to the text as it is now, also unsaved`, async () => {
      const source = path.join(fixtures, 'stacks', language, 'source');
      const core = coreWith(stackOf(language));
      world = await openWorld(source, core, at(1000), grammars);
      const before = await world.open(stock);
      await world.when(stock, hasErrors);
      const release = { service: shop.service, version: '1.4.0' };
      await world.baseline(stock, { commit: 'c', text: before, releases: [release] });
      const comment = language === 'python' ? '#' : '//';
      const path_ = world.at(stock);
      // Where a package or class opens first, a comment may still come above.
      await world.insert(stock, 2, 0, `${comment} one\n${comment} two\n${comment} three\n`);
      const view = await world.index.call('file', { path: path_ });
      const line = before.split('\n').findIndex((text) => throws.test(text));
      assert.deepEqual(
        view?.stacks?.map((s) => [s.function.replace(/^.*#/, ''), s.thrown, s.line]),
        [[take, true, line + 3]],
      );
      const [place] = await world.index.call('locateFrames', {
        stacks: [
          core.exceptions({ window: 3_600_000 as never, known: [] }, at(0)).stacks[0]!.frames,
        ],
        releases: [release],
      });
      assert.deepEqual([place?.path, place?.line], [path_, line + 3]);

      // The line itself is changed: the function still threw, but where is no more to be seen.
      await world.insert(stock, 3, line + 3, language === 'python' ? '            x = ' : 'x = ');
      const changed = await world.index.call('file', { path: path_ });
      const still = changed?.status === 'fresh' ? changed.stacks : [{ line: undefined }];
      assert.deepEqual(
        still?.map((s) => s.line),
        [undefined],
      );
    });
  }

  it('have no place where the release’s source is unknown and another function is at the line', async () => {
    const source = path.join(fixtures, 'stacks/javascript/source');
    world = await openWorld(source, coreWith(stackOf('javascript')), at(1000), grammars);
    await world.open('src/stock.js');
    await world.when('src/stock.js', hasErrors);
    await world.insert('src/stock.js', 2, 0, `function first() {\n${'  first();\n'.repeat(12)}}\n`);
    const all = await world.when('src/stock.js', (i) => i.some((f) => f.function.name === 'first'));
    assert.deepEqual(errorsOf(all), { 'Shelf.take': '2 thrown, 0 passing' });
    const view = await world.index.call('file', { path: world.at('src/stock.js') });
    assert.deepEqual(
      view?.stacks?.map((s) => s.line),
      [undefined],
    );
    // A second function of the name: which of them it was can't be told.
    await world.insert('src/stock.js', 3, 0, 'class Other {\n  take() {}\n}\n');
    const unclear = await world.index.call('file', { path: world.at('src/stock.js') });
    assert.equal(unclear?.stacks, undefined);
  });

  it('are nowhere where the release has no such file', async () => {
    const source = path.join(fixtures, 'stacks/javascript/source');
    world = await openWorld(source, coreWith(stackOf('javascript')), at(1000), grammars);
    await world.open('src/stock.js');
    await world.when('src/stock.js', hasErrors);
    const releases = [{ service: shop.service, version: '1.4.0' }];
    await world.baseline('src/stock.js', { commit: 'c', text: null, releases });
    const view = await world.index.call('file', { path: world.at('src/stock.js') });
    assert.equal(view?.stacks, undefined);
  });

  for (const [app, file, middleware, endpoint] of [
    ['fastapi', 'app/main.py', 'measure', 'app/routes/books.py'],
    ['aiohttp', 'relay/app.py', 'stamp', 'relay/messages.py'],
  ] as const)
    it(`recorded from ${app}: the middleware that the exception passed has it, the handler has its own numbers`, async () => {
      const place = path.join(fixtures, 'apps', app);
      const batches = spanBatches(path.join(place, 'traces.ndjson.gz'));
      const newest = Math.max(
        ...batches.flat().map((s) => s.start.seconds * 1000 + s.durationNanos / 1e6),
      );
      const now = unixMillis(Math.ceil(newest) + 1000);
      const core = newCore({ now });
      for (const batch of batches) core.spans(batch, now);
      core.settle(now);
      world = await openWorld(path.join(place, 'source'), core, now, grammars);
      const all = await world.when(file, hasErrors);
      assert.deepEqual(errorsOf(all), { [middleware]: '0 thrown, 1 passing' });
      const handlers = await world.when(endpoint, (i) => i.some((f) => f.state === 'observed'));
      assert.deepEqual(errorsOf(handlers), {});
    });
});
