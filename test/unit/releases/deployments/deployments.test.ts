import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openRepository } from '../../../../src/platform/git.ts';
import { createProcessRunner } from '../../../../src/platform/process.ts';
import { renderLive } from '../../../../src/presentation/viewModels/isItLive.ts';
import { forgeOf, forgeRepositoryOf } from '../../../../src/releases/deployments/forge.ts';
import { lookUpDeployments } from '../../../../src/releases/deployments/lookUp.ts';
import { whereIsLive } from '../../../../src/releases/isItLive.ts';
import type { Repository } from '../../../../src/releases/ports.ts';
import { ReleaseCommits } from '../../../../src/releases/releaseCommits.ts';
import { localServers } from '../../http/localServers.ts';

describe('the repository of a forge that a remote names', () => {
  it('in each way that git writes addresses', () => {
    const shop = { host: 'github.com', owner: 'acme', name: 'shop.web' };
    for (const remote of [
      'https://github.com/acme/shop.web.git',
      'https://someone@GitHub.com/acme/shop.web/\n',
      'git@github.com:acme/shop.web.git',
      'ssh://git@github.com:22/acme/shop.web.git',
    ])
      assert.deepEqual(forgeRepositoryOf(remote), shop, remote);
    for (const remote of [
      '/srv/git/acme/shop',
      'file:///acme/shop',
      'https://github.com/acme',
      'https://github.com/acme/a/b',
      'git@github.com:acme/..',
      'http://github.com/acme/shop',
      'C:\\acme\\shop',
      '',
    ])
      assert.equal(forgeRepositoryOf(remote), undefined, remote);
  });
});

const began = Date.parse('2026-11-26T14:00:00Z');
const minutes = (n: number): string => new Date(began + n * 60_000).toISOString();

/** As GitHub's REST interface answers, https://docs.github.com/en/rest/deployments/deployments */
const deployment = (id: number, sha: string, at: string, more: object = {}) => ({
  url: `https://api.github.com/repos/acme/shop/deployments/${id}`,
  id,
  node_id: 'MDEwOkRlcGxveW1lbnQx',
  sha,
  ref: 'main',
  task: 'deploy',
  payload: {},
  original_environment: 'production',
  environment: 'production',
  description: null,
  creator: { login: 'octocat', id: 1 },
  created_at: at,
  updated_at: at,
  transient_environment: false,
  production_environment: true,
  ...more,
});

describe('commits of releases by deployments of a forge, with a real repository', function () {
  this.timeout(60_000);
  const start = localServers();
  const environment = {
    ...process.env,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
  };
  const never = new AbortController().signal;
  let root: string;
  let repository: Repository;
  const hashes: string[] = [];
  const git = (...words: string[]): string =>
    execFileSync('git', ['-C', root, '-c', 'user.name=x', '-c', 'user.email=x@x', ...words], {
      env: environment,
      encoding: 'utf8',
    }).trim();
  before(async () => {
    root = realpathSync(mkdtempSync(path.join(tmpdir(), 'pl-deployed-')));
    git('init', '--quiet');
    for (const message of ['one', 'two', 'three']) {
      git('commit', '--quiet', '--allow-empty', '-m', message);
      hashes.push(git('rev-parse', 'HEAD'));
    }
    git('remote', 'add', 'origin', 'git@github.com:acme/shop.git');
    const opened = await openRepository(
      createProcessRunner({ workspaceFolders: () => [], environment }),
      () => Promise.resolve('git'),
      never,
    )(root);
    assert.ok(opened);
    repository = opened;
  });
  after(() => {
    rmSync(root, { recursive: true, force: true });
  });

  let asked: IncomingMessage[];
  const lookUp = async (
    deployments: readonly object[],
    release: { readonly version: string; readonly began?: number },
    states: Readonly<Record<number, readonly string[]>> = {},
    others: readonly { readonly service: string; readonly version: string }[] = [],
  ) => {
    asked = [];
    const api = await start((request, response) => {
      asked.push(request);
      const id = /\/deployments\/(\d+)\/statuses/.exec(request.url ?? '')?.[1];
      const body =
        id === undefined
          ? deployments
          : (states[Number(id)] ?? ['success', 'in_progress']).map((state) => ({ id: 1, state }));
      response.setHeader('Content-Type', 'application/json; charset=utf-8');
      response.end(JSON.stringify(body));
    });
    const forge = await forgeOf(repository);
    assert.ok(forge);
    const commits = new ReleaseCommits({ open: () => Promise.resolve(repository), now: () => 0 });
    const running = [{ service: 'shop', ...release }];
    const answer = await lookUpDeployments(
      { api, token: 'secret' },
      { forge, repository, running: [...running, ...others] },
      commits,
      [...running, ...others],
      never,
    );
    const rows = await whereIsLive(repository, commits, hashes[1] ?? '', [...running, ...others]);
    return { answer, row: rows[0], rows };
  };
  const at = began;

  const guessed = ({ row }: Awaited<ReturnType<typeof lookUp>>) => [row?.commit, row?.guessed];
  const mentioned = 'a deployment of the forge mentions the version';

  it('are those of the deployment that names the version', async () => {
    const all = [
      deployment(3, hashes[2] ?? '', minutes(1), { payload: { build: 10043 } }),
      deployment(2, hashes[1] ?? '', minutes(0), { payload: '{"buildNumber":10042}' }),
      deployment(1, hashes[0] ?? '', minutes(-90), { ref: 'refs/tags/v2026.11.26.1' }),
    ];
    const { answer, row } = await lookUp(all, { version: '10042' });
    assert.deepEqual(answer, { ok: true, value: 1 });
    assert.deepEqual([row?.contains, row?.commit, row?.guessed], ['yes', hashes[1], undefined]);
    const [request] = asked;
    assert.equal(request?.url, '/repos/acme/shop/deployments?per_page=100');
    assert.equal(request.headers.authorization, 'Bearer secret');
    assert.deepEqual(
      asked.slice(1).map(({ url }) => url),
      ['/repos/acme/shop/deployments/2/statuses?per_page=100'],
    );
    const dated = await lookUp(all, { version: '2026.11.26.1' });
    assert.deepEqual([dated.row?.contains, dated.row?.commit], ['no', hashes[0]]);
    for (const version of ['2026.11.26', '0042', '1004', 'main'])
      assert.deepEqual((await lookUp(all, { version })).answer, { ok: true, value: 0 }, version);
    const image = { payload: { image: 'registry.example:5000/acme/web:1.4.0' } };
    const built = await lookUp([deployment(1, hashes[0] ?? '', minutes(0), image)], {
      version: '1.4.0',
    });
    assert.deepEqual(guessed(built), [hashes[0], undefined]);
  });

  it('are a guess or nothing where a deployment names the version by the way, or didn’t succeed', async () => {
    const one = (more: object, version: string, states: readonly string[] = ['success']) =>
      lookUp([deployment(1, hashes[0] ?? '', minutes(0), more)], { version }, { 1: states });
    const text = await one({ description: 'Release 1.4.0.' }, '1.4.0');
    assert.deepEqual(guessed(text), [hashes[0], mentioned]);
    const short = await one({ payload: { version: '42' } }, '42');
    assert.equal(short.row?.commit, hashes[0]);
    assert.match(short.row?.guessed ?? '', /names the version/);
    for (const [more, version] of [
      [{ payload: { replicas: 2 } }, '2'],
      [{ payload: { previous_version: '1.4.0' } }, '1.4.0'],
      [{ payload: { previousVersion: '1.4.0' } }, '1.4.0'],
      [{ description: 'From 1.4.0 to 1.5.0' }, '1.4.0'],
    ] as const)
      assert.deepEqual(guessed(await one(more, version)), [undefined, undefined], version);
    const named = { payload: { version: '1.4.0' } };
    for (const [states, commit] of [
      [['failure', 'in_progress'], undefined],
      [['inactive', 'success'], hashes[0]],
      [[], hashes[0]],
    ] as const)
      assert.equal((await one(named, '1.4.0', states)).row?.commit, commit, states.join());
  });

  it('are each service’s own where several have the same version', async () => {
    const others = [{ service: 'web', version: '1.0.0' }];
    const own = await lookUp(
      [
        deployment(2, hashes[1] ?? '', minutes(0), { payload: { service: 'web', tag: '1.0.0' } }),
        deployment(1, hashes[0] ?? '', minutes(-1), { ref: 'shop-v1.0.0' }),
      ],
      { version: '1.0.0' },
      {},
      others,
    );
    assert.deepEqual(
      own.rows.map(({ commit, guessed }) => [commit, guessed]),
      [
        [hashes[0], undefined],
        [hashes[1], undefined],
      ],
    );
    const bare = [deployment(1, hashes[0] ?? '', minutes(0), { ref: 'v1.0.0' })];
    const either = await lookUp(bare, { version: '1.0.0' }, {}, others);
    assert.deepEqual(
      either.rows.map(({ guessed }) => guessed !== undefined),
      [true, true],
    );
    assert.equal((await lookUp(bare, { version: '1.0.0' })).row?.guessed, undefined);
    git('tag', 'web@1.0.0');
    const tagged = await lookUp(bare, { version: '1.0.0' });
    git('tag', '--delete', 'web@1.0.0');
    assert.notEqual(tagged.row?.guessed, undefined);
  });

  it('ask GitHub thirty times at most', async () => {
    const many = Array.from({ length: 50 }, (_, i) =>
      deployment(i + 1, hashes[0] ?? '', minutes(0), { payload: { version: `1.0.${i}` } }),
    );
    const others = Array.from({ length: 50 }, (_, i) => ({ service: 'shop', version: `1.0.${i}` }));
    const { answer } = await lookUp(many, { version: '7.7.7' }, {}, others);
    assert.deepEqual(answer, { ok: true, value: 29 });
    assert.equal(asked.length, 30);
  });

  it('are a guess where only the time fits, and only where one commit was deployed then', async () => {
    const all = [
      deployment(4, hashes[2] ?? '', minutes(10)),
      deployment(3, hashes[0] ?? '', minutes(-3)),
      deployment(2, hashes[1] ?? '', minutes(-5)),
      deployment(1, hashes[0] ?? '', minutes(-60)),
    ];
    const release = { version: 'build 7', began: at };
    const failed = { 3: ['failure', 'in_progress'] };
    const { row, answer } = await lookUp(all, release, failed);
    assert.deepEqual(answer, { ok: true, value: 1 });
    assert.deepEqual([row?.contains, row?.commit], ['yes', hashes[1]]);
    assert.match(row?.guessed ?? '', /deployed just before/);
    assert.deepEqual(
      asked.slice(1).map(({ url }) => url?.split('/').at(-2)),
      ['3', '2'],
      'only those whose time fits',
    );
    const said = renderLive('x', { commit: hashes[1] ?? '', subject: 's', uncommitted: false }, [
      row ?? assert.fail(),
    ]);
    assert.match(said.title, /; 1 by a guess$/);
    assert.match(said.rows[0]?.label ?? '', /probably contains it$/);
    // Two commits, or a release that was there before anybody looked: nothing fits.
    assert.equal((await lookUp(all, release)).row?.contains, 'unknown');
    assert.equal((await lookUp(all, { version: 'build 7' }, failed)).row?.contains, 'unknown');
    const many = Array.from({ length: 11 }, (_, i) =>
      deployment(i + 1, hashes[1] ?? '', minutes(-i)),
    );
    assert.equal((await lookUp(many, release)).row?.contains, 'unknown');
    assert.equal(asked.length, 1);
  });

  it('fail with a remedy where the repository doesn’t have what was deployed, or GitHub refuses', async () => {
    const away = await lookUp([deployment(1, 'ab'.repeat(20), minutes(-1))], {
      version: 'b',
      began: at,
    });
    assert.equal(away.answer.ok ? '' : away.answer.failure.remedy, 'Fetch from the remote first.');
    assert.equal(away.row?.contains, 'unknown');
    const odd = await lookUp([null, 7, deployment(1, 'main', 'yesterday')] as never, {
      version: '77',
      began: at,
    });
    assert.deepEqual(odd.answer, { ok: true, value: 0 });
    const api = await start((_, response) => {
      response.writeHead(401, { 'Content-Type': 'application/json' }).end('{"message":"Bad"}');
    });
    const commits = new ReleaseCommits({ open: () => Promise.resolve(repository), now: () => 0 });
    const forge = { host: 'github.com', owner: 'acme', name: 'shop' };
    const refused = await lookUpDeployments(
      { api, token: 't' },
      { forge, repository, running: [] },
      commits,
      [],
      never,
    );
    assert.equal(refused.ok ? '' : refused.failure.reason, 'refused');
  });
});
