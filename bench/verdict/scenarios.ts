import type {
  ComparisonBlock,
  ComparisonSample,
  ComparisonSide,
} from '../../src/domain/comparison.ts';
import { unixMillis } from '../../src/domain/units.ts';
import type { Random } from './random.ts';

/** What one call does. */
interface Call {
  readonly failed: boolean;
  readonly ms: number;
}

/** How calls of a release come about at a minute; `instance` counts from 0 over candidate and baseline together. */
export interface Scenario {
  readonly name: string;
  /** Calls per minute of one function of the candidate; the baseline gets nine times as many. */
  readonly rate: (minute: number) => number;
  readonly candidateInstances: number;
  readonly baselineInstances: number;
  readonly call: (random: Random, place: Place) => Call;
}

export interface Place {
  readonly minute: number;
  readonly instance: number;
  readonly slowInstance: number;
  readonly outage: boolean;
  readonly candidate: boolean;
}

const lognormal = (random: Random, median: number, sigma: number): number =>
  median * Math.exp(sigma * random.normal());

const steady = (random: Random): Call => ({
  failed: random.next() < 0.01,
  ms: lognormal(random, 80, 0.6),
});

/** Rollouts of identical releases: every alarm is false. */
export const identical: readonly Scenario[] = [
  {
    name: 'independent calls',
    rate: () => 40,
    candidateInstances: 1,
    baselineInstances: 1,
    call: steady,
  },
  {
    name: 'outage minutes that hit both',
    rate: () => 40,
    candidateInstances: 1,
    baselineInstances: 1,
    call: (random, { outage }) =>
      outage ? { failed: random.next() < 0.4, ms: lognormal(random, 900, 0.6) } : steady(random),
  },
  {
    name: 'one slow instance',
    rate: () => 40,
    candidateInstances: 3,
    baselineInstances: 9,
    call: (random, { instance, slowInstance }) =>
      instance === slowInstance
        ? { failed: random.next() < 0.08, ms: lognormal(random, 300, 0.6) }
        : steady(random),
  },
  {
    name: 'daily ramp',
    rate: (minute) => 10 + minute * 2,
    candidateInstances: 1,
    baselineInstances: 1,
    call: (random, { minute }) => ({
      failed: random.next() < 0.005 + minute * 0.0005,
      ms: lognormal(random, 60 + minute * 3, 0.6),
    }),
  },
];

/** Real regressions, judged at 1,000 candidate calls: a missing alarm is a miss. */
export const regressions: readonly Scenario[] = [
  {
    name: 'errors 1 → 5 %',
    rate: () => 100,
    candidateInstances: 1,
    baselineInstances: 1,
    call: (random, { candidate }) => ({
      failed: random.next() < (candidate ? 0.05 : 0.01),
      ms: lognormal(random, 80, 0.6),
    }),
  },
  {
    name: 'p95 × 1.5',
    rate: () => 100,
    candidateInstances: 1,
    baselineInstances: 1,
    call: (random, { candidate }) => ({
      failed: random.next() < 0.01,
      ms: lognormal(random, candidate ? 120 : 80, 0.6),
    }),
  },
];

/** Base-2 exponential buckets of scale 4, as the receiver keeps them. */
const scale = 16;

export class Side {
  readonly #blocks: ComparisonBlock[] = [];
  readonly #instances: Tally[];
  readonly #version: string;

  constructor(version: string, instances: number) {
    this.#version = version;
    this.#instances = Array.from({ length: instances }, () => new Tally());
  }

  addMinute(minute: number, calls: readonly (Call & { readonly instance: number })[]): void {
    const block = new Tally();
    for (const call of calls) {
      block.add(call);
      this.#instances[call.instance]?.add(call);
    }
    this.#blocks.push({ at: unixMillis(minute * 60_000), ...block.sample() });
  }

  view(): ComparisonSide {
    const side = { version: this.#version, firstSeen: unixMillis(0), blocks: this.#blocks };
    return this.#instances.length < 2
      ? side
      : { ...side, instances: this.#instances.map((tally) => tally.sample()) };
  }
}

class Tally {
  #calls = 0;
  #errors = 0;
  readonly #counts = new Map<number, number>();

  add(call: Call): void {
    this.#calls++;
    if (call.failed) this.#errors++;
    else {
      const index = Math.ceil(Math.log2(call.ms) * scale) - 1;
      this.#counts.set(index, (this.#counts.get(index) ?? 0) + 1);
    }
  }

  sample(): ComparisonSample {
    const buckets = [...this.#counts]
      .sort(([a], [b]) => a - b)
      .map(([index, count]) => ({
        low: 2 ** (index / scale),
        high: 2 ** ((index + 1) / scale),
        count,
      }));
    return { calls: this.#calls, errors: this.#errors, buckets };
  }
}
