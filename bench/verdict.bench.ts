// False alarms and power of the release verdict, by simulation. Smoke: few rollouts, nothing judged.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { milliseconds } from '../src/domain/units.ts';
import { compareReleases } from '../src/releases/compareReleases.ts';
import { report, smoke } from './report.ts';
import { Random } from './verdict/random.ts';
import { readRecordedCalls } from './verdict/recorded.ts';
import type { Scenario } from './verdict/scenarios.ts';
import { identical, regressions, Side } from './verdict/scenarios.ts';

const functions = 10;
const context = { block: milliseconds(60_000), functions, basis: 'concurrent' } as const;
const minutes = 40;

/** One function of one rollout; true as soon as any look says `worse`. */
function alarms(scenario: Scenario, random: Random, minutesToRun: number, slow: number): boolean {
  const candidate = new Side('v2', scenario.candidateInstances);
  const baseline = new Side('v1', scenario.baselineInstances);
  for (let minute = 0; minute < minutesToRun; minute++) {
    const outage = minute % 13 === 7;
    for (const [side, share, isCandidate] of [
      [candidate, 1, true],
      [baseline, 9, false],
    ] as const) {
      const instances = isCandidate ? scenario.candidateInstances : scenario.baselineInstances;
      const calls = Array.from({ length: random.poisson(scenario.rate(minute) * share) }, () => {
        const instance = Math.floor(random.next() * instances);
        const place = {
          minute,
          outage,
          candidate: isCandidate,
          slowInstance: slow,
          instance: isCandidate ? instance : scenario.candidateInstances + instance,
        };
        return { ...scenario.call(random, place), instance };
      });
      side.addMinute(minute, calls);
    }
    if (compareReleases(candidate.view(), baseline.view(), context).verdict === 'worse')
      return true;
  }
  return false;
}

function groupBy<T, K>(items: readonly T[], key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}

const rollouts = smoke ? 3 : Number(process.env['ROLLOUTS'] ?? 300);
for (const scenario of identical) {
  const random = new Random(20261121);
  let alarmed = 0;
  for (let rollout = 0; rollout < rollouts; rollout++) {
    const instances = scenario.candidateInstances + scenario.baselineInstances;
    const slow = Math.floor(random.next() * instances);
    let any = false;
    for (let f = 0; f < functions && !any; f++) any = alarms(scenario, random, minutes, slow);
    if (any) alarmed++;
  }
  report({
    name: `verdict: false alarms, ${scenario.name}`,
    value: alarmed / rollouts,
    budget: 0.01,
    unit: 'of rollouts',
    detail: `${alarmed} of ${rollouts} rollouts of identical releases, ${functions} functions, a look each minute for ${minutes} min`,
  });
}

const tries = smoke ? 5 : 300;
for (const scenario of regressions) {
  const random = new Random(7);
  let found = 0;
  for (let i = 0; i < tries; i++) if (alarms(scenario, random, 10, -1)) found++;
  report({
    name: `verdict: power, ${scenario.name}`,
    value: 1 - found / tries,
    budget: 0.2,
    unit: 'missed',
    detail: `${found} of ${tries} found at 1,000 candidate calls beside 9,000, as one of ${functions} functions`,
  });
}

const recordings = path.resolve(process.env['PRODLENS_ROOT'] ?? '.', '../shared/recordings');
if (existsSync(recordings)) {
  const random = new Random(99);
  let alarmed = 0;
  let split = 0;
  const byApplication = readRecordedCalls(recordings);
  for (let round = 0; round < (smoke ? 1 : 60); round++)
    for (const [, calls] of byApplication) {
      split++;
      const inCandidate = new Map<string, boolean>();
      for (const { traceId } of calls)
        if (!inCandidate.has(traceId)) inCandidate.set(traceId, random.next() < 0.1);
      const operations = groupBy(calls, (call) => call.operation);
      const family = { ...context, functions: operations.size };
      let any = false;
      for (const [, own] of operations) {
        const candidate = new Side('v2', 1);
        const baseline = new Side('v1', 1);
        for (const [minute, inMinute] of [...groupBy(own, (c) => c.minute)].sort(
          ([a], [b]) => a - b,
        )) {
          for (const side of [true, false])
            (side ? candidate : baseline).addMinute(
              minute,
              inMinute
                .filter((c) => inCandidate.get(c.traceId) === side)
                .map((c) => ({ ...c, instance: 0 })),
            );
          if (compareReleases(candidate.view(), baseline.view(), family).verdict === 'worse')
            any = true;
        }
      }
      if (any) alarmed++;
    }
  report({
    name: 'verdict: false alarms, recorded calls split at random',
    value: alarmed / split,
    budget: 0.01,
    unit: 'of rollouts',
    detail: `${alarmed} of ${split} random splits by trace of ${byApplication.size} recorded applications`,
  });
} else
  report.skipped('verdict: recorded calls split at random', 'no recordings beside the project');
