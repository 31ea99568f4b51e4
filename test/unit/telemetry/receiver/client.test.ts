import assert from 'node:assert/strict';
import type { Handlers } from '../../../../src/rpc/contract.ts';
import { inProcess } from '../../../../src/rpc/peer.ts';
import { createLocalSource } from '../../../../src/telemetry/local/client.ts';
import type { ReceiverContract } from '../../../../src/telemetry/local/contract.ts';

const refuse = (): never => {
  throw new Error('the local receiver is not running');
};

function source(over: Partial<Handlers<ReceiverContract>> = {}) {
  const ends = inProcess<ReceiverContract>({
    start: refuse,
    stop: refuse,
    status: refuse,
    report: refuse,
    services: refuse,
    numbers: refuse,
    exceptions: refuse,
    searchTraces: refuse,
    trace: refuse,
    flush: refuse,
    clear: refuse,
    ...over,
  });
  return { ...ends, local: createLocalSource(ends.remote) };
}

describe('the receiver as a source', function () {
  this.timeout(20_000);
  const { signal } = new AbortController();

  it('turns a missing trace into notFound and a failure into a reason', async () => {
    const missing = await source({ trace: () => null }).local.trace('ab', signal);
    assert.ok(!missing.ok);
    assert.equal(missing.failure.reason, 'notFound');
    const down = await source().local.services(signal);
    assert.ok(!down.ok);
    assert.equal(down.failure.reason, 'unreachable');
    assert.match(down.failure.message, /not running/);
  });

  it('says when it was aborted and when the thread is gone', async () => {
    const { local, server } = source({ services: () => new Promise(() => undefined) });
    const abort = new AbortController();
    const answer = local.services(abort.signal);
    abort.abort();
    const aborted = await answer;
    assert.equal(aborted.ok || aborted.failure.reason, 'aborted');
    server.dispose();
    const gone = await local.services(signal);
    assert.equal(gone.ok || gone.failure.reason, 'crashed');
  });

  it('tells of changes', async () => {
    const { local, server } = source();
    const told = new Promise<void>((resolve) => local.onDidChange(resolve));
    server.emit('changed', { revision: 1 });
    await told;
  });
});
