import assert from 'node:assert/strict';
import path from 'node:path';
import { unixMillis } from '../../../../src/domain/units.ts';
import { newCore, numbers } from './builders.ts';
import { spanBatches } from './recordings.ts';

const recording = path.join(
  process.env['PRODLENS_ROOT'] ?? process.cwd(),
  'test/fixtures/apps/prisma/traces.ndjson.gz',
);

describe('calls out through Prisma', () => {
  it('are counted once per query of the recording, though two spans tell of each', () => {
    const spans = spanBatches(recording).flat();
    const named = (name: string) => spans.filter((s) => s.name === `prisma:client:${name}`);
    const commits = new Set(named('commit_transaction').map((s) => s.spanId));
    const driver = named('db_query');
    // A COMMIT has no operation around it.
    const queries =
      named('operation').length + driver.filter((s) => commits.has(s.parentSpanId)).length;
    assert.ok(queries > 0 && driver.length > 0);
    const now = unixMillis(Math.max(...spans.map((s) => s.start.seconds)) * 1000 + 60_000);
    const core = newCore({ now });
    core.spans(spans, now);
    core.settle(now);
    const found = numbers(core, (o) => o.kind === 'server', now);
    assert.equal(found.callsOut?.count, queries);
  });
});
