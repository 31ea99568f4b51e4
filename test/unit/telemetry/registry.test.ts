import assert from 'node:assert/strict';
import { ok } from '../../../src/domain/result.ts';
import { milliseconds } from '../../../src/domain/units.ts';
import { metricsKinds, traceKinds } from '../../../src/telemetry/backendKinds.ts';
import { metricsBackends, traceBackends } from '../../../src/telemetry/registry.ts';

describe('the registry of backends', () => {
  it('has an adapter for each kind that a setting may name, and no other', () => {
    assert.deepEqual(Object.keys(metricsBackends).sort(), [...metricsKinds].sort());
    assert.deepEqual(Object.keys(traceBackends).sort(), [...traceKinds].sort());
  });

  it('has numbers of each backend of traces, where there are no metrics beside it', () => {
    for (const [kind, create] of Object.entries(traceBackends)) {
      const made = create(
        {
          kind,
          url: 'http://traces.test',
          select: {},
          environment: 'test',
          headers: () => Promise.resolve(ok({})),
        },
        {
          now: () => 0,
          after: () => ({ dispose: () => undefined }),
          operation: () => undefined,
          refreshEvery: () => milliseconds(60_000),
          focused: () => true,
          compare: () => assert.fail(),
        },
      );
      assert.equal(made.numbers?.().summary(), undefined, kind);
    }
  });
});
