import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { serviceKey } from '../../src/domain/service.ts';
import { milliseconds } from '../../src/domain/units.ts';
import type { BackendTraces } from '../../src/telemetry/backend.ts';
import { traceBackends } from '../../src/telemetry/registry.ts';
import type { RecordedBackend } from '../unit/faults/recordedBackend.ts';

const never = new AbortController().signal;

function open({ kind }: RecordedBackend, url: string): BackendTraces {
  const create = traceBackends[kind];
  assert.ok(create !== undefined, kind);
  const connection = { kind, url, select: {}, environment: 'test' };
  return create(
    { ...connection, headers: () => Promise.resolve({ ok: true, value: {} }) },
    {
      now: () => Date.now(),
      after: () => ({ dispose: () => undefined }),
      operation: () => undefined,
      refreshEvery: () => milliseconds(60_000),
      focused: () => true,
      compare: () => assert.fail('a sample is not compared'),
    },
  );
}

/** Waits until a backend finds the trace that it was sent: each indexes in its own time. */
export async function untilIndexed(backend: RecordedBackend, url: string): Promise<void> {
  const traces = open(backend, url);
  for (const end = Date.now() + 60_000; Date.now() < end;) {
    if (await isFound(backend, traces)) return;
    await delay(200);
  }
  assert.fail('the trace that was sent is not found');
}

/** Everything that a window asks a backend of traces alone: a search, a trace, numbers of a sample. */
export async function askOfTraces(backend: RecordedBackend, url: string): Promise<void> {
  const traces = open(backend, url);
  assert.ok(await isFound(backend, traces));
  const one = await traces.trace(backend.trace?.id ?? '', never);
  assert.ok(one.ok, JSON.stringify(one));
  const source = traces.numbers?.();
  assert.ok(source !== undefined);
  try {
    const service = serviceKey(backend.service, backend.namespace);
    const services = await source.services(never);
    assert.ok(services.ok, JSON.stringify(services));
    const asked = { groups: [{ key: 'f', service, operations: [] }], seriesPoints: 0 };
    const numbers = await source.numbers({ ...asked, window: milliseconds(3_600_000) }, never);
    assert.ok(numbers.ok, JSON.stringify(numbers));
  } finally {
    source.dispose();
  }
}

async function isFound(backend: RecordedBackend, traces: BackendTraces): Promise<boolean> {
  const service = serviceKey(backend.service, backend.namespace);
  const found = await traces.search({ service, operations: [], kind: 'recent', limit: 5 }, never);
  return found.ok && found.value.some(({ traceId }) => traceId === backend.trace?.id);
}
