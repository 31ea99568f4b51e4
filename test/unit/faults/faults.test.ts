import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { metricsBackends, traceBackends } from '../../../src/telemetry/registry.ts';
import { faults } from './faults.ts';
import type { Matrix } from './matrix.ts';
import { recordedBackends, runMatrix } from './matrix.ts';
import { realRows } from './realFaults.ts';
import { renderReliability } from './reliabilityDocument.ts';

const root = process.env['PRODLENS_ROOT'] ?? process.cwd();

/** What an adapter asks of a backend that fails, in ten minutes: once a minute, and a few times in the first one. In parts, where less may do. */
const mostInTenMinutes = 30;
/** Of a sample, over the same time: its budget is in docs/architecture.md. Answers that are too large are asked for in smaller ones. */
const mostOfSample = 60;
/** A search and a look-up. Jaeger has two interfaces, and an answer that is too large is asked for in smaller ones. */
const mostForTwoQuestions = 8;

describe('faults of backends', function () {
  this.timeout(300_000);
  let matrix: Matrix;
  before(async () => {
    matrix = await runMatrix();
  });

  it('meet every adapter that there is', () => {
    const kinds = new Set([...Object.keys(metricsBackends), ...Object.keys(traceBackends)]);
    assert.deepEqual(
      [...kinds].toSorted(),
      [...new Set(recordedBackends.map(({ kind }) => kind))].toSorted(),
      'an adapter without recorded answers: add them to test/unit/faults/matrix.ts',
    );
    assert.equal(
      matrix.numbers.length,
      faults.length * recordedBackends.filter(({ kind }) => kind in metricsBackends).length,
    );
    assert.equal(matrix.samples.length, matrix.traces.length);
    assert.equal(
      matrix.traces.length,
      faults.length * recordedBackends.filter(({ kind }) => kind in traceBackends).length,
    );
  });

  it('lead to what docs/reliability.md says', () => {
    const written = readFileSync(path.join(root, 'docs/reliability.md'), 'utf8');
    assert.equal(
      renderReliability(matrix, realRows()),
      written,
      'write it anew: node scripts/reliability-doc.mjs',
    );
  });

  it('send nothing to another origin', () => {
    assert.equal(matrix.strayed, 0);
  });

  for (const fault of faults)
    describe(fault.title, () => {
      const numbers = () => matrix.numbers.filter((cell) => cell.fault === fault);
      const samples = () => matrix.samples.filter((cell) => cell.fault === fault);
      const traces = () => matrix.traces.filter((cell) => cell.fault === fault);

      if (fault.answers !== true) {
        it('is told with its remedy, and numbers stay with their age', () => {
          for (const { before, first, after, long, backend } of numbers()) {
            assert.equal(before.state, 'observed', backend.title);
            assert.deepEqual([first.health, first.state], ['unreachable', 'unreachable']);
            assert.equal(first.annotation, '');
            for (const seen of [after, long]) {
              assert.deepEqual([seen.health, seen.state], ['unreachable', 'observed']);
              assert.equal(seen.stale, true);
              assert.match(seen.annotation, / old$/);
              assert.equal(seen.calls, before.calls);
            }
            for (const { detail, remedy } of [first, after, long]) {
              assert.notEqual(remedy ?? '', '', detail);
              assert.ok(detail.endsWith(remedy ?? ''), detail);
            }
          }
        });

        it('leaves what is known of a sample of traces, with its age', () => {
          for (const { before, first, after, long, backend } of samples()) {
            assert.deepEqual([before.state, before.calls], ['observed', 1], backend.title);
            assert.notEqual(first.state, 'observed', backend.title);
            assert.equal(first.annotation, '', backend.title);
            for (const seen of [after, long]) {
              assert.notEqual(seen.health, 'ok', backend.title);
              assert.deepEqual([seen.state, seen.stale, seen.calls], ['observed', true, 1]);
              assert.match(seen.annotation, / old$/, backend.title);
            }
          }
        });

        it('of a backend of traces is told with its remedy', () => {
          for (const { before, during, backend } of traces()) {
            assert.equal(before.ok, true, backend.title);
            for (const { failure } of [during.search, during.lookup]) {
              assert.ok(failure !== undefined, backend.title);
              assert.notEqual(failure.remedy ?? '', '', failure.message);
              // That would be told as "this trace is not kept any more".
              assert.notEqual(failure.reason, 'notFound', backend.title);
            }
          }
        });

        it('makes no storm', () => {
          for (const { requests, backend } of traces())
            assert.ok(requests <= mostForTwoQuestions, `${backend.title}: ${requests}`);
        });
      }

      it('is over within a refresh', () => {
        for (const { before, recovered, requests, backend } of numbers()) {
          assert.ok(requests <= mostInTenMinutes, `${backend.title}: ${requests} requests`);
          const { health, state, stale } = recovered;
          assert.deepEqual([health, state, stale], ['ok', 'observed', false], backend.title);
          if (fault.forgets === true) continue;
          // The newest of its sixty minutes may not have been asked for yet.
          const missing = (before.calls ?? 0) - (recovered.calls ?? 0);
          assert.ok(
            missing >= 0 && missing <= (before.calls ?? 0) / 50,
            `${backend.title}: ${missing} calls missing`,
          );
        }
        for (const { recovered, requests, backend } of samples()) {
          assert.ok(requests <= mostOfSample, `${backend.title}: ${requests} requests`);
          assert.deepEqual([recovered.health, recovered.state], ['ok', 'observed'], backend.title);
          assert.equal(recovered.calls, 1, backend.title);
        }
        for (const { recovered, backend } of traces())
          assert.equal(recovered.ok, true, backend.title);
      });

      it('shows no credentials', () => {
        for (const { leaks, backend } of [...numbers(), ...samples(), ...traces()])
          assert.equal(leaks, false, backend.title);
      });
    });
});
