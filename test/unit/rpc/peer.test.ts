import assert from 'node:assert/strict';
import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { RpcError } from '../../../src/rpc/contract.ts';
import { portTransport } from '../../../src/rpc/messagePort.ts';
import { createRemote, inProcess, serve } from '../../../src/rpc/peer.ts';

interface Calculator {
  readonly calls: {
    readonly add: { params: { a: number; b: number }; result: number };
    readonly fail: { params: undefined; result: undefined };
    readonly forever: { params: undefined; result: undefined };
  };
  readonly events: { readonly tick: number };
}

const reasonOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'fulfilled',
    (error: unknown) => (error instanceof RpcError ? error.reason : String(error)),
  );

function pair() {
  let aborted: (() => void) | undefined;
  const wasAborted = new Promise<void>((resolve) => (aborted = resolve));
  let started: (() => void) | undefined;
  const hasStarted = new Promise<void>((resolve) => (started = resolve));
  const ends = inProcess<Calculator>({
    add: ({ a, b }) => a + b,
    fail: () => {
      throw new Error('no');
    },
    forever: (_, signal) => {
      started?.();
      return new Promise(() => {
        signal.addEventListener('abort', () => aborted?.());
      });
    },
  });
  return { ...ends, wasAborted, hasStarted };
}

describe('rpc', () => {
  it('answers calls and reports errors of the other side', async () => {
    const { remote } = pair();
    assert.equal(await remote.call('add', { a: 2, b: 3 }), 5);
    await assert.rejects(remote.call('fail', undefined), (e: RpcError) => e.message === 'no');
  });

  it('carries an abort to the running handler', async () => {
    const { remote, wasAborted, hasStarted } = pair();
    const abort = new AbortController();
    const answer = reasonOf(remote.call('forever', undefined, { signal: abort.signal }));
    await hasStarted;
    abort.abort();
    assert.equal(await answer, 'aborted');
    await wasAborted;
  });

  it('never starts a call whose signal is aborted already', async () => {
    const { remote } = pair();
    const answer = remote.call('forever', undefined, { signal: AbortSignal.abort() });
    assert.equal(await reasonOf(answer), 'aborted');
  });

  it('refuses calls under way and later ones when the other side is gone', async () => {
    const { remote } = pair();
    const waiting = reasonOf(remote.call('forever', undefined));
    remote.dispose();
    assert.equal(await waiting, 'closed');
    assert.equal(await reasonOf(remote.call('add', { a: 1, b: 1 })), 'closed');
  });

  it('keeps the line bounded and answers the waiting calls in order', async () => {
    const { remote } = pair();
    const abort = new AbortController();
    const blockers = Array.from({ length: 64 }, () =>
      reasonOf(remote.call('forever', undefined, { signal: abort.signal })),
    );
    const order: number[] = [];
    const queued = Array.from({ length: 2_000 }, (_, i) =>
      remote.call('add', { a: i, b: 0 }).then((v) => order.push(v)),
    );
    assert.equal(await reasonOf(remote.call('add', { a: 0, b: 0 })), 'busy');
    abort.abort();
    await Promise.all([...blockers, ...queued]);
    assert.deepEqual(
      order,
      Array.from({ length: 2_000 }, (_, i) => i),
    );
  });

  it('works over a real MessagePort, events included', async () => {
    const { port1, port2 } = new MessageChannel();
    const server = serve<Calculator>(portTransport(port1), {
      add: ({ a, b }) => a + b,
      fail: () => undefined,
      forever: () => undefined,
    });
    const remote = createRemote<Calculator>(portTransport(port2));
    assert.equal(await remote.call('add', { a: 1, b: 1 }), 2);
    const ticked = new Promise<number>((resolve) => remote.on('tick', resolve));
    server.emit('tick', 7);
    assert.equal(await ticked, 7);
    const closed = once(port1, 'close');
    remote.dispose();
    await closed;
  });
});
