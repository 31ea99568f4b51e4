import assert from 'node:assert/strict';
import type { Repository } from '../../../src/releases/ports.ts';
import { ReleaseCommits } from '../../../src/releases/releaseCommits.ts';

describe('what somebody else found out about a release', () => {
  it('is a guess only until the repository knows the commit', async () => {
    let now = 0;
    const tags = new Map<string, string>();
    const repository: Repository = {
      root: '/w',
      run: () => Promise.resolve(undefined),
      commit: (revision) => Promise.resolve(tags.get(revision.replace('refs/tags/', ''))),
    };
    const commits = new ReleaseCommits({
      open: () => Promise.resolve(repository),
      now: () => now,
    });
    const wanted = { version: '1.4.0', service: 'shop' };
    const guess = { commit: 'a'.repeat(40), confidence: 'weak', how: 'by its time' } as const;
    assert.equal(await commits.commitOf(repository, wanted), undefined);
    commits.learn(repository, wanted, guess);
    assert.deepEqual(await commits.commitOf(repository, wanted), guess);
    tags.set('v1.4.0', 'b'.repeat(40));
    now = 61_000;
    assert.equal((await commits.commitOf(repository, wanted))?.commit, 'b'.repeat(40));
    commits.learn(repository, wanted, guess);
    assert.equal((await commits.commitOf(repository, wanted))?.commit, 'b'.repeat(40));
  });
});
