import type { Operation, OperationId } from '../../../domain/operation.ts';
import type { ServiceKey } from '../../../domain/service.ts';
import { unixMillis } from '../../../domain/units.ts';
import { CoreState } from '../../local/core/coreState.ts';
import { identify } from '../../local/core/identity.ts';
import type { SpmRow } from './wire.ts';

const mostOperations = 10_000;

/** A request's operation, and what Jaeger calls it and its service. */
export interface FoundRequest {
  readonly operation: Operation;
  readonly service: string;
  readonly name: string;
}

/** Operations that Jaeger's metrics were seen to have: requests by the names of their spans. */
export class FoundRequests {
  readonly #identity: string;
  readonly #known = new Map<OperationId, FoundRequest>();
  readonly #listeners = new Set<(found: readonly Operation[]) => void>();

  /** @param identity makes them the connection's own */
  constructor(identity: string) {
    this.#identity = identity;
  }

  get list(): readonly Operation[] {
    return [...this.#known.values()].map(({ operation }) => operation);
  }

  get(id: OperationId): FoundRequest | undefined {
    return this.#known.get(id);
  }

  countOf(service: string): number {
    let count = 0;
    for (const known of this.#known.values()) if (known.service === service) count += 1;
    return count;
  }

  /**
   * The one request that a function answers. Several can't be put together: their numbers are means and quantiles. What traces know beside it (a
   * route without calls of late, a consumer) can't be left out either.
   * @param traced operations of traces
   */
  onlyOf(
    operations: readonly OperationId[],
    traced: ReadonlyMap<OperationId, Operation>,
  ): FoundRequest | undefined {
    const [only, ...others] = operations.flatMap((id) => this.#known.get(id) ?? []);
    if (only === undefined || others.length > 0) return undefined;
    const { service, name } = only.operation;
    const isOther = (one: Operation): boolean =>
      one.kind === 'consumer' ||
      (one.kind === 'server' && (one.name !== name || one.service !== service));
    const answered = operations.flatMap((id) => traced.get(id) ?? []);
    return answered.some(isOther) ? undefined : only;
  }

  onDidFind(listener: (found: readonly Operation[]) => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  /** @returns whether one wasn't known */
  add(service: ServiceKey, rows: readonly SpmRow[]): boolean {
    const state = new CoreState({ now: unixMillis(0), compare: nothingIsCompared }, 0);
    const entry = state.services.find(service, '');
    if (entry === undefined) return false;
    const added: Operation[] = [];
    for (const row of rows) {
      if (this.#known.size >= mostOperations) break;
      const said = identify({ kind: 'server', name: row.operation, scope: '', attributes: {} });
      const identity = { ...said, key: `${this.#identity}\n${said.key}` };
      const { operation } = state.operations.find(entry, 'metric', identity, undefined, undefined);
      if (operation.overflow === true || this.#known.has(operation.id)) continue;
      this.#known.set(operation.id, { operation, service: row.service, name: row.operation });
      added.push(operation);
    }
    if (added.length === 0) return false;
    for (const listener of [...this.#listeners]) listener(added);
    return true;
  }

  dispose(): void {
    this.#listeners.clear();
  }
}

const nothingIsCompared = (): never => {
  throw new Error('nothing is compared here');
};
