import { serviceKey } from '../../domain/service.ts';
import { sameText, serviceNames, type Naming } from '../traces/naming.ts';
import type { Known } from './knownService.ts';

/** The newest traces of a service are asked for that often while no function in sight is its. */
export const lookEvery = 15 * 60_000;
/** Those that the workspace's repositories name, and for a while those that had no traces yet: what has just begun is met soon. */
export const lookSoonEvery = 30_000;
const youngFor = 10 * 60_000;
/** Services that nobody asked about for so long are only looked at. */
const followedFor = 30 * 60_000;

/** When, and in which order, services are looked at that nobody asks about. */
export class LookOrder {
  readonly #naming: Naming;
  readonly #likelyServices: () => readonly string[];

  /** @param likelyServices names that services of the workspace may have */
  constructor(naming: Naming, likelyServices: () => readonly string[]) {
    this.#naming = naming;
    this.#likelyServices = likelyServices;
  }

  isDue({ name, sample, metAt, refreshedAt, askedAt }: Known, now: number): boolean {
    if (now - askedAt <= followedFor) return false;
    const young = now - metAt < youngFor && sample.tracesSince(0) === 0;
    const every = young || this.#isLikely(name) ? lookSoonEvery : lookEvery;
    return now - refreshedAt >= every;
  }

  /** What the workspace's repositories name, then all others. */
  likelyFirst(names: readonly string[]): readonly string[] {
    return names.toSorted((a, b) => Number(this.#isLikely(b)) - Number(this.#isLikely(a)));
  }

  #isLikely(name: string): boolean {
    return this.#likelyServices().some((one) =>
      serviceNames(serviceKey(one)).some((other) => sameText(other, name, this.#naming)),
    );
  }
}
