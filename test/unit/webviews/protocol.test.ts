import assert from 'node:assert/strict';
import { decodeFromWaterfall } from '../../../src/webviews/protocol.ts';
import { WaterfallModel } from '../../../src/webviews/waterfall/model.ts';
import { checkout, span, trace } from '../traces/builders.ts';

const ref = { spanId: 'abc', nth: 0 };

describe('messages of the waterfall', () => {
  it('decode to what was sent, without what does not belong to it', () => {
    assert.deepEqual(decodeFromWaterfall({ type: 'ready', more: 1 }), { type: 'ready' });
    assert.deepEqual(decodeFromWaterfall({ type: 'openSpan', span: { ...ref, path: '/etc' } }), {
      type: 'openSpan',
      span: ref,
    });
    const page = { type: 'openPage', span: ref };
    assert.deepEqual(decodeFromWaterfall({ ...page, url: 'https://elsewhere' }), page);
    assert.deepEqual(decodeFromWaterfall({ type: 'openPage' }), { type: 'openPage' });
    const frame = { type: 'openFrame', span: ref, event: 1, line: 2 };
    assert.deepEqual(decodeFromWaterfall(frame), frame);
  });

  for (const message of [
    undefined,
    null,
    'ready',
    [],
    {},
    { type: 'constructor' },
    { type: 'openSpan' },
    { type: 'openSpan', span: { spanId: 5, nth: 0 } },
    { type: 'openSpan', span: { spanId: 'x'.repeat(65), nth: 0 } },
    { type: 'openSpan', span: { spanId: 'a', nth: -1 } },
    { type: 'openFrame', span: ref, event: 0.5, line: 1 },
    { type: 'openLink', span: ref, link: '0' },
    { type: 'view', view: 'x' },
  ])
    it(`drops ${JSON.stringify(message)}`.slice(0, 80), () =>
      assert.equal(decodeFromWaterfall(message), undefined),
    );

  it('a view comes back as it was, through the host, and finds spans by id again', () => {
    const model = new WaterfallModel(checkout());
    model.reveal(5);
    model.setCollapsed(model.tree.order[11] ?? 0, true);
    model.setZoom({ from: 10e6, to: 60e6 });
    model.search('redis');
    const sent = decodeFromWaterfall({ type: 'view', view: model.view(120) });
    assert.ok(sent?.type === 'view');
    assert.deepEqual(sent.view, model.view(120));
    const again = new WaterfallModel(checkout());
    again.restore(sent.view);
    assert.deepEqual(again.view(120), model.view(120));
    assert.deepEqual(again.rows, model.rows);
  });
});

describe('WaterfallModel', () => {
  it('moves a selection that collapsing would hide to what hides it, and reveals what is asked for', () => {
    const model = new WaterfallModel(checkout());
    const [root, pay, bank] = ['root', 'pay', 'bank'].map(
      (spanId) => model.indexOf({ spanId, nth: 0 }) ?? -1,
    ) as [number, number, number];
    model.reveal(bank);
    model.setCollapsed(pay, true);
    assert.equal(model.selected, pay);
    assert.equal(model.rowOf(bank), undefined);
    model.setCollapsed(root, true);
    assert.equal(model.selected, root);
    model.reveal(bank);
    assert.ok((model.rowOf(bank) ?? -1) > 0);
  });

  it('keeps the zoom within the trace and never turns it round', () => {
    const model = new WaterfallModel(checkout());
    model.setZoom({ from: 100e6, to: 50e6 });
    assert.ok(model.zoom.to > model.zoom.from);
    model.setZoom({ from: -1e12, to: 1e12 });
    assert.deepEqual([model.zoom, model.zoomed], [model.extent, false]);
    for (let i = 0; i < 200; i++) model.zoomAround(519e6, 0.5);
    assert.ok(model.zoom.to <= model.extent.to && model.zoom.to - model.zoom.from >= 1);
  });

  it('goes round failures and matches', () => {
    const model = new WaterfallModel(checkout());
    const seen: string[] = [];
    for (let i = 0; i < 5; i++) {
      const next = model.nextOf(model.failures(), 1);
      if (next !== undefined) model.reveal(next);
      seen.push(model.node(model.selected ?? 0).span.spanId);
    }
    assert.deepEqual(seen, ['root', 'pay', 'pay-s', 'bank', 'root']);
    assert.equal(model.nextOf([], 1), undefined);
  });

  it('numbers spans that share an id', () => {
    const model = new WaterfallModel(trace([span('a', 0, 5), span('a', 1, 2), span('b', 2, 3)]));
    assert.deepEqual(model.refOf(1), { spanId: 'a', nth: 1 });
    assert.equal(model.indexOf({ spanId: 'a', nth: 1 }), 1);
    assert.equal(model.indexOf({ spanId: 'a', nth: 2 }), undefined);
  });
});
