import type { ExceptionStack, ServiceExceptions } from '../domain/exceptionStack.ts';
import type { ServiceKey } from '../domain/service.ts';
import type { Milliseconds } from '../domain/units.ts';
import type { Remote } from '../rpc/contract.ts';
import type { IndexContract, SeenStack } from '../symbols/contract.ts';
import type { MetricsSource } from '../telemetry/ports.ts';
import type { KnownExceptions } from './stackErrors.ts';

/**
 * Brings the exceptions' stacks from the source to the index, which says where they lie. Frames travel once: to this thread when a stack is
 * new, to the index when the set of stacks is another one.
 */
export class ExceptionFeed {
  readonly #index: Pick<Remote<IndexContract>, 'call'>;
  #services: ReadonlyMap<ServiceKey, ServiceExceptions> = new Map();
  #stacks = new Map<string, ExceptionStack>();
  #given = '[]';

  constructor(index: Pick<Remote<IndexContract>, 'call'>) {
    this.#index = index;
  }

  get known(): KnownExceptions {
    return { services: this.#services, stacks: this.#stacks };
  }

  /** A source that can't answer leaves what was known: errors are shown with their age. */
  async follow(metrics: MetricsSource, window: Milliseconds, signal: AbortSignal): Promise<void> {
    const answer = await metrics.exceptions?.({ window, known: [...this.#stacks.keys()] }, signal);
    if (answer?.ok !== true || signal.aborted) return;
    const { services, stacks } = answer.value;
    const known = new Map([...this.#stacks, ...stacks.map((stack) => [stack.id, stack] as const)]);
    const used = new Set(services.flatMap((s) => s.exceptions.map(({ stack }) => stack)));
    this.#stacks = new Map([...known].filter(([id]) => used.has(id)));
    this.#services = new Map(services.map((s) => [s.service, s]));
  }

  clear(): void {
    this.#services = new Map();
    this.#stacks.clear();
  }

  async giveAgain(): Promise<void> {
    if (this.#given === '[]') return;
    this.#given = '[]';
    await this.give();
  }

  /** Has the index look where the stacks lie, when there are others than before; it tells when it knows. */
  async give(): Promise<void> {
    const seen = this.#seen();
    const keys = seen.map(({ stack, release }) => [stack.id, release.service, release.version]);
    const given = JSON.stringify(keys);
    if (given === this.#given) return;
    this.#given = given;
    await this.#index.call('stacks', { stacks: seen });
  }

  /** Each stack once per release, in an order that counts don't change. */
  #seen(): readonly SeenStack[] {
    const seen = new Map<string, SeenStack>();
    for (const { service, exceptions } of this.#services.values())
      for (const { stack: id, release: version } of exceptions) {
        const stack = this.#stacks.get(id);
        if (stack !== undefined)
          seen.set(`${id}\n${service}\n${version}`, { stack, release: { service, version } });
      }
    return [...seen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, stack]) => stack);
  }
}
