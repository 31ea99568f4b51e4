import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { compareReleases } from '../../../../src/releases/compareReleases.ts';
import { createTelemetryCore } from '../../../../src/telemetry/local/core/telemetryCore.ts';
import type { ReceiverStatus } from '../../../../src/telemetry/local/contract.ts';
import { makeClaim, readClaim } from '../../../../src/telemetry/local/leadership/claims.ts';
import { Receiver } from '../../../../src/telemetry/local/receiver.ts';
import { systemClock } from '../../../../src/telemetry/local/receiverClock.ts';
import { RouteUnion } from '../../../../src/telemetry/local/routeUnion.ts';
import { access } from '../receiver/sink.ts';

const signal = new AbortController().signal;

describe('leadership', function () {
  this.timeout(20_000);
  let folder: string;
  const receivers: Receiver[] = [];
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'prodlens-election-'));
  });
  afterEach(async () => {
    for (const receiver of receivers.splice(0)) await receiver.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function create(version?: number): Receiver {
    const receiver = new Receiver({
      createCore: createTelemetryCore,
      compare: compareReleases,
      clock: systemClock,
      ...(version === undefined ? {} : { version }),
    });
    receivers.push(receiver);
    return receiver;
  }

  const start = (receiver: Receiver) =>
    receiver.handlers.start(
      { httpPort: 0, grpcPort: 0, ...access, storageFolder: folder, holder: 'test' },
      signal,
    );

  const becomes = (receiver: Receiver, state: ReceiverStatus['state']): Promise<void> =>
    new Promise((resolve) => {
      receiver.on('status', (status) => {
        if (status.state === state) resolve();
      });
    });

  it('an older window is told to reload itself', async () => {
    const [newer, older] = [create(8), create(7)];
    assert.ok((await start(newer)).ok);
    const refused = await start(older);
    assert.ok(!refused.ok);
    assert.equal(refused.failure.remedy, 'reload this window');
  });

  it('an older leader tells its own window to reload, and the newer one takes over when it goes', async () => {
    const [older, newer] = [create(7), create(8)];
    assert.ok((await start(older)).ok);
    const told = new Promise<string>((resolve) => {
      older.on('message', ({ text }) => {
        resolve(text);
      });
    });
    const refused = await start(newer);
    assert.ok(!refused.ok);
    assert.match(refused.failure.message, /older version/);
    assert.match(await told, /reload this window/);
    const leading = becomes(newer, 'leading');
    await older.stop();
    await leading;
  }).timeout(20_000);

  it('starting twice with the same settings is one start', async () => {
    const receiver = create();
    const [first, second] = await Promise.all([start(receiver), start(receiver)]);
    assert.ok(first.ok && second.ok);
    assert.deepEqual(first.value, second.value);
  });

  it('a claim can be made once, and never below one that was given out', async () => {
    const claim = (generation: number) => ({
      generation,
      socketPath: path.join(folder, 'x'),
      token: 'f'.repeat(64),
    });
    assert.equal(await makeClaim(folder, claim(1)), true);
    assert.equal(await makeClaim(folder, claim(1)), false);
    assert.equal(await makeClaim(folder, claim(3)), true);
    // A contender that read generation 1 long ago comes late.
    assert.equal(await makeClaim(folder, claim(2)), false);
    assert.equal(await readClaim(folder, 2), undefined);
    assert.deepEqual(readdirSync(folder).sort(), ['leader-1.json', 'leader-3.json']);
  });

  it('an unreadable claim is a claim of nobody', async () => {
    writeFileSync(path.join(folder, 'leader-9.json'), '{"socketPath":');
    const receiver = create();
    const started = await start(receiver);
    assert.ok(started.ok && started.value.state === 'leading');
    assert.ok(readdirSync(folder).includes('leader-10.json'));
  });

  it('a leader that was outnumbered steps down and follows', async () => {
    const receiver = create();
    assert.ok((await start(receiver)).ok);
    const again = becomes(receiver, 'leading');
    // Whoever made this claim is dead: after stepping down the window leads again, above it.
    writeFileSync(path.join(folder, 'leader-5.json'), '{}');
    await again;
    assert.ok(readdirSync(folder).includes('leader-6.json'));
  }).timeout(20_000);

  it('knows the routes of all windows, and forgets those of a window that left', () => {
    let applied: readonly string[] = [];
    const union = new RouteUnion(({ routes }) => {
      applied = routes.map((route) => route.path);
    });
    const table = (...paths: string[]) => ({
      routes: paths.map((route) => ({ framework: 'express', method: 'GET', path: route })),
    });
    const [one, two] = [Symbol(), Symbol()];
    union.set(one, table('/a/b', '/a/:x'));
    union.set(two, table('/a/:x', '/c'));
    assert.deepEqual(applied, ['/a/b', '/a/:x', '/c']);
    union.remove(one);
    assert.deepEqual(applied, ['/a/:x', '/c']);
  });
});
