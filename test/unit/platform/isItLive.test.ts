import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ratio } from '../../../src/domain/units.ts';
import { openRepository } from '../../../src/platform/git.ts';
import { createProcessRunner } from '../../../src/platform/process.ts';
import { withTemporaryText } from '../../../src/platform/temporaryText.ts';
import { renderLive } from '../../../src/presentation/viewModels/isItLive.ts';
import {
  changeOfFile,
  changeOfLines,
  changeOfRevision,
  recentRevisions,
  whereIsLive,
} from '../../../src/releases/isItLive.ts';
import type { Repository } from '../../../src/releases/ports.ts';
import { ReleaseCommits } from '../../../src/releases/releaseCommits.ts';
import { gitEnvironment } from '../gitEnvironment.ts';

describe('is my change live, in a real repository', function () {
  this.timeout(60_000);
  const never = new AbortController().signal;
  let folder: string;
  let repository: Repository;
  let commits: ReleaseCommits;
  const hashes: string[] = [];
  const text = (first: number, second: number): string =>
    `function first() {\n  return ${first};\n}\nfunction second() {\n  return ${second};\n}\n`;
  const git = (...words: string[]): string =>
    execFileSync('git', ['-C', path.join(folder, 'shop'), ...words], {
      env: gitEnvironment,
      encoding: 'utf8',
    }).trim();
  const open = (name: string) =>
    openRepository(
      createProcessRunner({ workspaceFolders: () => [], environment: gitEnvironment }),
      () => Promise.resolve('git'),
      never,
    )(path.join(folder, name));

  before(async () => {
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'pl-live-')));
    execFileSync('git', ['init', '--quiet', '--initial-branch=main', path.join(folder, 'shop')], {
      env: gitEnvironment,
    });
    for (const [first, second, tag] of [
      [1, 1, 'v1.0.0'],
      [2, 1, 'v1.1.0'],
      [2, 2, 'later'],
    ] as const) {
      writeFileSync(path.join(folder, 'shop/a.js'), text(first, second));
      git('add', '--all');
      git('commit', '--quiet', '-m', `change to ${tag}`);
      git('tag', tag);
      hashes.push(git('rev-parse', 'HEAD'));
    }
    const opened = await open('shop');
    assert.ok(opened);
    repository = opened;
    commits = new ReleaseCommits({ open: () => Promise.resolve(repository), now: Date.now });
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const releases = [
    { service: 'shop', version: '1.0.0', share: ratio(0.9) },
    { service: 'shop', version: '1.1.0', share: ratio(0.1) },
  ];
  const live = async (commit: string, running = releases) =>
    (await whereIsLive(repository, commits, commit, running)).map((r) => r.contains);

  it('runs no program that the repository names for reading files', async () => {
    const mark = path.join(folder, 'ran');
    const program = path.join(folder, 'evil');
    writeFileSync(program, `#!/bin/sh\ntouch '${mark}'\ncat "$1"\n`, { mode: 0o755 });
    writeFileSync(path.join(folder, 'shop/.git/info/attributes'), '*.js diff=evil\n');
    git('config', 'diff.evil.textconv', program);
    git('blame', 'a.js');
    assert.ok(existsSync(mark), 'git by itself runs it');
    rmSync(mark);
    const change = await changeOfLines(repository, 'a.js', { first: 1, last: 3 });
    assert.equal(change?.commit, hashes[1]);
    await changeOfFile(repository, 'a.js');
    assert.ok(!existsSync(mark));
    git('config', '--unset', 'diff.evil.textconv');
  });

  it('finds the newest change of a function’s lines, of the editor’s text too', async () => {
    const first = await changeOfLines(repository, 'a.js', { first: 1, last: 3 });
    assert.deepEqual(first, { commit: hashes[1], subject: 'change to v1.1.0', uncommitted: false });
    const edited = await withTemporaryText(`\n${text(9, 2)}`, (file) =>
      changeOfLines(repository, 'a.js', { first: 2, last: 4 }, file),
    );
    assert.deepEqual(edited, { commit: hashes[0], subject: 'change to v1.0.0', uncommitted: true });
    const fresh = await withTemporaryText(`${text(2, 2)}function third() {}\n`, (file) =>
      changeOfLines(repository, 'a.js', { first: 7, last: 7 }, file),
    );
    assert.deepEqual(fresh, { subject: '', uncommitted: true });
    assert.equal(await changeOfLines(repository, 'none.js', { first: 1, last: 1 }), undefined);
  });

  it('finds the newest change of a file, a branch and a commit', async () => {
    assert.equal((await changeOfFile(repository, 'a.js'))?.commit, hashes[2]);
    const { commits: listed, branches } = await recentRevisions(repository);
    assert.deepEqual(
      [listed.map((c) => c.name), branches.map((b) => b.name)],
      [[...hashes].reverse(), ['refs/heads/main']],
    );
    assert.equal((await changeOfRevision(repository, 'refs/heads/main'))?.commit, hashes[2]);
    assert.equal(await changeOfRevision(repository, 'refs/heads/none'), undefined);
    writeFileSync(path.join(folder, 'shop/a.js'), text(7, 7));
    assert.equal((await changeOfFile(repository, 'a.js'))?.uncommitted, true);
    writeFileSync(path.join(folder, 'shop/b.js'), 'new');
    assert.deepEqual(await changeOfFile(repository, 'b.js'), { subject: '', uncommitted: true });
  });

  it('tells which running releases contain a commit, with their share', async () => {
    assert.deepEqual(await live(hashes[0] ?? ''), ['yes', 'yes']);
    assert.deepEqual(await live(hashes[1] ?? ''), ['no', 'yes']);
    assert.deepEqual(await live(hashes[2] ?? ''), ['no', 'no']);
    const unknown = [...releases, { service: 'shop', version: 'night-7', share: ratio(0) }];
    assert.deepEqual(await live(hashes[1] ?? '', unknown), ['no', 'yes', 'unknown']);
    const change = { commit: hashes[1] ?? '', subject: 'take orders', uncommitted: true };
    const rows = await whereIsLive(repository, commits, change.commit, releases);
    const said = renderLive('first', change, rows);
    assert.match(
      said.title,
      /^first \([0-9a-f]{7} take orders\): live in 1 of 2 running releases, 10 % of the traffic; later edits/,
    );
    assert.deepEqual(
      said.rows.map((r) => r.label),
      ['$(close) v1.0.0 doesn’t contain it', '$(check) v1.1.0 contains it'],
    );
    assert.match(
      renderLive('third', { subject: '', uncommitted: true }, []).title,
      /not committed yet, so live nowhere/,
    );
  });

  it('denies nothing in a shallow clone', async () => {
    const url = `file://${path.join(folder, 'shop')}`;
    const clone = ['clone', '--quiet', '--depth=1', '--branch=v1.1.0', url];
    execFileSync('git', [...clone, path.join(folder, 'shallow')], {
      env: gitEnvironment,
      stdio: 'ignore',
    });
    const shallow = await open('shallow');
    assert.ok(shallow);
    const [row] = await whereIsLive(
      shallow,
      new ReleaseCommits({ open: () => Promise.resolve(shallow), now: Date.now }),
      hashes[0] ?? '',
      releases.slice(1),
    );
    assert.equal(row?.contains, 'unknown');
  });
});
