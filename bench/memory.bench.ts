// Memory under 1,000,000 distinct span names: what the process really holds, against the receiver's own byte count and limit.
import { serviceKey } from '../src/domain/service.ts';
import { unixMillis } from '../src/domain/units.ts';
import { compareReleases } from '../src/releases/compareReleases.ts';
import { createTelemetryCore } from '../src/telemetry/local/core/telemetryCore.ts';
import type { ResourceRecord, SpanRecord } from '../src/telemetry/local/model.ts';
import { report, smoke } from './report.ts';

const names = smoke ? 20_000 : 1_000_000;
const limit = 128 * 1024 * 1024;
const start = 1_790_000_000;

const heap = (): number => {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

const resource: ResourceRecord = {
  service: serviceKey('hostile'),
  release: '1',
  instance: '',
  environment: '',
  attributes: {},
};

function span(index: number, seconds: number): SpanRecord {
  const id = index.toString(16).padStart(16, '0');
  return {
    resource,
    scope: 'bench',
    traceId: id.padStart(32, '0'),
    spanId: id,
    parentSpanId: '',
    traceState: '',
    name: `GET /users/${index}/${'x'.repeat(100)}`,
    kind: 'server',
    start: { seconds, nanos: 0 },
    durationNanos: 5_000_000,
    status: 'unset',
    statusMessage: '',
    attributes: { 'http.request.method': 'GET', 'http.route': `/users/${index}` },
    events: [],
    links: [],
  };
}

const before = heap();
const core = createTelemetryCore({
  now: unixMillis(start * 1000),
  compare: compareReleases,
  memoryLimitBytes: limit,
});
let now = start;
const batch = 1_000;
let refused = 0;
for (let sent = 0; sent < names; sent += batch) {
  now += 1;
  const records = Array.from({ length: batch }, (_, i) => span(sent + i, now));
  refused += core.spans(records, unixMillis(now * 1000)).rejected;
  core.tick(unixMillis(now * 1000));
}
core.settle(unixMillis(now * 1000));
core.tick(unixMillis((now + 60) * 1000));
const held = heap() - before;
const counted = Object.values(core.memoryBytes()).reduce((sum, bytes) => sum + bytes, 0);
const mib = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(0)} MiB`;
report({
  name: `receiver: memory under ${names.toLocaleString('en-US')} distinct span names`,
  value: held / limit,
  budget: 1.5,
  unit: '× its limit',
  detail: `the process holds ${mib(held)} more after ${names.toLocaleString('en-US')} spans; the receiver's own count says ${mib(counted)} of ${mib(limit)}; ${refused} spans refused, ${core.operations().operations.length} operations kept`,
});
