import assert from 'node:assert/strict';
import type { AskSpm } from '../../../../src/telemetry/jaeger/spm/source.ts';
import { request, span } from '../core/builders.ts';
import { hour, minute } from '../sampled/fakeTraces.ts';
import { look, Monitored, orders } from './monitored.ts';

const moving = 'POST /orders/:id';

describe('Jaeger’s span metrics, where what they say could be wrong', () => {
  it('have no percentiles where a store that keeps slow traces makes the wrong unit look nearer', async () => {
    for (const [ms, top] of [
      [1_500, 5_000],
      [5_000, 5_000],
    ] as const) {
      const monitored = new Monitored(ms);
      Object.assign(monitored.values, { '0.5': 20, '0.95': 180, '0.99': 600, '1': top });
      const { total } = await look(monitored.source());
      assert.deepEqual(
        [total?.basis, total?.perSecond, total?.p50Ms, total?.p95Ms],
        ['all', 4, undefined, undefined],
      );
    }
  });

  it('aren’t those of a function of which traces know another request, or a consumer', async () => {
    for (const other of [
      request('/orders/:id', { method: 'POST' }),
      span({ kind: 'consumer', name: 'orders process' }),
    ]) {
      const monitored = new Monitored();
      const { now, spans } = monitored.traces;
      const alone = monitored.source();
      assert.equal((await look(alone, hour, [orders, other.name])).total?.basis, 'all');
      const end = now - 5 * minute;
      const { start } = request('/orders/:id', { end });
      spans.push({ ...other, start });
      const both = await look(monitored.source(), hour, [orders, other.name]);
      assert.deepEqual([both.total?.basis, both.total?.count], ['sample', 31]);
      // A function called inside of the request is no other.
      spans.splice(-1, 1, span({ name: 'inner', end }));
      const inner = await look(monitored.source(), hour, [orders, 'inner']);
      assert.equal(inner.total?.basis, 'all');
    }
  });

  it('aren’t those of a function that answers a request, too, that had calls only long before', async () => {
    const monitored = new Monitored();
    const { service } = monitored;
    monitored.others = ({ what, end, lookback }) =>
      lookback === hour
        ? []
        : [
            {
              service,
              operation: moving,
              points: what === 'calls' ? [[end - 5 * hour, 0.1]] : [[end, 50]],
            },
          ];
    const source = monitored.source();
    const window = 24 * hour;
    // Which functions it is of isn't known yet; then it is.
    assert.equal((await look(source, window, [orders, moving])).total?.basis, 'sample');
    assert.ok(source.operations().some(({ name }) => name === moving));
    assert.equal((await look(source, window, [orders, moving])).total?.basis, 'sample');
    assert.equal((await look(source, window, [orders])).total?.basis, 'all');
  });

  it('don’t say when the last call was, nor since when there is silence, where points have gaps between them', async () => {
    const monitored = new Monitored();
    monitored.before = 12;
    monitored.quietPoints = 4;
    const { now } = monitored.traces;
    const near = await look(monitored.source());
    assert.equal(near.observedAt, now - 10_000 - 4 * 5 * minute);
    const far = await look(monitored.source(), 24 * hour);
    assert.deepEqual([far.total?.basis, far.observedAt], ['all', undefined]);
    monitored.quietPoints = 0;
    assert.equal((await look(monitored.source(), 24 * hour)).observedAt, now - 10_000);
    const silent = new Monitored();
    const { ask } = silent;
    const earlier: AskSpm = (question, signal) =>
      ask(
        question.what === 'calls' ? { ...question, end: question.end - 4 * hour } : question,
        signal,
      );
    Object.assign(silent, { ask: earlier });
    const gone = await look(silent.source(), 24 * hour);
    assert.deepEqual(
      [gone.serviceAlive, gone.silentSince, gone.observedAt],
      [false, undefined, undefined],
    );
  });
});
