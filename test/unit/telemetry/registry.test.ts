import assert from 'node:assert/strict';
import { metricsKinds, traceKinds } from '../../../src/telemetry/backendKinds.ts';
import { metricsBackends, traceBackends } from '../../../src/telemetry/registry.ts';

describe('the registry of backends', () => {
  it('has an adapter for each kind that a setting may name, and no other', () => {
    assert.deepEqual(Object.keys(metricsBackends).sort(), [...metricsKinds].sort());
    assert.deepEqual(Object.keys(traceBackends).sort(), [...traceKinds].sort());
  });
});
