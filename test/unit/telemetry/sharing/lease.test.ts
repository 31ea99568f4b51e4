import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Lease } from '../../../../src/telemetry/sharing/lease.ts';

describe('a lease of what windows share', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'prodlens-lease-'));
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** Time that passes only where somebody waits: ten seconds each, with what happens meanwhile. */
  const clockWith = (meanwhile: (waits: number) => Promise<void> | void) => {
    let [now, waits] = [1_800_000_000_000, 0];
    return {
      now: () => now,
      wait: async () => {
        now += 10_000;
        waits += 1;
        await meanwhile(waits);
      },
      get waits() {
        return waits;
      },
    };
  };
  const never = new AbortController().signal;

  it('is waited for as long as its owner renews it', async () => {
    const file = path.join(folder, 'renewed');
    const held: { owner?: Lease | undefined } = {};
    const clock = clockWith((waits) => (waits < 10 ? held.owner?.renew() : held.owner?.release()));
    held.owner = await Lease.take(file, never, clock);
    const taken = await Lease.take(file, never, clock);
    assert.ok(taken !== undefined, 'the waiter would ask beside the owner');
    assert.equal(clock.waits, 10);
  });

  it('is taken from an owner that doesn’t renew it', async () => {
    const file = path.join(folder, 'stuck');
    const clock = clockWith(() => undefined);
    await Lease.take(file, never, clock);
    assert.ok((await Lease.take(file, never, clock)) !== undefined);
    assert.ok(clock.waits <= 5);
  });

  it('is waited for no longer than somebody wants it', async () => {
    const file = path.join(folder, 'aborted');
    const stop = new AbortController();
    const held: { owner?: Lease | undefined } = {};
    const clock = clockWith(async (waits) => {
      await held.owner?.renew();
      if (waits === 7) stop.abort();
    });
    held.owner = await Lease.take(file, never, clock);
    assert.equal(await Lease.take(file, stop.signal, clock), undefined);
    assert.equal(clock.waits, 7);
  });
});
