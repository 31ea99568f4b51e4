import type { Operation, OperationId } from '../../../domain/operation.ts';
import { unixMillis } from '../../../domain/units.ts';
import { CoreState } from '../../local/core/coreState.ts';
import { allCalls, type Catalogue, type KnownCalls } from './catalogue.ts';
import { readRow } from '../readRow.ts';
import { identityOf } from '../slots/slotWriter.ts';

/** Operations that a backend was seen to have. */
export class FoundOperations {
  /** Makes the connection's operations its own. */
  readonly identity: string;
  readonly #known = new Map<OperationId, Operation>();
  readonly #listeners = new Set<(found: readonly Operation[]) => void>();

  constructor(identity: string) {
    this.identity = identity;
  }

  get list(): readonly Operation[] {
    return [...this.#known.values()];
  }

  has(operation: OperationId): boolean {
    return this.#known.has(operation);
  }

  onDidFind(listener: (found: readonly Operation[]) => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  /** Operations of all services, so that functions find theirs before any is asked about. */
  add({ services }: Pick<Catalogue, 'services'>): void {
    const state = emptyState();
    for (const known of services.values())
      for (const calls of allCalls(known))
        for (const labels of calls.rows) this.#operationOf(state, calls, labels);
    this.addOperations(state.operations.list);
  }

  /** Reads which operation a series of a service belongs to. */
  operationsOf(known: KnownCalls): (labels: KnownCalls['rows'][number]) => OperationId | undefined {
    const state = emptyState();
    return (labels) => this.#operationOf(state, known, labels)?.id;
  }

  #operationOf(
    state: CoreState,
    { found }: KnownCalls,
    labels: KnownCalls['rows'][number],
  ): Operation | undefined {
    const meaning = readRow(found, labels);
    const service = state.services.find(meaning.service, meaning.environment);
    if (service === undefined) return undefined;
    const identity = identityOf(meaning, this.identity);
    return state.operations.find(service, 'metric', identity, undefined, undefined).operation;
  }

  addOperations(operations: readonly Operation[]): void {
    const added = operations.filter(({ id }) => !this.#known.has(id));
    if (added.length === 0) return;
    for (const operation of added) this.#known.set(operation.id, operation);
    for (const listener of [...this.#listeners]) listener(added);
  }
}

function emptyState(): CoreState {
  const compare = (): never => {
    throw new Error('nothing is compared here');
  };
  return new CoreState({ now: unixMillis(0), compare }, 0);
}
