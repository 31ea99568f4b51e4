import assert from 'node:assert/strict';
import type { OperationId } from '../../../../src/domain/operation.ts';
import type { Result } from '../../../../src/domain/result.ts';
import { fail, ok } from '../../../../src/domain/result.ts';
import { serviceKey } from '../../../../src/domain/service.ts';
import type { Trace } from '../../../../src/domain/trace.ts';
import { asTheyAre } from '../../../../src/telemetry/traces/naming.ts';
import { tracesOfSpans } from '../../../../src/telemetry/traces/tracesOfSpans.ts';
import type { Wanted } from '../../../../src/telemetry/traces/wanted.ts';
import type { Question } from '../../../../src/telemetry/traces/wholeTraceSearch.ts';
import {
  mostQuestions,
  searchWholeTraces,
} from '../../../../src/telemetry/traces/wholeTraceSearch.ts';
import { at, request } from '../core/builders.ts';

const wanted: Wanted = {
  service: serviceKey('shop'),
  operations: [
    {
      id: 'x' as OperationId,
      service: serviceKey('shop'),
      source: 'metric',
      kind: 'server',
      name: 'http.server.request.duration',
      scope: '',
      http: { method: 'GET', route: '/orders' },
    },
  ],
  kind: 'recent',
  select: {},
  attributes: [],
  limit: 5,
  naming: asTheyAre,
};
const never = new AbortController().signal;

/** Traces of one request each, a second apart; the i-th takes `ms(i)`. */
const traffic = (count: number, ms: (i: number) => number): readonly Trace[] =>
  tracesOfSpans(
    Array.from({ length: count }, (_, i) => request('/orders', { end: at(i * 1000), ms: ms(i) })),
  );

/** The newest that fit, as many as asked for: like Jaeger and Zipkin. */
function newest(traces: readonly Trace[]): {
  readonly questions: Question[];
  readonly ask: (question: Question) => Promise<Result<readonly Trace[]>>;
} {
  const questions: Question[] = [];
  return {
    questions,
    ask(question) {
      questions.push(question);
      const fitting = traces.filter(
        ({ durationNanos }) => durationNanos / 1e6 >= (question.minDuration ?? 0),
      );
      return Promise.resolve(ok(fitting.slice(-question.depth)));
    },
  };
}

describe('a search in whole traces', () => {
  const backend = { name: 'Test', tags: true, failedTags: { error: 'true' } };

  it('finds the slowest beyond the newest', async () => {
    const { questions, ask } = newest(traffic(1_000, (i) => (i < 3 ? 900 - i : 10 + (i % 7))));
    const found = await searchWholeTraces(
      { ...backend, ask },
      { ...wanted, kind: 'slow', limit: 3 },
      ['GET /orders'],
      never,
    );
    assert.ok(found.ok);
    assert.deepEqual(
      found.value.map(({ duration }) => Math.round(duration)),
      [900, 899, 898],
    );
    assert.ok(questions.length <= mostQuestions);
  });

  it('never asks without end, whatever is missing', async () => {
    const { questions, ask } = newest(traffic(500, () => 10));
    const found = await searchWholeTraces(
      { ...backend, ask },
      {
        ...wanted,
        kind: 'failed',
        release: 'none',
        attributes: [{ key: 'a', value: 'b' }],
        select: {},
      },
      ['a', 'b', 'c', 'd'],
      never,
    );
    assert.deepEqual(found, { ok: true, value: [] });
    assert.ok(questions.length <= mostQuestions);
    assert.deepEqual(questions[0]?.tags, { a: 'b', 'service.version': 'none', error: 'true' });
    assert.ok(questions.every(({ depth }) => depth <= 100));
  });

  it('asks for fewer where an answer is too large, and stops at any other failure', async () => {
    const traces = traffic(50, () => 10);
    const depths: number[] = [];
    const found = await searchWholeTraces(
      {
        ...backend,
        ask: ({ depth }) => {
          depths.push(depth);
          return Promise.resolve(
            depth > 5 ? fail('tooLarge', 'too large') : ok(traces.slice(-depth)),
          );
        },
      },
      wanted,
      [undefined],
      never,
    );
    assert.ok(found.ok);
    assert.equal(found.value.length, 5);
    assert.deepEqual(depths, [20, 5]);
    let asked = 0;
    const failed = await searchWholeTraces(
      {
        ...backend,
        ask: () => {
          asked += 1;
          return Promise.resolve(fail('unreachable', 'gone'));
        },
      },
      wanted,
      ['a', 'b'],
      never,
    );
    assert.ok(!failed.ok);
    assert.equal(asked, 1);
  });

  it('shows no trace of another route, method, service or kind', async () => {
    const others = tracesOfSpans([
      request('/carts', { end: at(0) }),
      request('/orders', { end: at(1_000), method: 'POST' }),
      request('/orders', { end: at(2_000), kind: 'client' }),
    ]);
    const { ask } = newest(others);
    const found = await searchWholeTraces({ ...backend, ask }, wanted, [undefined], never);
    assert.deepEqual(found, { ok: true, value: [] });
    const elsewhere = await searchWholeTraces(
      { ...backend, ask: newest(traffic(5, () => 10)).ask },
      { ...wanted, service: serviceKey('other') },
      [undefined],
      never,
    );
    assert.deepEqual(elsewhere, { ok: true, value: [] });
  });
});
