import assert from 'node:assert/strict';
import type { IndexProgress } from '../../../../src/symbols/contract.ts';
import { BuildProgress } from '../../../../src/symbols/index/buildProgress.ts';

describe('the progress of a build', () => {
  const told: (IndexProgress | null)[] = [];
  let now = 0;
  const progressOf = (total: number): BuildProgress => {
    told.length = 0;
    now = 0;
    return new BuildProgress(
      total,
      (progress) => told.push(progress),
      () => now,
    );
  };

  it('is told after two seconds, twice a second, and ends', () => {
    const progress = progressOf(50);
    for (now = 0; now < 3_100; now += 100) progress.step();
    progress.end();
    assert.deepEqual(told, [
      { read: 21, total: 50 },
      { read: 26, total: 50 },
      { read: 31, total: 50 },
      null,
    ]);
  });

  it('is not told of a build that takes a moment', () => {
    const progress = progressOf(50);
    for (now = 0; now < 1_900; now += 100) progress.step();
    progress.end();
    assert.deepEqual(told, []);
  });
});
