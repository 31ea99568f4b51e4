import assert from 'node:assert/strict';
import { ratio, unixMillis } from '../../../src/domain/units.ts';
import { rollbackOptions } from '../../../src/rollback/candidates.ts';
import { numbers, release, stats } from './builders.ts';

const releases = [
  release('3', { weight: ratio(0.1), createdAt: unixMillis(30) }),
  release('2', { weight: ratio(0.9), current: true, createdAt: unixMillis(20) }),
  release('1', { createdAt: unixMillis(10) }),
];

describe('rollback options', () => {
  it('leaves the release the deploy system calls current', () => {
    const options = rollbackOptions({ state: '', releases }, undefined, []);
    assert.equal(options?.from.version, '2');
    assert.deepEqual(
      options.candidates.map((c) => [c.release.version, c.badges]),
      [
        ['3', ['running']],
        ['1', ['previous']],
      ],
    );
  });

  it('leaves the release that the verdict calls worse, and shows what is known of the others', () => {
    const own = numbers({
      releases: [{ version: '2', run: 0, running: true, stats: stats(0, 10) }],
      comparisons: [
        { verdict: 'worse', release: '3', baseline: '2', basis: 'concurrent', findings: [] },
      ],
    });
    const options = rollbackOptions({ state: '', releases }, own, []);
    assert.equal(options?.from.version, '3');
    assert.deepEqual(
      options.candidates.map((c) => [c.release.version, c.numbers?.version, c.badges]),
      [
        ['2', '2', ['running', 'previous']],
        ['1', undefined, []],
      ],
    );
  });

  it('marks a release that was rolled back from', () => {
    const journal = [
      {
        at: unixMillis(1),
        id: 'x',
        event: 'finished',
        environment: '',
        target: '',
        service: '',
        from: 'id-1',
      },
    ] as const;
    const options = rollbackOptions({ state: '', releases }, undefined, journal);
    assert.deepEqual(options?.candidates.at(-1)?.badges, ['previous', 'rolledBackFrom']);
  });

  it('has nothing to offer when nothing is current', () => {
    assert.equal(
      rollbackOptions({ state: '', releases: [release('1')] }, undefined, []),
      undefined,
    );
  });
});
