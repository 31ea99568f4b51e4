import assert from 'node:assert/strict';
import {
  selfNanos,
  serviceBadges,
  SpanSearch,
  visibleRows,
} from '../../../src/presentation/viewModels/waterfallRows.ts';
import { stackLines } from '../../../src/presentation/viewModels/waterfallStack.ts';
import {
  axisTicks,
  durationText,
  visibleLines,
  visibleText,
} from '../../../src/presentation/viewModels/waterfallText.ts';
import { waterfallPage } from '../../../src/presentation/viewModels/waterfallPage.ts';
import { buildSpanTree } from '../../../src/presentation/viewModels/waterfallTree.ts';
import type { TraceSpan } from '../../../src/domain/trace.ts';
import { checkout, span } from './builders.ts';

const rowsOf = (spans: readonly TraceSpan[]): string[] => {
  const tree = buildSpanTree({ spans });
  return tree.order.map((i) => `${'.'.repeat(tree.nodes[i]?.depth ?? 0)}${spans[i]?.name}`);
};

describe('buildSpanTree', () => {
  it('orders siblings by start, whatever order spans arrive in', () => {
    const spans = [
      span('b', 20, 30, { parentSpanId: 'root' }),
      span('a1', 6, 8, { parentSpanId: 'a' }),
      span('a', 5, 10, { parentSpanId: 'root' }),
      span('root', 0, 50),
    ];
    assert.deepEqual(rowsOf(spans), ['root', '.a', '..a1', '.b']);
  });

  it('makes a span without its parent a root and says so', () => {
    const tree = buildSpanTree({
      spans: [span('a', 0, 1), span('b', 1, 2, { parentSpanId: 'x' })],
    });
    assert.deepEqual(tree.roots, [0, 1]);
    assert.deepEqual(tree.nodes[1]?.oddities, ['missingParent']);
  });

  it('cuts rings at the earliest span, also of one span alone, and keeps every span', () => {
    const spans = [
      span('c', 3, 4, { parentSpanId: 'b' }),
      span('a', 1, 2, { parentSpanId: 'c' }),
      span('b', 2, 3, { parentSpanId: 'a' }),
      span('tail', 5, 6, { parentSpanId: 'c' }),
      span('self', 7, 8, { parentSpanId: 'self' }),
    ];
    assert.deepEqual(rowsOf(spans), ['a', '.b', '..c', '...tail', 'self']);
    assert.deepEqual(buildSpanTree({ spans }).nodes[1]?.oddities, ['cycle']);
  });

  it("puts the server of a call under the client that shares its id, with the server's children below it", () => {
    const spans = [
      span('1', 0, 9, { name: 'root' }),
      span('2', 1, 8, { name: 'client', kind: 'client', parentSpanId: '1' }),
      span('2', 2, 7, { name: 'server', kind: 'server', parentSpanId: '1', service: 'b' }),
      span('3', 3, 4, { name: 'inner', parentSpanId: '2', service: 'b' }),
    ];
    assert.deepEqual(rowsOf(spans), ['root', '.client', '..server', '...inner']);
  });

  it('keeps both of two spans with one id, children below the first', () => {
    const spans = [
      span('1', 0, 9, { name: 'root' }),
      span('2', 1, 3, { name: 'first', parentSpanId: '1' }),
      span('2', 1, 4, { name: 'second', parentSpanId: '1' }),
      span('3', 2, 3, { name: 'inner', parentSpanId: '2' }),
    ];
    assert.deepEqual(rowsOf(spans), ['root', '.second', '.first', '..inner']);
    assert.deepEqual(buildSpanTree({ spans }).nodes[2]?.oddities, ['duplicateId']);
  });

  it('takes chains of 20,000 spans and 200,000 siblings', () => {
    const chain = Array.from({ length: 20_000 }, (_, i) =>
      span(`${i}`, i, 20_000, i === 0 ? {} : { parentSpanId: `${i - 1}` }),
    );
    assert.equal(buildSpanTree({ spans: chain }).nodes[0]?.descendants, 19_999);
    const wide = Array.from({ length: 200_000 }, (_, i) =>
      span(`${i}`, i, i + 1, i === 0 ? {} : { parentSpanId: '0' }),
    );
    assert.equal(buildSpanTree({ spans: wide }).order.length, 200_000);
  }).timeout(30_000);

  it('counts failures below, and hides what is below a collapsed span', () => {
    const { spans } = checkout();
    const tree = buildSpanTree({ spans });
    const at = spans.findIndex(({ spanId }) => spanId === 'pay');
    assert.equal(tree.nodes[at]?.failedBelow, 2);
    assert.equal(tree.nodes[at].descendants, 5);
    assert.equal(visibleRows(tree, new Set([at])).length, spans.length - 5);
    assert.equal(visibleRows(tree, new Set([tree.order[0] ?? 0])).length, 2);
  });
});

describe('what the waterfall tells of spans', () => {
  it('own time leaves out overlapping children once, and what lies outside', () => {
    const spans = [
      span('root', 0, 100),
      span('a', 10, 50, { parentSpanId: 'root' }),
      span('b', 30, 60, { parentSpanId: 'root' }),
      span('c', 90, 200, { parentSpanId: 'root' }),
    ];
    assert.equal(selfNanos(buildSpanTree({ spans }), 0), 40e6);
  });

  it('finds by name, service, attribute=value and event, all words needed', () => {
    const { spans } = checkout();
    const search = new SpanSearch(buildSpanTree({ spans }));
    const names = (query: string): string[] =>
      search.find(query).map((index) => spans[index]?.spanId ?? '');
    assert.deepEqual(names('FRAUD'), ['fraud']);
    assert.deepEqual(names('http.route=/charge'), ['pay-s']);
    assert.deepEqual(names('paymentdeclined'), ['pay-s']);
    assert.deepEqual(names('inventory'), ['stock-s']);
    assert.deepEqual(names('gateway failed'), ['pay-s', 'bank']);
    assert.deepEqual(names('gateway nothing'), []);
    assert.deepEqual(names('  '), []);
  });

  it('gives services different letters', () => {
    const services = ['shop-api', 'shop-admin', 'orders', 'order', 'ns/orders', '', 'поиск', '–'];
    const badges = [...serviceBadges(services).values()];
    assert.equal(new Set(badges).size, services.length);
    assert.deepEqual(badges.slice(0, 3), ['SA', 'SH', 'OR']);
    const many = Array.from({ length: 300 }, (_, i) => `service-${i}`);
    assert.equal(new Set(serviceBadges(many).values()).size, 300);
  });

  it('reads the frames of Node, Python, Java and Go by line', () => {
    const found = (text: string): unknown =>
      stackLines(text).map(({ line, frame }) => [line, frame.filePath, frame.line]);
    assert.deepEqual(found('E: x\n    at f (/a/b.js:3:4)\n    at async file:///c/d.mjs:5:6'), [
      [1, '/a/b.js', 3],
      [2, '/c/d.mjs', 5],
    ]);
    assert.deepEqual(found('Traceback\n  File "/app/m.py", line 7, in f\n    raise X'), [
      [1, '/app/m.py', 7],
    ]);
    assert.deepEqual(found('x\n\tat app//org.shop.Cart$1.add(Cart.java:33)\n'), [
      [1, 'org/shop/Cart.java', 33],
    ]);
    assert.deepEqual(found('x\n   at Shop.Users.Get(Int32 id) in /src/Users.cs:line 15'), [
      [1, '/src/Users.cs', 15],
    ]);
    assert.deepEqual(found("/app/user.rb:12:in 'User#find': x (E)\n\tfrom /app/a.rb:3:in `b'"), [
      [0, '/app/user.rb', 12],
      [1, '/app/a.rb', 3],
    ]);
    assert.deepEqual(found('main.f(0x1)\n\t/go/src/app/main.go:12 +0x1d'), [
      [1, '/go/src/app/main.go', 12],
    ]);
  });
});

describe('text of telemetry', () => {
  it('shows control, direction and invisible characters, and is cut', () => {
    assert.equal(visibleText('a\u202eb\u0000c\nd\u200be'), 'a\\u202eb\\u0000c\\u000ad\\u200be');
    assert.equal(visibleText('x'.repeat(500), 10), 'xxxxxxxxx…');
    assert.equal(visibleText('\u202e'.repeat(500), 10).length, 10);
    assert.equal(visibleText('12345678😀90', 10), '12345678…');
    assert.equal(visibleLines('a\n\tb\r\nc\u0007'), 'a\n\tb\nc\\u0007');
  });

  it('gives durations three digits in the unit a person would use', () => {
    const cases: readonly (readonly [number, string])[] = [
      [0, '0 ns'],
      [870, '870 ns'],
      [12_400, '12.4 µs'],
      [520e6, '520 ms'],
      [999.7e6, '1 s'],
      [1.2345e9, '1.23 s'],
      [59.9e9, '59.9 s'],
      [60e9, '1 min'],
      [125e9, '2 min 5 s'],
      [3 * 3600e9, '3 h'],
      [-2e6, '-2 ms'],
    ];
    for (const [nanos, text] of cases) assert.equal(durationText(nanos), text);
  });

  it('puts at most as many ticks as wanted at round moments', () => {
    assert.deepEqual(axisTicks(0, 412e6, 5), [0, 100e6, 200e6, 300e6, 400e6]);
    assert.deepEqual(axisTicks(0, 120e9, 4), [0, 30e9, 60e9, 90e9, 120e9]);
    assert.deepEqual(axisTicks(5, 5, 4), []);
    for (const to of [1, 37, 1e3, 7.7e9, 1e13, 9e15])
      assert.ok(axisTicks(0, to, 6).length <= 7, String(to));
  });

  it('makes a page that allows one script and nothing else', () => {
    const page = waterfallPage({
      source: 'https://x.test',
      script: 'https://x.test/"><script>',
      style: 's.css',
      nonce: 'abc',
      title: '<b>',
    });
    assert.match(page, /default-src &#39;none&#39;; script-src &#39;nonce-abc&#39;;/);
    assert.match(page, /connect-src &#39;none&#39;/);
    assert.ok(!page.includes('unsafe'));
    assert.ok(!page.includes('<b>') && page.split('<script').length === 2);
  });
});
