import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { FunctionInsight, FunctionStats, ProdlensApi, Quantile } from '../../src/api.ts';
import { request, sendShop, sendSpans, type HandMadeSpan, type Source } from './otlpSpans.ts';
import { lenses, observed, startedProdlens, workspaceFile } from './prodlens.ts';
import { shown, withSetting } from './prodlens.ts';

interface Case {
  readonly what: string;
  readonly file: string;
  readonly name: string;
  /** The line that must carry the annotation. */
  readonly declaration: RegExp;
  readonly source: Source;
  readonly span: HandMadeSpan;
}

const cases: readonly Case[] = [
  {
    what: 'a method of a NestJS controller (TypeScript)',
    file: 'teams/src/users.controller.ts',
    name: 'UsersController.findOne',
    declaration: /^ {2}findOne\(/,
    source: {
      service: 'teams-api',
      version: '1.0.0',
      scope: '@opentelemetry/instrumentation-http',
    },
    span: request('GET', '/api/v1/users/:id'),
  },
  {
    what: 'a FastAPI handler behind a router’s prefix (Python)',
    file: 'items/app/api/routes/items.py',
    name: 'read_item',
    declaration: /^async def read_item/,
    source: {
      service: 'items-api',
      version: '1.0.0',
      scope: 'opentelemetry.instrumentation.fastapi',
    },
    span: request('GET', '/api/v1/items/{id}'),
  },
  {
    what: 'a method of a Spring controller below a context path (Java)',
    file: 'owners/src/main/java/com/acme/shop/web/OwnerController.java',
    name: 'OwnerController.show',
    declaration: /public String show\(/,
    source: { service: 'shop', version: '1.0.0', scope: 'io.opentelemetry.tomcat-10.0' },
    span: request('GET', '/shop/api/owners/{ownerId}'),
  },
  {
    what: 'the function that starts a span by hand (Go)',
    file: 'shipping/main.go',
    name: 'label',
    declaration: /^func label\(/,
    source: { service: 'shipping', version: '1.0.0', scope: 'shipping' },
    span: { name: 'print label' },
  },
];

describe('insights', function () {
  this.timeout(60_000);
  let api: ProdlensApi;
  before(async () => {
    api = await startedProdlens();
  });

  for (const { what, file, name, declaration, source, span } of cases)
    it(`belong to ${what}, at the line that declares it`, async () => {
      const uri = workspaceFile(file);
      await shown(uri);
      await sendSpans(source, [span, { ...span, milliseconds: 25 }]);
      const insight = await observed(api, uri, name, ({ total }) => (total?.count ?? 0) >= 2);
      assert.equal(insight.service, source.service);
      const lines = (await readFile(uri.fsPath, 'utf8')).split('\n');
      const line = lines.findIndex((text) => declaration.test(text)) + 1;
      assert.equal(insight.selectionRange.start.line + 1, line);
      const back = await withSetting('prodlens.annotations.placement', 'codeLens');
      const found = await lenses(uri);
      await back();
      assert.deepEqual([...found.keys()], [line], 'nothing but the function that was called');
      assert.match(found.get(line) ?? '', /p95 2\d ms.*1\.0\.0/);
    });

  it('belong to the six functions of the shop, on its recorded traffic', async () => {
    const orders = workspaceFile('shop/api/routes/orders.js');
    await shown(orders);
    await sendShop();
    const expected: readonly (readonly [string, string, number])[] = [
      ['shop/api/routes/orders.js', 'checkout', 15],
      ['shop/api/routes/orders.js', 'showOrder', 27],
      ['shop/api/routes/products.js', 'listProducts', 6],
      ['shop/api/routes/products.js', 'showProduct', 10],
      ['shop/pricing/quotes.js', 'priceCart', 7],
      ['shop/pricing/settlement.js', 'settleBatch', 8],
    ];
    for (const [file, name, line] of expected) {
      const uri = workspaceFile(file);
      const { selectionRange, releases } = await observed(
        api,
        uri,
        name,
        (insight) => insight.releases.length === 2,
      );
      assert.equal(selectionRange.start.line + 1, line, name);
      assert.deepEqual(releases.map(({ version }) => version).toSorted(), ['1.4.0', '1.5.0']);
      const all = await api.functions(uri);
      const others = all.filter((f) => f.state === 'observed').map((f) => f.name);
      assert.ok(
        others.every((other) => expected.some(([, known]) => known === other)),
        `only what was called has numbers: ${others.join()}`,
      );
    }
  });

  it('are nothing in a file without data', async () => {
    const uri = workspaceFile('shop/pricing/later.js');
    await shown(uri);
    const back = await withSetting('prodlens.annotations.placement', 'codeLens');
    const all = await api.functions(uri);
    assert.ok(all.length > 0 && all.every(({ state }) => state !== 'observed'));
    assert.equal((await lenses(uri)).size, 0);
    await back();
  });
});

const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  name: isString,
  range: (value) => value instanceof vscode.Range,
  selectionRange: (value) => value instanceof vscode.Range,
  state: isString,
  service: isString,
  environment: isString,
  window: (value) => keys(value) === 'from,to',
  observedAt: (value) => value instanceof Date,
  stale: (value) => value === true,
  drift: isString,
  verdict: isString,
  total: isStats,
  releases: (value) => (value as FunctionInsight['releases']).every(isRelease),
  attribution: (value) =>
    (value as object[]).every((one) => keys(one) === 'confidence,explanation,rule,telemetry'),
  candidates: (value) => (value as object[]).every((one) => keys(one) === 'name,range,uri'),
};

function isString(value: unknown): boolean {
  return typeof value === 'string';
}

function keys(value: unknown): string {
  return Object.keys(value as object)
    .toSorted()
    .join();
}

function isRelease(release: FunctionInsight['releases'][number]): boolean {
  const allowed = ['version', 'running', 'share', 'firstSeen', 'lastSeen', 'commit', 'stats'];
  return (
    typeof release.version === 'string' &&
    typeof release.running === 'boolean' &&
    (release.share === undefined ||
      (release.running && release.share >= 0 && release.share <= 1)) &&
    (release.firstSeen === undefined || release.firstSeen instanceof Date) &&
    Object.keys(release).every((key) => allowed.includes(key)) &&
    isStats(release.stats)
  );
}

function isStats(value: unknown): boolean {
  const stats = value as FunctionStats;
  const counts = ['count', 'perSecond', 'errorRatio', 'errors', 'clientErrors'] as const;
  const quantiles = ['p50Ms', 'p95Ms', 'p99Ms'] as const;
  const known: readonly string[] = [...counts, ...quantiles, 'basis', 'lowerBound', 'source'];
  return (
    Object.keys(stats).every((key) => known.includes(key)) &&
    ['all', 'weighted', 'sample'].includes(stats.basis) &&
    counts.every((key) => stats[key] === undefined || Number.isFinite(stats[key])) &&
    quantiles.every((key) => stats[key] === undefined || isQuantile(stats[key]))
  );
}

const isQuantile = ({ value, low, high }: Quantile): boolean => low <= value && value <= high;

describe('the interface for other extensions', function () {
  this.timeout(60_000);

  it('has the shape that is promised, and an absent field is absent', async () => {
    const api = await startedProdlens();
    assert.equal(keys(api), 'functions,onDidChangeInsights,version');
    assert.equal(api.version, 1);
    const uri = workspaceFile('shop/api/routes/orders.js');
    await shown(uri);
    await sendShop();
    await observed(api, uri, 'checkout');
    const all = await api.functions(uri);
    assert.ok(all.some(({ state }) => state !== 'observed'));
    for (const insight of all)
      for (const [key, value] of Object.entries(insight))
        assert.ok(types[key]?.(value), `${insight.name}.${key}: ${JSON.stringify(value)}`);
    const { window, observedAt, total } = all.find((f) => f.name === 'checkout') ?? {};
    assert.ok(window && observedAt && window.from < window.to && observedAt <= window.to);
    assert.ok(total?.count !== undefined && total.count > 0);
    assert.deepEqual(await api.functions(vscode.Uri.parse('untitled:none.js')), []);
  });
});
