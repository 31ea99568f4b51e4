import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openRepository } from '../../../src/platform/git.ts';
import { createProcessRunner } from '../../../src/platform/process.ts';
import { ReleaseCommits } from '../../../src/releases/releaseCommits.ts';
import type { VersionToCommit } from '../../../src/releases/versionCommit.ts';
import { gitEnvironment } from '../gitEnvironment.ts';

describe('from a version to a commit, in a real repository', function () {
  this.timeout(60_000);
  let folder: string;
  const hashes: string[] = [];
  const run = (words: readonly string[], input?: string): string =>
    execFileSync('git', words, {
      env: gitEnvironment,
      encoding: 'utf8',
      input,
      stdio: ['pipe', 'pipe', 'ignore'],
    }).trim();
  const git = (...words: string[]): string => run(['-C', path.join(folder, 'shop'), ...words]);
  const clone = (name: string, ...options: string[]): void => {
    run(['clone', '--quiet', ...options, `file://${folder}/shop`, path.join(folder, name)]);
  };
  let now = 0;
  const commitsOf = async (name: string) => {
    const open = openRepository(
      createProcessRunner({ workspaceFolders: () => [], environment: gitEnvironment }),
      () => Promise.resolve('git'),
      new AbortController().signal,
    );
    const commits = new ReleaseCommits({ open, now: () => now });
    const repository = await commits.repositoryOf(path.join(folder, name));
    assert.ok(repository);
    return {
      forgetMissing: () => {
        commits.forgetMissing();
      },
      of: (version: string, more: Partial<VersionToCommit> = {}) =>
        commits.commitOf(repository, { version, service: 'shop', ...more }),
    };
  };
  let shop: Awaited<ReturnType<typeof commitsOf>>;
  const found = async (version: string, more: Partial<VersionToCommit> = {}) => {
    const answer = await shop.of(version, more);
    return answer && [hashes.indexOf(answer.commit), answer.confidence];
  };
  const short = (at: number): string => hashes[at]?.slice(0, 9) ?? '';

  before(async () => {
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'pl-commit-')));
    run(['init', '--quiet', '--initial-branch=main', path.join(folder, 'shop')]);
    for (const tag of ['v1.0.0', 'shop@1.1.0', 'release-2026.11.26', 'cart/v7', 'rc']) {
      git('commit', '--quiet', '--allow-empty', '-m', tag);
      hashes.push(git('rev-parse', 'HEAD'));
      // Both kinds that git has.
      if (tag === 'v1.0.0') git('tag', tag);
      else git('tag', '--annotate', '-m', tag, tag);
    }
    git('tag', 'build-77', hashes[1] ?? '');
    shop = await commitsOf('shop');
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('1: believes a commit that the telemetry names, and no branch that is called like one', async () => {
    assert.deepEqual(await found('1.0.0', { commit: hashes[2] ?? '' }), [2, 'exact']);
    assert.deepEqual(await found('1.0.0', { commit: short(3) }), [3, 'exact']);
    git('branch', 'abcdef1', hashes[4] ?? '');
    assert.equal(await found('x', { commit: 'abcdef1' }), undefined);
  });

  it('2: finds a full hash, and one that this repository doesn’t have nowhere', async () => {
    assert.deepEqual(await found(`1.2.3+${hashes[1] ?? ''}`), [1, 'exact']);
    // A build of 1.0.0 that isn't the tag's: what it was made from isn't known here.
    for (const other of ['0123456789abcdef'.repeat(3).slice(0, 40), 'deadbeef'])
      assert.equal(await found(`1.0.0+${other}`), undefined);
    assert.deepEqual(await found(`1.0.0@sha256:${(hashes[1] ?? '').repeat(2).slice(0, 64)}`), [
      0,
      'exact',
    ]);
  });

  it('3: reads what git describe prints', async () => {
    const described = git('describe', '--tags', '--long', '--match=v1.0.0', hashes[2] ?? '');
    assert.match(described, /^v1\.0\.0-2-g/);
    assert.deepEqual(await found(described), [2, 'exact']);
    assert.deepEqual(await found(`${described}-dirty`), [2, 'strong']);
  });

  it('4: finds an abbreviated hash, and none that two commits begin with', async () => {
    const one = hashes.findIndex((hash) => /[a-f]/.test(hash.slice(0, 9)));
    assert.deepEqual(await found(`main-${short(one)}`), [one, 'strong']);
    const empty = git('hash-object', '-t', 'tree', '-w', '/dev/null');
    const [first = '', second = ''] = [9417, 19804].map((n) => {
      const who = 'x <x@x> 1700000000 +0000';
      const text = `tree ${empty}\nauthor ${who}\ncommitter ${who}\n\n${n}\n`;
      const at = ['-C', path.join(folder, 'shop')];
      return run([...at, 'hash-object', '-t', 'commit', '-w', '--stdin'], text);
    });
    assert.notEqual(first, second);
    assert.equal(first.slice(0, 7), second.slice(0, 7), 'else nothing is shown here');
    assert.equal(await shop.of(first.slice(0, 7)), undefined);
    assert.equal((await shop.of(first.slice(0, 9)))?.commit, first);
  });

  it('5: finds tags of one service and of several, light and annotated', async () => {
    assert.deepEqual(await found('1.0.0'), [0, 'exact']);
    assert.deepEqual(await found('1.0.0+20261126'), [0, 'exact']);
    assert.deepEqual(await found('1.1.0'), [1, 'exact']);
    assert.deepEqual(await found('2026.11.26'), [2, 'exact']);
    assert.deepEqual(await found('7', { service: 'cart' }), [3, 'exact']);
    assert.equal(await found('7'), undefined, 'another service’s tag');
    assert.deepEqual(await found('rc'), [4, 'exact']);
    assert.equal(await found('main'), undefined, 'a branch is no release');
  });

  it('7: follows the rule of prodlens.json first', async () => {
    const rule = '^1\\.0\\.0-(build-\\d+)$';
    assert.deepEqual(await found('1.0.0-build-77', { rule }), [1, 'exact']);
    assert.equal(await found('1.0.0-build-78', { rule }), undefined);
    assert.deepEqual(await found(`nightly ${short(2)}`, { rule: ' (\\w+)$' }), [2, 'exact']);
  });

  it('finds in a shallow clone what it has, and the rest once it is fetched', async () => {
    clone('shallow', '--depth=1');
    const shallow = await commitsOf('shallow');
    assert.equal((await shallow.of('rc'))?.commit, hashes[4]);
    for (const version of ['1.0.0', `1+${hashes[0] ?? ''}`])
      assert.equal(await shallow.of(version), undefined, version);
    run(['-C', path.join(folder, 'shallow'), 'fetch', '--quiet', '--unshallow', '--tags']);
    assert.equal(await shallow.of('1.0.0'), undefined, 'git isn’t asked at every refresh');
    shallow.forgetMissing();
    for (const version of ['1.0.0', `1+${hashes[0] ?? ''}`])
      assert.equal((await shallow.of(version))?.commit, hashes[0], version);
  });

  it('finds a tag that is fetched later, also when nobody tells', async () => {
    clone('untagged', '--no-tags');
    const untagged = await commitsOf('untagged');
    assert.equal(await untagged.of('1.1.0'), undefined);
    assert.equal((await untagged.of(`1.1.0+${hashes[1] ?? ''}`))?.commit, hashes[1]);
    run(['-C', path.join(folder, 'untagged'), 'fetch', '--quiet', '--tags']);
    assert.equal(await untagged.of('1.1.0'), undefined);
    now += 61_000;
    assert.equal((await untagged.of('1.1.0'))?.commit, hashes[1]);
  });
});
