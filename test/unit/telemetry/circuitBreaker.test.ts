import assert from 'node:assert/strict';
import { fail, ok, type Result } from '../../../src/domain/result.ts';
import type { FormExchange, HttpAnswer } from '../../../src/http/exchange.ts';
import { circuitBreaker } from '../../../src/telemetry/circuitBreaker.ts';
import { Meter } from '../../../src/telemetry/meter.ts';
import { meteredExchange } from '../../../src/telemetry/meteredExchange.ts';

const never = new AbortController().signal;
const answerOf = (status: number, retryAfter?: number): Result<HttpAnswer> =>
  ok({
    url: 'http://traces.test',
    status,
    contentType: 'application/json',
    text: '{}',
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });

/** An exchange that answers what the test says, and how often it was asked. */
function stub() {
  const state = { asked: 0, now: 1_000_000, answer: answerOf(200) };
  const ask = (): Promise<Result<HttpAnswer>> => {
    state.asked += 1;
    return Promise.resolve(state.answer);
  };
  const exchange: FormExchange = { get: ask, post: ask };
  const guarded = circuitBreaker(exchange, () => state.now);
  return { state, exchange, get: () => guarded.get('http://traces.test', never) };
}

describe('a connection that fails', () => {
  it('is left alone after the third time, longer and longer, and asked once to see whether it is back', async () => {
    const { state, get } = stub();
    state.answer = fail('unreachable', 'gone', 'start it');
    for (let i = 0; i < 20; i += 1) await get();
    assert.equal(state.asked, 3);
    const refused = await get();
    assert.ok(!refused.ok && refused.failure.reason === 'unreachable');
    assert.match(refused.failure.remedy ?? '', /start it/);
    state.now += 5_001;
    for (let i = 0; i < 20; i += 1) await get();
    assert.equal(state.asked, 4);
    state.now += 10_000;
    await get();
    assert.equal(state.asked, 4);
    state.now += 5_001;
    state.answer = answerOf(200);
    for (let i = 0; i < 5; i += 1) assert.ok((await get()).ok);
    assert.equal(state.asked, 9);
  });

  it('is waited for as long as it says, from the first time on', async () => {
    for (const status of [429, 503]) {
      const { state, get } = stub();
      state.answer = answerOf(status, 90_000);
      for (let i = 0; i < 5; i += 1) await get();
      assert.equal(state.asked, 1);
      state.now += 89_000;
      const waiting = await get();
      assert.ok(!waiting.ok && waiting.failure.reason === 'busy');
      state.now += 1_001;
      state.answer = answerOf(200);
      assert.ok((await get()).ok);
    }
  });

  it('is not blamed for what is a question’s fault, or a person’s who cancels', async () => {
    const { state, get } = stub();
    for (const answer of [
      answerOf(404),
      answerOf(400),
      fail('aborted', ''),
      fail('tooLarge', ''),
    ]) {
      state.answer = answer;
      for (let i = 0; i < 5; i += 1) await get();
    }
    assert.equal(state.asked, 20);
  });
});

describe('what a connection is asked', () => {
  it('is counted in all and by the minute', async () => {
    let now = 60_000_000;
    const meter = new Meter(() => now);
    const { exchange } = stub();
    const metered = meteredExchange(exchange, meter);
    for (let minute = 0; minute < 20; minute += 1) {
      await metered.get('http://traces.test', never);
      await metered.post('http://traces.test', {}, never);
      meter.cost(1_000);
      now += 60_000;
    }
    assert.deepEqual(meter.report(), {
      requests: 40,
      bytes: 80,
      samples: 20_000,
      perMinute: { requests: 2, bytes: 4, samples: 1_000 },
    });
  });
});
