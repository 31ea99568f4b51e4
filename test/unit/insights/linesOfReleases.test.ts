import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { grammarsFolder } from '../../../bench/attribution/workspace.ts';
import { serviceKey } from '../../../src/domain/service.ts';
import { openRepository } from '../../../src/platform/git.ts';
import { createProcessRunner } from '../../../src/platform/process.ts';
import { RepositoryReleases } from '../../../src/platform/releaseSources.ts';
import { ReleaseCommits } from '../../../src/releases/releaseCommits.ts';
import { SourceAtCommits } from '../../../src/releases/sourceAt.ts';
import type { Remote } from '../../../src/rpc/contract.ts';
import type { IndexContract } from '../../../src/symbols/contract.ts';
import {
  at,
  child,
  exception,
  newCore,
  request,
  resource,
  t0,
} from '../telemetry/core/builders.ts';
import { openWorld } from './stackErrorsWorld.ts';

const shop = resource({ service: serviceKey('shop'), release: '1.4.0' });
const quiet = () => undefined;
const log = { trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet };

const shelf = `exports.shelf = {
  take(name) {
    return name;
  },
};

exports.box = {
  take(name) {
    throw new RangeError(name);
  },
};
`;
const cart = `struct Cart;
impl Cart {
    #[tracing::instrument]
    fn handle(&self) {
        work();
    }
}

struct Order;
impl Order {
    #[tracing::instrument]
    fn handle(&self) {
        work();
    }
}
`;

describe('lines of releases, in files that nobody has open', function () {
  this.timeout(60_000);
  const environment = {
    ...process.env,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
  };
  let grammars: string;
  let source: string;
  let world: Awaited<ReturnType<typeof openWorld>>;
  let sources: RepositoryReleases;
  const git = (...words: string[]): string =>
    execFileSync('git', ['-C', source, '-c', 'user.name=x', '-c', 'user.email=x@x', ...words], {
      env: environment,
      encoding: 'utf8',
    });
  before(async () => {
    grammars = await grammarsFolder();
    source = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'pl-lines-')));
    mkdirSync(path.join(source, 'src'));
    git('init', '--quiet');
    const write = (name: string, text: string): void => {
      writeFileSync(path.join(source, 'src', name), text);
    };
    write('shelf.js', shelf);
    write('cart.rs', cart);
    git('add', '--all');
    git('commit', '--quiet', '-m', 'one');
    git('tag', 'v1.4.0');
    // What was in Order is now where Cart's lines are, and box where shelf's were.
    const [first = '', second = ''] = cart.split('\nstruct Order');
    write('cart.rs', `struct Order${second}\n${first}`);
    write('shelf.js', shelf.replace('exports.shelf', `${'// more\n'.repeat(7)}exports.shelf`));
  });
  after(async () => {
    rmSync(source, { recursive: true, force: true });
    await rm(grammars, { recursive: true, force: true });
  });
  afterEach(async () => {
    sources.dispose();
    await world.close();
  });

  const follow = (index: Remote<IndexContract>): RepositoryReleases => {
    const processes = createProcessRunner({ workspaceFolders: () => [], environment });
    sources = new RepositoryReleases({
      index: { ...index, onStart: () => ({ dispose: quiet }) },
      commits: new ReleaseCommits({
        open: openRepository(processes, () => Promise.resolve('git'), new AbortController().signal),
        now: Date.now,
      }),
      sources: new SourceAtCommits(),
      now: Date.now,
      log: { ...log, scoped: () => log, show: quiet } as never,
    });
    return sources;
  };

  const failing = (release: string) => {
    const core = newCore();
    const entry = request('/orders', { code: 500, resource: { ...shop, release } });
    const events = [
      exception('RangeError', 'x', 'RangeError: x\n    at take (/srv/src/shelf.js:9:5)'),
    ];
    core.spans([entry, child(entry, { events, status: 'error' })], t0);
    core.settle(t0);
    return core;
  };
  const spans = (release: string) => {
    const core = newCore();
    const handle = (line: number) => {
      const entry = request('/orders', { resource: { ...shop, release } });
      const attributes = { 'code.filepath': 'src/cart.rs', 'code.lineno': line };
      return [entry, child(entry, { name: 'handle', attributes })];
    };
    core.spans([...handle(3), ...handle(11)], t0);
    core.settle(t0);
    return core;
  };

  it('say which of two functions of a name threw', async () => {
    world = await openWorld(source, failing('1.4.0'), at(1000), grammars, follow);
    const all = await world.when('src/shelf.js', (found) => found.some((i) => i.errors));
    const [thrown, ...others] = all.filter((i) => i.errors !== undefined);
    assert.equal(thrown?.function.name, 'box.take');
    assert.equal(thrown.function.declarationLine, 7 + 7);
    assert.deepEqual(others, []);
  });

  it('lead from a trace to the line as it is now, at the first time of asking', async () => {
    world = await openWorld(source, newCore(), at(1000), grammars, follow);
    const stacks = [[{ functionName: 'take', filePath: '/srv/src/shelf.js', line: 9 }]];
    const releases = [{ service: shop.service, version: '1.4.0' }];
    const [place] = await world.index.call('locateFrames', { stacks, releases, thorough: true });
    assert.deepEqual([place?.line, place?.function?.name], [8 + 7, 'box.take']);
    const [unknown] = await world.index.call('locateFrames', {
      stacks,
      releases: [{ service: shop.service, version: '9.9.9' }],
      thorough: true,
    });
    assert.equal(unknown?.function?.name, undefined, 'neither is at that line now');
  });

  const handled = async () =>
    (await world.index.call('operations', undefined)).flatMap(({ operation, attribution }) =>
      operation.name === 'handle' ? [attribution] : [],
    );

  it('say which of two functions of a name a span is of', async () => {
    world = await openWorld(source, spans('1.4.0'), at(1000), grammars, follow);
    const told = new Promise<void>((resolve) => {
      const listening = world.index.on('changed', () => {
        void handled().then((all) => {
          if (!all.every((a) => a.kind === 'owned')) return;
          listening.dispose();
          resolve();
        });
      });
    });
    await told;
    assert.deepEqual(
      (await handled()).map((a) => (a.kind === 'owned' ? [a.owner.name, a.confidence] : a.kind)),
      [
        ['Cart.handle', 'exact'],
        ['Order.handle', 'exact'],
      ],
    );
    // Both are where the other one was: edited or not, a line of the release stays its own.
    writeFileSync(world.at('src/cart.rs'), `// one\n// two\n${cart.replace(/Cart/g, 'Basket')}`);
    await world.index.call('filesChanged', { paths: [world.at('src/cart.rs')] });
    assert.deepEqual(
      (await handled()).map((a) =>
        a.kind === 'owned' ? a.owner.name : a.explanation.replace(/^.*;/, ''),
      ),
      [' line 3 of release 1.4.0 is in a function that is gone', 'Order.handle'],
    );
  });

  it('say nothing where the release’s commit isn’t known', async () => {
    world = await openWorld(source, spans('9.9.9'), at(1000), grammars, follow);
    const stacks = [[{ functionName: 'x', filePath: '/srv/src/cart.rs', line: 3 }]];
    const releases = [{ service: shop.service, version: '9.9.9' }];
    // Resolves when git was asked.
    await world.index.call('locateFrames', { stacks, releases, thorough: true });
    const all = await handled();
    assert.deepEqual(
      all.map((a) => a.kind),
      ['ambiguous', 'ambiguous'],
    );
    assert.match(all[0]?.explanation ?? '', /the source of release 9\.9\.9 isn't known/);
  });
});
