import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import type { FunctionNumbers } from '../../../../src/domain/stats.ts';

const root = process.env['PRODLENS_ROOT'] ?? process.cwd();
const began = 1_800_000_000_000;

/** A Prometheus with one service of four operations, each called once a minute. */
class Backend {
  readonly asked: string[] = [];
  hold: Promise<unknown> = Promise.resolve();
  now = began;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const url = new URL(request.url ?? '', 'http://x');
        for (const [k, v] of new URLSearchParams(Buffer.concat(chunks).toString()))
          url.searchParams.set(k, v);
        this.asked.push(`${url.pathname} ${url.searchParams.get('query')?.slice(0, 200) ?? ''}`);
        void this.hold.then(() => {
          response.setHeader('content-type', 'application/json');
          response.setHeader('date', new Date(this.now).toUTCString());
          response.end(JSON.stringify({ status: 'success', data: this.#data(url) }));
        });
      });
    });
  }

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  get ranges(): number {
    return this.asked.filter((one) => one.includes('query_range')).length;
  }

  #data(url: URL): unknown {
    const at = (name: string): number => Number(url.searchParams.get(name));
    const query = url.searchParams.get('query') ?? '';
    const labels = (name: string) => ({
      service_name: 'shop',
      span_name: name,
      span_kind: 'SPAN_KIND_SERVER',
    });
    const names = ['a', 'b', 'c', 'd'];
    if (url.pathname.endsWith('buildinfo')) return { version: '3.1.0' };
    if (url.pathname.endsWith('/values')) return ['calls_total', 'duration_seconds_bucket'];
    if (url.pathname.endsWith('/labels')) return Object.keys(labels(''));
    if (query.endsWith('[15m]'))
      return {
        resultType: 'matrix',
        result: [{ metric: {}, values: [0, 15, 30, 45].map((s) => [s, '1']) }],
      };
    if (!url.pathname.endsWith('query_range'))
      return {
        resultType: 'vector',
        result: names.map((name) => ({ metric: labels(name), value: [this.now / 1000, '1'] })),
      };
    const count = Math.round((at('end') - at('start')) / at('step')) + 1;
    const values = Array.from({ length: count }, (_, i) => [
      at('start') + i * at('step'),
      String(at('step') / 60),
    ]);
    const bounds = query.includes('duration_seconds_bucket') ? ['0.1', '+Inf'] : [undefined];
    return {
      resultType: 'matrix',
      result: names.flatMap((name) =>
        bounds.map((le) => ({
          metric: { ...labels(name), ...(le === undefined ? {} : { le }) },
          values,
        })),
      ),
    };
  }
}

interface Answer {
  readonly ok: boolean;
  readonly value: readonly FunctionNumbers[];
}

/** A window in a process of its own. */
class Window {
  readonly #child: ChildProcess;

  constructor(file: string, url: string, folder: string) {
    this.#child = fork(file, [url, folder], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  }

  async ask(now: number, names: readonly string[], minutes = 5): Promise<Answer> {
    this.#child.send({ now, names, minutes });
    const [answer] = (await once(this.#child, 'message')) as [Answer];
    assert.ok(answer.ok, JSON.stringify(answer));
    return answer;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

describe('windows of one machine', function () {
  this.timeout(60_000);
  let folder: string;
  let file: string;
  let backend: Backend;
  let url: string;
  const windows: Window[] = [];
  const open = (shared: string): Window => {
    const window = new Window(file, url, shared);
    windows.push(window);
    return window;
  };
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'pl-shared-'));
    file = path.join(folder, 'window.cjs');
    await build({
      entryPoints: [path.join(root, 'test/unit/telemetry/sharing/window.ts')],
      outfile: file,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      logLevel: 'warning',
    });
  });
  beforeEach(async () => {
    backend = new Backend();
    url = await backend.start();
  });
  afterEach(() => {
    for (const window of windows.splice(0)) window.kill();
    backend.stop();
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** What windows ask in twelve minutes, one after the other at different times of the minute, and what each shows in the end. */
  async function work(all: readonly Window[], minutes = 5) {
    const last: Answer[] = [];
    for (let minute = 0; minute < 12; minute += 1)
      for (const [i, window] of all.entries()) {
        backend.now = began + minute * 67_000 + i * 20_000;
        last[i] = await window.ask(backend.now, i === 0 ? ['a', 'b'] : ['b', 'c'], minutes);
      }
    return last.map(({ value }) =>
      value.map(({ key, total }) => [key, total?.count, total?.p95Ms !== undefined]),
    );
  }

  it('ask what one of them asks, and show what each would show alone', async () => {
    for (const minutes of [5, 60]) {
      const alone = await work([open('')], minutes);
      const requests = backend.asked.length;
      backend.asked.length = 0;
      const shared = path.join(folder, `together-${minutes}`);
      const together = await work([open(shared), open(shared)], minutes);
      assert.ok(
        backend.asked.length <= requests,
        `${backend.asked.length} of two, ${requests} of one: ${backend.asked.join('\n')}`,
      );
      const b = [together[0]?.[1], together[1]?.[0]];
      assert.deepEqual(together[0], alone[0]);
      assert.deepEqual(
        together[1]?.map(([key, , timed]) => [key, timed]),
        [
          ['b', true],
          ['c', true],
        ],
      );
      assert.deepEqual(b[1], b[0]);
      backend.asked.length = 0;
    }
  });

  it('that ask at the same moment wait for the one that was first', async () => {
    const shared = path.join(folder, 'same-moment');
    const pair = [open(shared), open(shared)];
    await Promise.all(pair.map((window) => window.ask(began, ['a'])));
    assert.equal(backend.ranges, 2);
    await Promise.all(pair.map((window) => window.ask(began + 67_000, ['a'])));
    assert.equal(backend.ranges, 4);
  });

  it('count nothing twice where others know a time in longer slots than they do themselves', async () => {
    const later = began + 130 * 60_000;
    const alone = open('');
    await alone.ask(began, ['a'], 180);
    const expected = await alone.ask(later, ['a'], 180);
    const shared = path.join(folder, 'slept');
    const sleeper = open(shared);
    await sleeper.ask(began, ['a'], 180);
    await open(shared).ask(later - 5_000, ['a'], 180);
    const woken = await sleeper.ask(later, ['a'], 180);
    assert.equal(woken.value[0]?.total?.count, expected.value[0]?.total?.count);
    assert.deepEqual(woken.value[0]?.total?.p95Ms, expected.value[0]?.total?.p95Ms);
  });

  it('take over from one that was killed while it asked', async () => {
    const shared = path.join(folder, 'killed');
    const [first, second] = [open(shared), open(shared)];
    await first.ask(began, ['a']);
    await second.ask(began, ['a']);
    let release: () => void = () => undefined;
    backend.hold = new Promise<void>((resolve) => (release = resolve));
    const before = backend.asked.length;
    first.ask(began + 67_000, ['a']).catch(() => undefined);
    while (backend.asked.length === before) await new Promise((resolve) => setImmediate(resolve));
    first.kill();
    release();
    const answer = await second.ask(began + 67_000, ['a']);
    assert.ok((answer.value[0]?.total?.count ?? 0) > 0);
  });

  it('keep what they share to this person, without secrets', async () => {
    const shared = path.join(folder, 'private');
    await open(shared).ask(began, ['a']);
    const files = readdirSync(shared);
    assert.ok(files.length >= 2);
    assert.ok(
      files.every((name) => name.endsWith('.answers')),
      files.join(),
    );
    if (process.platform !== 'win32') assert.equal(statSync(shared).mode & 0o777, 0o700);
    for (const name of files) {
      if (process.platform !== 'win32')
        assert.equal(statSync(path.join(shared, name)).mode & 0o777, 0o600);
      assert.ok(!readFileSync(path.join(shared, name)).includes('s3cret'));
    }
  });
});
