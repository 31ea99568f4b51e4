import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { SeenNumbers } from '../unit/faults/numbersWindow.ts';
import { realRows } from '../unit/faults/realFaults.ts';
import {
  lostReplicas,
  restartedCollector,
  restartedPrometheus,
  stoppedExporter,
} from './metricsFaults.ts';
import { collectorRows, replicasRow, restartRow, tracesRow } from './realFaultRows.ts';
import { restartedTraces } from './tracesFaults.ts';

const root = process.env['PRODLENS_ROOT'] ?? process.cwd();
/** The default of `prodlens.refreshSeconds`. */
const refresh = 60_000;

/** All at the same time: each waits for servers most of the time. */
async function runAll() {
  const [prometheus2, prometheus3, jaeger, zipkin, exporter, collector, replicas] =
    await Promise.all([
      restartedPrometheus('prometheus'),
      restartedPrometheus('prometheus3'),
      restartedTraces('jaeger'),
      restartedTraces('zipkin'),
      stoppedExporter(),
      restartedCollector(),
      lostReplicas(),
    ]);
  return { prometheus2, prometheus3, jaeger, zipkin, exporter, collector, replicas };
}

function oldNumbers({ state, stale, annotation }: SeenNumbers): void {
  assert.deepEqual([state, stale], ['observed', true]);
  assert.match(annotation, / old$/);
}

function unreachable(seen: SeenNumbers, message: RegExp): void {
  assert.equal(seen.health, 'unreachable');
  assert.match(seen.detail, message);
  assert.ok(seen.remedy !== undefined && seen.detail.endsWith(seen.remedy));
  oldNumbers(seen);
}

describe('faults at real servers', function () {
  // A slow machine's: each wait has an end and a reason of its own.
  this.timeout(480_000);
  let seen: Awaited<ReturnType<typeof runAll>>;
  before(async () => {
    seen = await runAll();
  });

  for (const server of ['prometheus2', 'prometheus3'] as const)
    it(`${server} restarted: old numbers with their age, one question a pause, then all calls`, () => {
      const { direct, proxied } = seen[server];
      unreachable(direct.during, /refuses connections\. Check that the backend runs/);
      unreachable(proxied.during, /answers 502: it fails\. Look at/);
      for (const { asked, askedAfter, recoveredIn, after, made } of [direct, proxied]) {
        assert.ok(asked <= 3, `${asked} requests while it was away`);
        assert.ok(askedAfter <= 10, `${askedAfter} requests until it was back`);
        assert.ok(recoveredIn <= refresh, `fresh after ${recoveredIn} ms`);
        assert.equal(after.calls, made);
      }
    });

  for (const server of ['jaeger', 'zipkin'] as const)
    it(`${server} restarted with its storage in memory: what is lost is never “no calls”`, () => {
      const { during, empty, openedEmpty, after, opened, sent, ...other } = seen[server];
      unreachable(during, /refuses connections\. Check that the backend runs/);
      assert.match(other.search, /refuses connections\. Check that the backend runs/);
      assert.ok(other.asked <= 4, `${other.asked} requests while it was away`);
      assert.ok(other.askedAfter <= 10, `${other.askedAfter} requests until it was back`);
      assert.ok(other.recoveredIn <= refresh, `back after ${other.recoveredIn} ms`);
      assert.deepEqual([empty.state, empty.calls], ['observed', sent.before]);
      assert.match(other.warnings.join(), /has lost traces that it had .* may be missing/);
      assert.match(other.lookup, /has no trace .* It may be older than what is kept/);
      assert.deepEqual([openedEmpty.annotation, openedEmpty.calls], ['', undefined]);
      assert.notEqual(openedEmpty.state, 'noTraffic');
      assert.deepEqual([after.calls, opened.calls], [sent.before + sent.after, sent.after]);
      assert.ok(
        other.covered <= other.storedFor,
        `covers ${other.covered} of the ${other.storedFor} ms since the oldest trace`,
      );
    });

  it('an exporter that ends while Prometheus goes on: numbers grow old, and are fresh once it is back', () => {
    const { during, refreshed, recoveredIn, after, made } = seen.exporter;
    for (const old of [during, refreshed]) {
      assert.equal(old.health, 'ok');
      assert.match(old.status, / silent$/);
      oldNumbers(old);
      assert.doesNotMatch(old.annotation, /\/s\b/, 'a rate of what has ended');
    }
    assert.ok(recoveredIn <= refresh, `fresh after ${recoveredIn} ms`);
    assert.equal(after.calls, made);
  });

  it('a collector that begins at zero again: every call once, scraped or pushed', () => {
    assert.equal(seen.collector.length, 2);
    for (const { pipeline, after, made } of seen.collector)
      assert.equal(after.calls, made, pipeline);
  });

  it('one of three replicas gone, another replaced: their calls stay counted', () => {
    const { after, opened, made, madeByLost } = seen.replicas;
    assert.ok(madeByLost > made / 10, `${madeByLost} of ${made} calls were of those gone`);
    for (const { calls = 0 } of [after, opened])
      assert.ok(Math.abs(calls - made) <= made / 100, `${calls} of ${made} calls`);
  });

  it('are what docs/reliability.md says', () => {
    const away = 'server restarted';
    const behind = 'server restarted, behind a proxy that answers 502';
    const rows = [
      restartRow(away, 'Prometheus 2', seen.prometheus2.direct),
      restartRow(away, 'Prometheus 3', seen.prometheus3.direct),
      restartRow(behind, 'Prometheus 2', seen.prometheus2.proxied),
      restartRow(behind, 'Prometheus 3', seen.prometheus3.proxied),
      tracesRow('Jaeger', seen.jaeger),
      tracesRow('Zipkin', seen.zipkin),
      restartRow('exporter ended, the backend healthy', 'Prometheus 3', seen.exporter, true),
      ...collectorRows(seen.collector),
      replicasRow(seen.replicas),
    ];
    mkdirSync(path.join(root, 'out'), { recursive: true });
    writeFileSync(path.join(root, 'out/faults.json'), `${JSON.stringify(rows, undefined, 2)}\n`);
    assert.deepEqual(rows, realRows(), 'write it anew: node scripts/reliability-doc.mjs --real');
  });
});
