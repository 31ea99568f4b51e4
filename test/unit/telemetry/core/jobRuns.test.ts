import assert from 'node:assert/strict';
import { milliseconds } from '../../../../src/domain/units.ts';
import type { SpanRecord } from '../../../../src/telemetry/local/model.ts';
import { at, exception, newCore, numbers, span, t0, type SpanOptions } from './builders.ts';

const minute = 60_000;
const active = (options: SpanOptions = {}): SpanRecord =>
  span({
    kind: 'consumer',
    name: 'default process',
    scope: 'active_job',
    attributes: { 'messaging.system': 'active_job', 'code.namespace': 'NotifyJob' },
    ...options,
  });
const sidekiq = (options: SpanOptions = {}): SpanRecord =>
  span({
    kind: 'consumer',
    name: 'default process',
    scope: 'sidekiq',
    attributes: { 'messaging.system': 'sidekiq', 'messaging.sidekiq.job_class': 'NotifyJob' },
    ...options,
  });
const step = (options: SpanOptions = {}): SpanRecord =>
  active({ kind: 'internal', name: 'default enqueue_retry', ...options });

const below = ({ traceId, spanId }: SpanRecord): SpanOptions => ({ traceId, parentSpanId: spanId });

const countsOf = (spans: readonly SpanRecord[], options: Parameters<typeof numbers>[3] = {}) => {
  const core = newCore();
  core.spans(spans, t0);
  core.settle(t0);
  return { core, found: numbers(core, (o) => o.task === 'NotifyJob', at(0), options) };
};

describe('a run of Active Job', () => {
  it('keeps its calls when a retry is told of, which is no run itself', () => {
    const run = active();
    assert.equal(countsOf([run, step(below(run)), active()]).found.total?.count, 2);
    assert.equal(countsOf([active(), step(), step()]).found.total?.count, 1);
    const sent = sidekiq({ kind: 'producer', name: 'default publish' });
    assert.equal(countsOf([active(), sent]).found.total?.count, 1);
  });

  it('counts instead of the job around it, with its own error', () => {
    const { found } = countsOf([sidekiq(), active({ status: 'error' }), sidekiq(), active()]);
    assert.equal(found.total?.count, 2);
    assert.equal(found.total.errors, 1);
    const around = sidekiq();
    assert.equal(countsOf([around, active(below(around))]).found.total?.count, 1);
  });

  it('is left to the system that has calls in the window', () => {
    const window = { window: 10 * minute };
    const before = t0 - 40 * minute;
    const later = countsOf([sidekiq({ end: before }), active()], window);
    assert.equal(later.found.total?.count, 1);
    const gone = countsOf([active({ end: before }), sidekiq(), sidekiq()], window);
    assert.equal(gone.found.total?.count, 2);
  });

  it('has its exceptions once, beside numbers and by their stacks', () => {
    const stack = 'KeyError: no user\n    at perform (/app/jobs/notify.ts:4:7)';
    const events = [exception('KeyError', 'no user', stack)];
    const failed = { status: 'error', events } as const;
    const { core, found } = countsOf([sidekiq(failed), active(failed)]);
    assert.deepEqual(
      found.exceptions.map((e) => e.count),
      [1],
    );
    const { services } = core.exceptions({ window: milliseconds(60 * minute), known: [] }, at(0));
    assert.deepEqual(
      services[0]?.exceptions.map((e) => e.count),
      [1],
    );
  });
});
