import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once, EventEmitter } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { serviceKey } from '../../../src/domain/service.ts';
import { openRepository } from '../../../src/platform/git.ts';
import { RepositoryReleases } from '../../../src/platform/releaseSources.ts';
import { createProcessRunner } from '../../../src/platform/process.ts';
import { ReleaseCommits } from '../../../src/releases/releaseCommits.ts';
import { SourceAtCommits } from '../../../src/releases/sourceAt.ts';
import { inProcess } from '../../../src/rpc/peer.ts';
import type { IndexContract } from '../../../src/symbols/contract.ts';
import { IndexService } from '../../../src/workers/indexService.ts';
import { linkGrammars } from '../symbols/grammars.ts';
import { gitEnvironment } from '../gitEnvironment.ts';

const quietLog = {
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

describe('functions beside the source of the releases that run, in a real repository', function () {
  this.timeout(60_000);
  let root: string;
  let grammars: string;
  let file: string;
  let service: IndexService;
  let sources: RepositoryReleases;
  let index: ReturnType<typeof inProcess<IndexContract>>['remote'];
  const events = new EventEmitter();
  const git = (...words: string[]): string =>
    execFileSync('git', ['-C', root, ...words], { env: gitEnvironment, encoding: 'utf8' }).trim();
  const commit = (name: string, text: string, tag: string): string => {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
    git('add', '--all');
    git('commit', '--quiet', '-m', tag);
    git('tag', tag);
    return git('rev-parse', 'HEAD');
  };
  const shop = serviceKey('shop', 'team');
  // Most of the file stays: git takes it for renamed, not for another one.
  const one = `export function first() {\n  return 1;\n}\n// ${'orders '.repeat(20)}\n`;
  const two = `${one}export function second() {\n  return 2;\n}\n`;
  const commits: string[] = [];
  const wanted = ['1.0.0', '1.1.0', '9.9.9'].map((version) => ({ service: shop, version }));

  before(async () => {
    grammars = mkdtempSync(path.join(tmpdir(), 'pl-grammars-'));
    root = realpathSync(mkdtempSync(path.join(tmpdir(), 'pl-drift-')));
    git('init', '--quiet', '--initial-branch=main');
    commits.push(commit('old/orders.js', one, 'v1.0.0'));
    commits.push(commit('old/orders.js', two, 'shop-1.1.0'));
    mkdirSync(path.join(root, 'src'));
    git('mv', 'old/orders.js', 'src/orders.js');
    git('commit', '--quiet', '-m', 'move');
    file = path.join(root, 'src/orders.js');
    service = new IndexService({
      changed: (payload) => events.emit('changed', payload),
      problems: () => undefined,
      rules: () => undefined,
    });
    index = inProcess<IndexContract>(service.handlers).remote;
    await index.call('configure', {
      folders: [{ path: root, exclude: [] }],
      grammarsFolder: linkGrammars(grammars, ['javascript']),
      trusted: true,
    });
    await index.call('open', { path: file, language: 'javascript', version: 1, text: two });
    sources = new RepositoryReleases({
      index: { ...index, onStart: () => ({ dispose: () => undefined }) },
      commits: new ReleaseCommits({
        open: openRepository(
          createProcessRunner({ workspaceFolders: () => [root], environment: gitEnvironment }),
          () => Promise.resolve('git'),
          new AbortController().signal,
        ),
        now: Date.now,
      }),
      sources: new SourceAtCommits(),
      now: Date.now,
      log: { ...quietLog, scoped: () => quietLog, show: () => undefined } as never,
    });
  });
  after(() => {
    sources.dispose();
    service.dispose();
    for (const made of [root, grammars]) rmSync(made, { recursive: true, force: true });
  });

  it('finds the commits by their tags and the file under its earlier name', async () => {
    const known = new Promise((resolve) => sources.onDidChange(resolve));
    sources.want(file, wanted, []);
    assert.deepEqual(await known, [file]);
    const found = ['1.0.0', '1.1.0', '9.9.9'].map((version) =>
      sources.commitOf(file, { service: shop, version }),
    );
    assert.deepEqual(
      found.map((f) => f?.commit),
      [...commits, undefined],
    );
    assert.equal(found[1]?.how, 'the tag shop-1.1.0');
    const view = await index.call('file', { path: file });
    assert.deepEqual(view?.drift, [
      { commit: commits[0], functions: { second: 'absent' } },
      { commit: commits[1], functions: {} },
    ]);
  });

  /** Waits until the index says so: it announces each of its changes. */
  const driftBecomes = async (expected: unknown): Promise<void> => {
    for (;;) {
      const changed = once(events, 'changed');
      if (isDeepStrictEqual((await index.call('file', { path: file }))?.drift, expected)) return;
      await changed;
    }
  };

  it('says nothing of a function that another file of the release may have', async () => {
    const moved = two.replace('second', 'orders');
    await index.call('open', { path: file, language: 'javascript', version: 5, text: moved });
    sources.want(file, [{ service: shop, version: '1.0.0' }], ['orders', 'second']);
    await driftBecomes([{ commit: commits[0], functions: { orders: 'elsewhere' } }]);
    await index.call('open', { path: file, language: 'javascript', version: 1, text: two });
    sources.want(file, wanted, ['second']);
    await driftBecomes([
      { commit: commits[0], functions: { second: 'absent' } },
      { commit: commits[1], functions: {} },
    ]);
  });

  it('follows what is typed, though no line moves, and what is taken back', async () => {
    const edit = async (version: number, from: string, to: string): Promise<void> => {
      const changed = once(events, 'changed');
      const character = '  return '.length;
      await index.call('edit', {
        path: file,
        version,
        edits: [
          {
            range: {
              start: { line: 1, character },
              end: { line: 1, character: character + from.length },
            },
            text: to,
          },
        ],
      });
      await changed;
    };
    const drift = async () => (await index.call('file', { path: file }))?.drift;
    await edit(2, '1', '7');
    assert.deepEqual(await drift(), [
      { commit: commits[0], functions: { first: 'edited', second: 'absent' } },
      { commit: commits[1], functions: { first: 'edited' } },
    ]);
    await edit(3, '7', '1');
    assert.deepEqual((await drift())?.[1]?.functions, {});
    assert.equal(readFileSync(file, 'utf8'), two);
  });

  it('looks again for what was missing when the repository moves on, not only after a while', async () => {
    const told = (): Promise<readonly string[]> =>
      new Promise((resolve) => {
        const listening = sources.onDidChange((paths) => {
          listening.dispose();
          resolve(paths);
        });
      });
    const late = [{ service: shop, version: '9.9.9' }];
    const open = told();
    sources.want(file, late, []);
    // Whether it was read before or after the news: the file is to be asked for again.
    sources.lookAgain();
    assert.deepEqual(await open, [file]);
    git('tag', 'v9.9.9');
    const found = told();
    sources.lookAgain();
    sources.want(file, late, []);
    await found;
    while (sources.commitOf(file, { service: shop, version: '9.9.9' }) === undefined) {
      const next = told();
      sources.want(file, late, []);
      await next;
    }
    assert.equal(
      sources.commitOf(file, { service: shop, version: '9.9.9' })?.commit,
      git('rev-parse', 'HEAD'),
    );
  });

  it('tells of each change of an edited file, whoever reads the text first', async () => {
    const other = path.join(root, 'src/other.js');
    const announced = (): Promise<void> =>
      new Promise((resolve) => {
        const look = ({ paths, all }: { paths: readonly string[]; all?: true }): void => {
          if (all !== true && !paths.includes(file)) return;
          events.off('changed', look);
          resolve();
        };
        events.on('changed', look);
      });
    const start = { line: 1, character: '  return '.length };
    const range = { start, end: { line: 1, character: start.character + 1 } };
    for (let version = 10; version < 60; version++) {
      // Another file's news links the workspace anew, at any moment of the edit's own way.
      writeFileSync(
        other,
        `import { first } from './orders.js';\nexport const v${version} = first;\n`,
      );
      void index.call('filesChanged', { paths: [other] });
      const text = two.replace('return 1', version % 2 === 0 ? 'return 7' : 'return 1');
      let told = announced();
      if (version === 10)
        await index.call('open', { path: file, language: 'javascript', version, text });
      else
        await index.call('edit', {
          path: file,
          version,
          edits: [{ range, text: version % 2 === 0 ? '7' : '1' }],
        });
      const wantedDrift = version % 2 === 0 ? 'edited' : undefined;
      for (;;) {
        await told;
        told = announced();
        const drift = (await index.call('file', { path: file }))?.drift ?? [];
        if (drift[0]?.functions['first'] === wantedDrift) break;
      }
    }
  });
});

describe('a release whose commit is a guess', () => {
  it('marks no function', async () => {
    const repository = {
      root: '/w',
      run: () => Promise.resolve(''),
      commit: () => Promise.resolve(undefined),
    };
    const commits = new ReleaseCommits({ open: () => Promise.resolve(repository), now: () => 0 });
    const given: unknown[] = [];
    const { remote } = inProcess<IndexContract>({
      baselines: ({ baselines }: { baselines: unknown }) => {
        given.push(baselines);
        return undefined;
      },
    } as never);
    const sources = new RepositoryReleases({
      index: { ...remote, onStart: () => ({ dispose: () => undefined }) },
      commits,
      sources: { text: () => Promise.resolve('x'), written: () => Promise.resolve([]) },
      now: () => 0,
      log: { ...quietLog, scoped: () => quietLog, show: () => undefined } as never,
    });
    const service = serviceKey('shop');
    for (const confidence of ['weak', 'strong'] as const) {
      const found = { commit: 'a'.repeat(40), confidence, how: '' };
      commits.learn(repository, { version: '7', service: 'shop' }, found);
      sources.want('/w/a.js', [{ service, version: '7' }], [confidence]);
      for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
      const known = confidence === 'strong';
      assert.equal(sources.commitOf('/w/a.js', { service, version: '7' }) !== undefined, known);
      assert.equal(given.flat().length, known ? 1 : 0);
    }
    sources.dispose();
  });
});

describe('releases of a file whose repository isn’t ready', () => {
  it('are asked for again: after a while, and at once when a repository is found', async () => {
    let now = 0;
    let asked = 0;
    const { remote } = inProcess<IndexContract>({} as never);
    const sources = new RepositoryReleases({
      index: { ...remote, onStart: () => ({ dispose: () => undefined }) },
      commits: new ReleaseCommits({
        open: () => {
          asked += 1;
          return Promise.resolve(undefined);
        },
        now: () => now,
      }),
      sources: new SourceAtCommits(),
      now: () => now,
      log: { ...quietLog, scoped: () => quietLog, show: () => undefined } as never,
    });
    const want = async (): Promise<number> => {
      sources.want('/w/a.js', [{ service: serviceKey('shop'), version: '1' }], []);
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
      return asked;
    };
    assert.equal(await want(), 1);
    assert.equal(await want(), 1, 'not each time that numbers come');
    now += 61_000;
    assert.equal(await want(), 2);
    const told: (readonly string[])[] = [];
    sources.onDidChange((paths) => told.push(paths));
    sources.lookAgain();
    assert.deepEqual(told, [['/w/a.js']]);
    assert.equal(await want(), 3);
    sources.dispose();
  });
});

describe('texts that were given', () => {
  it('are given again when they were dropped, and not because releases come in another order', async () => {
    const repository = {
      root: '/w',
      run: () => Promise.resolve(''),
      commit: () => Promise.resolve(undefined),
    };
    const commits = new ReleaseCommits({ open: () => Promise.resolve(repository), now: () => 0 });
    const given: string[] = [];
    let read = 0;
    const { remote, server } = inProcess<IndexContract>({
      baselines: ({ path: file }: { path: string }) => {
        given.push(file);
        return undefined;
      },
    } as never);
    const sources = new RepositoryReleases({
      index: { ...remote, onStart: () => ({ dispose: () => undefined }) },
      commits,
      sources: {
        text: () => {
          read += 1;
          return Promise.resolve('x');
        },
        written: () => Promise.resolve([]),
      },
      now: () => 0,
      log: { ...quietLog, scoped: () => quietLog, show: () => undefined } as never,
    });
    const service = serviceKey('shop');
    for (const version of ['7', '8'])
      commits.learn(
        repository,
        { version, service: 'shop' },
        { commit: version.repeat(40), confidence: 'strong', how: '' },
      );
    const settled = async (): Promise<void> => {
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    };
    const want = async (...versions: string[]): Promise<void> => {
      const releases = versions.map((version) => ({ service, version }));
      for (const file of ['/w/a.js', '/w/b.js']) sources.wantText(file, releases);
      await settled();
    };
    await want('7', '8');
    await want('8', '7');
    assert.deepEqual([given, read], [['/w/a.js', '/w/b.js'], 4]);
    server.emit('dropped', ['/w/b.js']);
    await settled();
    await want('7', '8');
    assert.deepEqual(given, ['/w/a.js', '/w/b.js', '/w/b.js']);
    sources.dispose();
  });
});
