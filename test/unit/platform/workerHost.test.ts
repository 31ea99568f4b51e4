import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Clock } from '../../../src/platform/clock.ts';
import type { Log } from '../../../src/platform/log.ts';
import type { SupervisedRemote } from '../../../src/platform/workerHost.ts';
import { WorkerPair } from '../../../src/platform/workerHost.ts';

/** A thread that does what it is told; `ping` goes through the port to the other thread and back. */
const worker = `
const { parentPort, workerData } = require('node:worker_threads');
const { feedPort } = workerData;
const waiting = [];
const told = [];
feedPort.on('message', (text) => {
  if (text === 'ping') feedPort.postMessage('pong');
  else waiting.shift()();
});
parentPort.on('message', ({ t, id, name, params }) => {
  if (t !== 'call') return;
  const answer = (value) => parentPort.postMessage({ t: 'result', id, value });
  if (name === 'tell') { told.push(params); answer(undefined); }
  if (name === 'told') answer(told);
  if (name === 'throw') setImmediate(() => { throw new Error('boom'); });
  if (name === 'exit') process.exit(7);
  if (name === 'announce') { parentPort.postMessage({ t: 'event', name: 'news', payload: params }); answer(undefined); }
  if (name === 'ping') { waiting.push(() => answer('pong')); feedPort.postMessage('ping'); }
});
`;

interface Calls {
  readonly calls: {
    readonly tell: { params: string; result: undefined };
    readonly told: { params: undefined; result: readonly string[] };
    readonly throw: { params: undefined; result: undefined };
    readonly exit: { params: undefined; result: undefined };
    readonly announce: { params: string; result: undefined };
    readonly ping: { params: undefined; result: string };
  };
  readonly events: { readonly news: string };
}

/** Time stands still until the test says so. */
class HandClock implements Clock {
  time = 0;
  readonly due: { readonly after: number; readonly run: () => void }[] = [];
  readonly pauses: number[] = [];
  now = (): number => this.time;
  after = (milliseconds: number, run: () => void): { dispose(): void } => {
    const entry = { after: milliseconds, run };
    this.due.push(entry);
    this.pauses.push(milliseconds);
    return { dispose: () => void this.due.splice(this.due.indexOf(entry), 1) };
  };
  runAll(): void {
    for (const { run } of this.due.splice(0)) run();
  }
}

describe('the supervised threads', function () {
  this.timeout(60_000);
  let folder: string;
  let clock: HandClock;
  let logged: string[];
  let pair: WorkerPair;
  let index: SupervisedRemote<Calls>;
  let receiver: SupervisedRemote<Calls>;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'pl-threads-'));
    writeFileSync(path.join(folder, 'worker.cjs'), worker);
    writeFileSync(path.join(folder, 'broken.cjs'), 'throw new Error("broken build");');
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const begin = (file = 'worker.cjs'): void => {
    clock = new HandClock();
    logged = [];
    const note = (text: string, error?: unknown): void =>
      void logged.push(
        error === undefined ? text : `${text}: ${error instanceof Error ? error.message : ''}`,
      );
    const log: Log = {
      trace: note,
      debug: note,
      info: note,
      warn: note,
      error: note,
      scoped: () => log,
    };
    pair = new WorkerPair(folder, clock, log);
    index = pair.supervise<Calls>({ file, maxHeapMb: 64, feed: 'index' });
    receiver = pair.supervise<Calls>({ file: 'worker.cjs', maxHeapMb: 64, feed: 'receiver' });
  };
  beforeEach(() => {
    begin();
  });
  afterEach(() => {
    pair.dispose();
  });
  /** Resolves when the thread has died and waits to be started again. */
  const death = (thread: SupervisedRemote<Calls>): Promise<string> =>
    new Promise((resolve) => {
      const listening = thread.onClose((reason) => {
        listening.dispose();
        resolve(reason);
      });
    });

  it('start when first called, not before', async () => {
    assert.equal(index.state().state, 'idle');
    await index.call('tell', 'a');
    assert.deepEqual([index.state().state, receiver.state().state], ['running', 'idle']);
  });

  it('are set up before the first call is carried out, also by who says so just after it', async () => {
    const called = index.call('tell', 'by a caller');
    index.onStart(async (raw) => {
      await raw.call('tell', 'set up');
    });
    await called;
    assert.deepEqual(await index.call('told', undefined), ['set up', 'by a caller']);
  });

  it('one that throws fails its calls with the reason, and starts again with all it must know', async () => {
    const news: string[] = [];
    index.on('news', (text) => news.push(text));
    index.onStart(async (raw) => {
      await raw.call('tell', 'set up');
    });
    await index.call('tell', 'by a caller');
    const died = death(index);
    await assert.rejects(index.call('throw', undefined), /boom/);
    assert.match(await died, /boom/);
    const state = index.state();
    assert.ok(state.state === 'waiting');
    assert.match(state.message, /boom/);
    assert.match(logged.join('\n'), /boom/);
    await assert.rejects(index.call('told', undefined), /boom/);

    clock.runAll();
    assert.deepEqual(await index.call('told', undefined), ['set up']);
    assert.deepEqual([index.state().state, index.restarts()], ['running', 1]);
    await index.call('announce', 'still heard');
    assert.deepEqual(news, ['still heard']);
  });

  it('are started again later and later, and forgiven after a quiet minute', async () => {
    for (let death = 0; death < 6; death++) {
      await assert.rejects(index.call('exit', undefined), /exit code 7/);
      clock.runAll();
    }
    assert.deepEqual(clock.pauses, [0, 500, 2_000, 10_000, 30_000, 30_000]);
    await index.call('told', undefined);
    clock.time += 61_000;
    await assert.rejects(index.call('exit', undefined), /exit code 7/);
    assert.equal(clock.pauses.at(-1), 0);
  });

  it('find each other again after one of them died', async () => {
    await receiver.call('told', undefined);
    assert.equal(await index.call('ping', undefined), 'pong');
    const dropped = death(index);
    await assert.rejects(receiver.call('exit', undefined), /exit code 7/);
    assert.match(await dropped, /the receiver thread stopped/);
    clock.runAll();
    await receiver.call('told', undefined);
    assert.equal(await index.call('ping', undefined), 'pong');
  });

  it('one that can not even be loaded, or is missing, is told as such and tried again', async () => {
    for (const [file, reason] of [
      ['broken.cjs', /broken build/],
      ['missing.cjs', /Cannot find module/],
    ] as const) {
      pair.dispose();
      begin(file);
      await assert.rejects(index.call('told', undefined), reason);
      assert.equal(index.state().state, 'waiting');
      assert.equal(clock.due.length, 1);
      assert.deepEqual(await receiver.call('told', undefined), []);
    }
  });

  it('one whose set-up fails answers nobody until it succeeds', async () => {
    let failing = true;
    index.onStart(async (raw) => {
      if (failing) throw new Error('no workspace yet');
      await raw.call('tell', 'set up');
    });
    await assert.rejects(index.call('told', undefined), /no workspace yet/);
    assert.equal(index.state().state, 'waiting');
    failing = false;
    clock.runAll();
    assert.deepEqual(await index.call('told', undefined), ['set up']);
  });

  it('end with the window, and are not started again', async () => {
    await index.call('told', undefined);
    pair.dispose();
    await assert.rejects(index.call('told', undefined), /closing/);
    assert.equal(clock.due.length, 0);
  });
});
