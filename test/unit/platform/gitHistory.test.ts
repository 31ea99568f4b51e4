import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ratio } from '../../../src/domain/units.ts';
import { createSourceChanges } from '../../../src/platform/gitHistory.ts';
import { createProcessRunner } from '../../../src/platform/process.ts';
import type { DeployedRelease } from '../../../src/rollback/ports.ts';

const environment = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_COMMITTER_NAME: 'x',
  GIT_COMMITTER_EMAIL: 'x@example.com',
};
const release = (version: string, commit?: string): DeployedRelease => ({
  id: `id-${version}`,
  version,
  weight: ratio(0.5),
  current: false,
  ...(commit === undefined ? {} : { commit }),
});
const never = new AbortController().signal;

/** A real repository with what `commit` and `tag` put into it. */
function repository(folder: string) {
  mkdirSync(folder, { recursive: true });
  const git = (...words: string[]): string =>
    execFileSync('git', ['-C', folder, ...words], { env: environment, encoding: 'utf8' }).trim();
  git('init', '--quiet', '--initial-branch=main');
  return {
    git,
    commit(author: string, subject: string, file: string): string {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      writeFileSync(path.join(folder, file), subject);
      git('add', '--all');
      git('commit', '--quiet', '-m', subject, '--author', `${author} <a@example.com>`);
      return git('rev-parse', 'HEAD');
    },
  };
}

describe('what lies between two releases in the source', function () {
  this.timeout(30_000);
  let folder: string;
  let first: string;
  let last: string;
  let shop: ReturnType<typeof repository>;
  const changes = (folders: readonly string[] = [path.join(folder, 'shop')]) =>
    createSourceChanges({
      processes: createProcessRunner({ workspaceFolders: () => folders, environment }),
      git: () => Promise.resolve('git'),
      folders: () => folders,
    });
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'pl-git-'));
    shop = repository(path.join(folder, 'shop'));
    first = shop.commit('Ada', 'Take orders', 'src/orders.js');
    shop.git('tag', 'v1.4.0');
    shop.commit('Bob', 'Discounts for large carts', 'src/carts.js');
    last = shop.commit('Cid', 'Keep discounts', 'db/migrate/002_discounts.rb');
    shop.git('tag', '1.5.0');
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('names the commits that would go, with their authors, and warns of migrations', async () => {
    const text = await changes()(
      release('1.5.0', last),
      release('1.4.0', first.slice(0, 7)),
      never,
    );
    assert.match(text, /2 commits would no longer run/);
    assert.match(text, /Bob {2}Discounts for large carts/);
    assert.match(text, /Cid {2}Keep discounts/);
    assert.doesNotMatch(text, /Ada/);
    assert.match(text, /^WARNING: database migrations[^\n]*\n {2}db\/migrate\/002_discounts\.rb/);
  });

  it('takes tags of the versions, with and without v, where no commit is named', async () => {
    const text = await changes()(release('1.5.0'), release('1.4.0'), never);
    assert.match(text, /2 commits would no longer run/);
  });

  it('warns of no migration where there is none', async () => {
    const text = await changes()(release('', last), release('', last), never);
    assert.equal(text, 'Both are the same commit.');
  });

  it('says so when the release to go to has commits of its own', async () => {
    shop.git('checkout', '--quiet', '-b', 'hotfix', 'v1.4.0');
    const fix = shop.commit('Dot', 'Hot fix', 'src/orders.js');
    shop.git('checkout', '--quiet', 'main');
    const text = await changes()(release('', last), release('', fix), never);
    assert.match(text, /1 commit would run that the release to leave does not have/);
  });

  const hostile = [
    '--output=owned',
    '--upload-pack=touch owned',
    'HEAD',
    'main',
    'v1.4.0',
    'abc123..HEAD',
    '1234567; touch owned',
    '1234567\n--all',
    '$(touch owned)',
  ];
  for (const commit of hostile)
    it(`takes ${JSON.stringify(commit)} for no commit`, async () => {
      const asked: string[][] = [];
      const spied = createSourceChanges({
        processes: {
          run: (request, signal) => {
            asked.push([...request.argv]);
            return createProcessRunner({ workspaceFolders: () => [], environment }).run(
              request,
              signal,
            );
          },
        },
        git: () => Promise.resolve('git'),
        folders: () => [path.join(folder, 'shop')],
      });
      assert.equal(await spied(release('1.5.0', commit), release('1.4.0'), never), '');
      assert.ok(!asked.flat().some((word) => word.includes(commit) && !word.startsWith('refs/')));
      assert.ok(!existsSync(path.join(folder, 'shop', 'owned')));
    });

  it('takes no version that git would read as something else than a tag', async () => {
    for (const version of ['--all', '1.4.0^', '1.4.0..1.5.0', '@{-1}', 'a b', '../../heads/main'])
      assert.equal(await changes()(release('1.5.0', last), release(version), never), '', version);
  });

  it('takes no branch that is called like a commit', async () => {
    shop.git('branch', 'abcdef1', first);
    assert.equal(await changes()(release('', last), release('', 'abcdef1'), never), '');
  });

  it('runs no program that the repository names', async () => {
    const mark = path.join(folder, 'ran');
    const program = path.join(folder, 'evil');
    writeFileSync(program, `#!/bin/sh\ntouch '${mark}'\n`, { mode: 0o755 });
    for (const [key, value] of [
      ['log.showSignature', 'true'],
      ['gpg.program', program],
      ['diff.external', program],
      ['core.fsmonitor', program],
      ['core.pager', program],
      ['pager.log', 'true'],
    ] as const)
      shop.git('config', key, value);
    assert.match(await changes()(release('1.5.0'), release('1.4.0'), never), /2 commits/);
    assert.ok(!existsSync(mark));
  });

  it('says nothing outside a repository and without git, and shows each repository that knows both tags', async () => {
    const plain = path.join(folder, 'plain');
    mkdirSync(plain);
    assert.equal(await changes([plain])(release('1.5.0'), release('1.4.0'), never), '');
    const without = createSourceChanges({
      processes: { run: () => assert.fail('nothing may be run') },
      git: () => Promise.resolve(undefined),
      folders: () => [folder],
    });
    assert.equal(await without(release('1.5.0'), release('1.4.0'), never), '');

    const other = repository(path.join(folder, 'other'));
    other.commit('Eve', 'Begin', 'a.js');
    other.git('tag', 'v1.4.0');
    other.commit('Eve', 'Other work', 'a.js');
    other.git('tag', 'v1.5.0');
    const both = [path.join(folder, 'shop'), path.join(folder, 'other')];
    const text = await changes(both)(release('1.5.0'), release('1.4.0'), never);
    assert.match(text, /In [^\n]*shop:\n[\s\S]*Cid[\s\S]*In [^\n]*other:\n[\s\S]*Other work/);
  });

  it('lists at most fifty commits, and says how many more', async () => {
    const many = repository(path.join(folder, 'many'));
    const start = many.commit('Fay', 'Begin', 'a.js');
    for (let i = 0; i < 53; i++)
      many.git(
        'commit',
        '--quiet',
        '--allow-empty',
        '-m',
        `n${i}`,
        '--author',
        'Fay <f@example.com>',
      );
    const end = many.git('rev-parse', 'HEAD');
    const text = await changes([path.join(folder, 'many')])(
      release('', end),
      release('', start),
      never,
    );
    assert.match(text, /^53 commits would no longer run:/);
    assert.match(text, /… and 3 more$/);
  });
});
