import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const root = process.env['PRODLENS_ROOT'] ?? process.cwd();
const address = (name: string): string =>
  new URL(name, `${pathToFileURL(path.join(root, 'scripts/backends')).href}/`).href;
const load = async <T>(name: string): Promise<T> => (await import(address(name))) as T;

interface LanesModule {
  readonly Lanes: new (lanes: () => number) => {
    run<T>(work: () => Promise<T>): Promise<T>;
  };
}
interface PortsModule {
  readonly freePort: () => Promise<number>;
  readonly freePorts: (count: number) => Promise<readonly number[]>;
}
interface ChosenModule {
  readonly mayHaveChosen: (built: string, options: readonly string[]) => Promise<boolean>;
}

describe('running tests of real servers', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'pl-running-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('builds no more at a time than there is memory for, whoever asks, and goes on after a failure', async () => {
    const { Lanes } = await load<LanesModule>('lanes.mjs');
    for (const most of [0, 1, 2]) {
      const lanes = new Lanes(() => most);
      let busy = 0;
      let peak = 0;
      const begun: number[] = [];
      const all = await Promise.allSettled(
        [0, 1, 2, 3, 4].map((one) =>
          lanes.run(async () => {
            begun.push(one);
            peak = Math.max(peak, (busy += 1));
            await new Promise((resolve) => setImmediate(resolve));
            busy -= 1;
            if (one === 1) throw new Error('no compiler');
            return one;
          }),
        ),
      );
      assert.equal(peak, Math.max(1, most));
      assert.deepEqual(begun, [0, 1, 2, 3, 4]);
      assert.deepEqual(
        all.map((end) => (end.status === 'fulfilled' ? end.value : 'failed')),
        [0, 'failed', 2, 3, 4],
      );
    }
  });

  it('gives no port twice, none that is listened on, and none that outgoing connections get', async () => {
    const { freePort, freePorts } = await load<PortsModule>('ports.mjs');
    const random = Math.random;
    const taken = createServer();
    try {
      Math.random = repeated(0, 0, 1 - Number.EPSILON);
      const ends = await freePorts(2);
      assert.equal(new Set(ends).size, 2);
      assert.ok(
        ends.every((port) => port > 10_080 && port < 32_768),
        ends.join(),
      );
      taken.listen(await freePort(), '127.0.0.1');
      await once(taken, 'listening');
      const { port } = taken.address() as AddressInfo;
      // Another process has it: a module of its own.
      const other = await load<PortsModule>('ports.mjs?another');
      Math.random = repeated((port - 15_000 + 0.5) / 17_001);
      assert.notEqual(await other.freePort(), port);
    } finally {
      Math.random = random;
      taken.close();
    }

    function repeated(...draws: number[]): () => number {
      return () => draws.shift() ?? random();
    }
  });

  it('leaves out files in which nothing is chosen, not those that tell it only beside a server', async () => {
    const { mayHaveChosen } = await load<ChosenModule>('chosenTests.mjs');
    const file = path.join(folder, 'one.cjs');
    writeFileSync(file, `describe('a', () => it('counts', () => { throw new Error('ran'); }));`);
    const lost = path.join(folder, 'lost.cjs');
    writeFileSync(lost, `throw new Error('no server');`);
    const may = await Promise.all([
      mayHaveChosen(file, ['--grep', 'a counts']),
      mayHaveChosen(file, ['--grep=other']),
      mayHaveChosen(file, ['--bail']),
      mayHaveChosen(lost, ['-g', 'other']),
    ]);
    assert.deepEqual(may, [true, false, true, true]);
  });

  it('writes what was counted when it is ended before it is over, with what wasn’t', async () => {
    const script = `
      import { Tally } from ${JSON.stringify(address('tally.mjs'))};
      const tally = new Tally('backends');
      tally.plan(3);
      await tally.during('first', async () => ({ passed: 7, failed: 0, skipped: 1, failures: [] }));
      tally.during('second', () => new Promise((resolve) => setInterval(resolve, 1e9)));
      console.log('ready');`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      env: { ...process.env, PRODLENS_TEST_RESULTS_DIR: folder },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const ended = once(child, 'close');
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    assert.deepEqual(await ended, [143, null]);
    assert.deepEqual(JSON.parse(readFileSync(path.join(folder, 'backends.json'), 'utf8')), {
      passed: 7,
      failed: 1,
      skipped: 1,
      failures: ['ended before it was over: 1 done, 1 not begun, under way: second'],
    });
  });
});
