import assert from 'node:assert/strict';
import { ratio, unixMillis } from '../../../src/domain/units.ts';
import { candidateRow, previewDocument } from '../../../src/presentation/viewModels/rollback.ts';
import type { RollbackPreview } from '../../../src/rollback/flow.ts';
import { release, stats, target } from './builders.ts';

const numbers = (p95: number, count: number) => ({
  version: '1',
  run: 0,
  running: false,
  stats: stats(0.0002, p95, count),
});
const candidate = { release: release('1.0.0'), numbers: numbers(0.4, 1), badges: [] };

describe('what a rollback says of releases', () => {
  it('names the function whose numbers they are, in the formats of every other surface', () => {
    const row = candidateRow(candidate, 0, 'checkout');
    assert.equal(row.detail, 'checkout while it was live: p95 0.4 ms · < 0.1 % errors · 1 call');
    const running = { ...candidate, release: release('1.0.0', { weight: ratio(0.654) }) };
    assert.match(candidateRow(running, 0, 'checkout').description, /65 % of traffic/);
    assert.match(candidateRow(running, 0, 'checkout').detail, /^checkout so far: /);
  });

  it('tells a release without telemetry from a start without a function', () => {
    const unseen = { release: candidate.release, badges: [] };
    assert.match(candidateRow(unseen, 0, 'checkout').detail, /no telemetry of checkout/);
    assert.equal(candidateRow(unseen, 0, undefined).detail, '');
  });

  const preview: RollbackPreview = {
    request: {
      target: target({}),
      from: release('2.0.0', { weight: ratio(1), createdAt: unixMillis(2) }),
      to: release('1.0.0'),
      state: '',
    },
    argv: ['deploy'],
    argvWith: () => ['deploy'],
    providerText: 'would move 10 %\n\n',
    sourceText: ' \n',
    candidate,
    subject: 'checkout',
    fromNumbers: numbers(690, 40_000),
  };

  it('shows in the preview the numbers of both, and no sentence that gets untrue', () => {
    const text = previewDocument(preview);
    assert.match(
      text,
      /\| checkout while live \| p95 690 ms · < 0\.1 % errors · 40k calls \| p95 0\.4 ms .* 1 call \|/,
    );
    assert.match(text, /nothing is changed before you confirm/);
    assert.match(text, /would move 10 %\n```/);
    assert.match(text, /does not know both commits/);
  });

  it('has no row of numbers where no function led here', () => {
    const { subject, fromNumbers, ...rest } = preview;
    assert.ok(subject !== undefined && fromNumbers !== undefined);
    assert.doesNotMatch(previewDocument(rest), /while live|no telemetry/);
  });
});
