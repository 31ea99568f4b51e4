import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Result } from '../../../src/domain/result.ts';
import { fail, ok } from '../../../src/domain/result.ts';
import { ratio } from '../../../src/domain/units.ts';
import type { RollbackDialogs, RollbackServices } from '../../../src/rollback/flow.ts';
import { runRollback } from '../../../src/rollback/flow.ts';
import { Journal } from '../../../src/rollback/journal.ts';
import type { DeployProvider, DeployState } from '../../../src/rollback/ports.ts';
import { judgeRecovery } from '../../../src/rollback/recovery.ts';
import { lockTarget } from '../../../src/rollback/singleFlight.ts';
import { release, removeTemporaryFolders, stats, target, temporaryFolder } from './builders.ts';

const bad = release('2.0.0', { weight: ratio(0.1), current: true });
const stable = release('1.0.0', { weight: ratio(0.9) });

/** A whole journey with scripted answers; `events` is what happened, in order. */
async function journey(
  script: {
    states?: readonly string[];
    executed?: Result<{ exitCode: number }>;
    turnBackAt?: 'approve' | 'pick' | 'confirm';
    recovered?: boolean;
    untold?: boolean;
    noNumbers?: boolean;
    lockedByOther?: boolean;
    /** Process that acts, as the provider tells it. */
    acting?: number;
  } = {},
) {
  const events: string[] = [];
  const told: string[] = [];
  const folder = await temporaryFolder();
  const journal = new Journal(folder);
  const states = [...(script.states ?? ['s1', 's1', 's2'])];
  const provider: DeployProvider = {
    id: 'command',
    check: () => ok(undefined),
    programs: () => [['/bin/list']],
    list: async (): Promise<Result<DeployState>> => {
      events.push('list');
      return ok({ state: states.shift() ?? 'end', releases: [bad, stable] });
    },
    preview: async () => ok('would move 10 %'),
    describe: (request) => ['/bin/deploy', request.to.id, request.reason],
    execute: async (_request, _output, _signal, started) => {
      if (script.acting !== undefined) started(script.acting);
      const { entries } = await journal.read();
      events.push(`execute after journal ${entries.map((e) => e.event).join()}`);
      return script.executed ?? ok({ exitCode: 0 });
    },
  };
  const dialogs: RollbackDialogs = {
    pickTarget: async (all) => all[0],
    approvePrograms: async () => script.turnBackAt !== 'approve',
    pickRelease: async (_, options) => {
      events.push(`from ${options.from.version}`);
      return script.turnBackAt === 'pick' ? undefined : options.candidates[0];
    },
    showPreview: async (preview) =>
      void events.push(
        `preview ${preview.providerText}, ${preview.sourceText}, ${preview.argv.join(' ')}`,
      ),
    confirm: async (preview) => {
      events.push(`asked to run ${preview.argvWith('errors').join(' ')}`);
      return script.turnBackAt === 'confirm' ? undefined : { reason: 'errors' };
    },
    progress: (_, task) => task(() => undefined, new AbortController().signal),
    tell: (level, text) => {
      events.push(`tell ${level}`);
      told.push(text);
    },
  };
  const services: RollbackServices = {
    providers: new Map([['command', provider]]),
    journal,
    folder,
    user: 'me',
    now: Date.now,
    output: () => undefined,
    log: () => undefined,
    sourceChanges: async (from, to) => `${to.version}..${from.version}`,
    watch: async () => ({
      recovered: script.recovered ?? true,
      view:
        script.noNumbers === true
          ? undefined
          : { state: script.untold === true ? 'untold' : 'waiting', text: 'errors 6 %' },
    }),
  };
  if (script.lockedByOther === true) await lockTarget(folder, target({}), 'other', Date.now());
  const result = await runRollback(services, dialogs, [target({})], {});
  const recorded = (await journal.read()).entries;
  return { events, told, result, recorded, folder };
}

describe('rollback flow', () => {
  afterEach(removeTemporaryFolders);

  it('goes the whole way and records it before it acts', async () => {
    const { events, result, recorded } = await journey();
    assert.deepEqual(events, [
      'list',
      'from 2.0.0',
      'preview would move 10 %, 1.0.0..2.0.0, /bin/deploy id-1.0.0 {reason}',
      'asked to run /bin/deploy id-1.0.0 errors',
      'list',
      'execute after journal started',
      'tell info',
    ]);
    assert.deepEqual(result, ok('done'));
    assert.deepEqual(
      recorded.map((e) => e.event),
      ['started', 'finished', 'recovered'],
    );
    assert.deepEqual(
      [recorded[0]?.reason, recorded[0]?.argv],
      ['errors', ['/bin/deploy', 'id-1.0.0', 'errors']],
    );
  });

  for (const turnBackAt of ['approve', 'pick', 'confirm'] as const)
    it(`does nothing when the person turns back at ${turnBackAt}`, async () => {
      const { events, result, recorded } = await journey({ turnBackAt });
      assert.deepEqual(result, ok('cancelled'));
      assert.ok(!events.some((e) => e.startsWith('execute')));
      assert.deepEqual(recorded, []);
    });

  it('does nothing when the state has moved since the person looked', async () => {
    const { events, result } = await journey({ states: ['s1', 'other'] });
    assert.ok(!result.ok);
    assert.equal(result.failure.reason, 'stateMoved');
    assert.ok(!events.some((e) => e.startsWith('execute')));
  });

  it('does nothing while another window rolls the same target back', async () => {
    const { events, result } = await journey({ lockedByOther: true });
    assert.ok(!result.ok);
    assert.equal(result.failure.reason, 'busy');
    assert.ok(!events.some((e) => e.startsWith('execute')));
  });

  it('reads the state after a timeout instead of trying again', async () => {
    const { events, result, recorded } = await journey({ executed: fail('timeout', 'timed out') });
    assert.ok(!result.ok);
    assert.match(result.failure.message, /now runs: 2\.0\.0 10 %, 1\.0\.0 90 %/);
    assert.equal(events.filter((e) => e.startsWith('execute')).length, 1);
    assert.deepEqual(
      recorded.map((e) => e.event),
      ['started', 'unknown'],
    );
  });

  it('says that the command goes on, and what runs now, when the person stops watching it', async () => {
    const { told, result, recorded } = await journey({ executed: fail('aborted', 'stopped') });
    assert.deepEqual(result, ok('done'));
    assert.match(told[0] ?? '', /may still be running; shop-production now runs: 2\.0\.0 10 %/);
    assert.equal(recorded.at(-1)?.event, 'unknown');
  });

  it('keeps the target locked while a command that nobody watches still runs', async () => {
    const command = spawn(process.execPath, ['-e', 'process.stdin.resume()']);
    try {
      const { folder } = await journey({
        executed: fail('timeout', 'timed out'),
        acting: command.pid ?? 0,
      });
      const meanwhile = await lockTarget(folder, target({}), 'me again', Date.now());
      assert.ok(!meanwhile.ok);
      assert.equal(meanwhile.failure.reason, 'busy');
      const ended = once(command, 'exit');
      command.stdin.end();
      await ended;
      assert.ok((await lockTarget(folder, target({}), 'me again', Date.now())).ok);
    } finally {
      command.kill();
    }
  });

  it('frees the target after a command that ended, well or not', async () => {
    for (const executed of [ok({ exitCode: 0 }), fail('refused', 'no')]) {
      const { folder } = await journey({ executed, acting: process.pid });
      assert.ok((await lockTarget(folder, target({}), 'me again', Date.now())).ok);
    }
  });

  it('says when the numbers did not recover', async () => {
    const { events, recorded } = await journey({ recovered: false });
    assert.equal(events.at(-1), 'tell warning');
    assert.equal(recorded.at(-1)?.event, 'notRecovered');
  });

  it('does not call unknown numbers bad', async () => {
    const { events, told } = await journey({ recovered: false, noNumbers: true });
    assert.equal(events.at(-1), 'tell info');
    assert.match(told[0] ?? '', /no numbers of ours/);
  });

  it('claims neither recovery nor its absence where numbers can’t tell', async () => {
    const { events, told, recorded } = await journey({ recovered: false, untold: true });
    assert.equal(events.at(-1), 'tell info');
    assert.match(told[0] ?? '', /can’t be told here/);
    assert.equal(recorded.at(-1)?.event, 'stoppedWatching');
  });
});

describe('recovery', () => {
  const before = { bad: stats(0.06, 690), good: stats(0.004, 210) };
  it('waits for enough calls after the action', () => {
    assert.equal(judgeRecovery(stats(0, 200, 10), before.bad, before.good).state, 'waiting');
    assert.equal(judgeRecovery(undefined, before.bad, before.good).state, 'waiting');
    assert.equal(
      judgeRecovery(stats(0, 200, 1), before.bad, before.good).text,
      '1 call since the action, too few to tell',
    );
  });
  it('says 0 % of no errors only', () => {
    const text = (ratio: number) => judgeRecovery(stats(ratio, 215), before.bad, before.good).text;
    assert.match(text(0), /→ 0 %,/);
    assert.match(text(0.0002), /→ < 0\.1 %,/);
  });
  it('sees numbers that are back', () => {
    const view = judgeRecovery(stats(0.003, 215), before.bad, before.good);
    assert.deepEqual(view, {
      state: 'recovered',
      text: 'errors 6 % → 0.3 %, p95 690 ms → 215 ms (500 calls since the action)',
    });
  });
  it('is never told by a sample of traces, which doesn’t know how many calls fail', () => {
    const sampled = { ...stats(0, 215), basis: 'sample' as const };
    const view = judgeRecovery(sampled, before.bad, before.good);
    assert.equal(view.state, 'untold');
    assert.match(view.text, /sample of traces/);
  });
  it('sees numbers that are still bad, in errors or in latency', () => {
    assert.equal(judgeRecovery(stats(0.05, 215), before.bad, before.good).state, 'waiting');
    assert.equal(judgeRecovery(stats(0.003, 600), before.bad, before.good).state, 'waiting');
  });
});
