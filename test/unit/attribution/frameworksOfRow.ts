import type { Attribution } from '../../../src/domain/attribution.ts';
import type { EndpointProtocol } from '../../../src/domain/endpoint.ts';
import type { FunctionId } from '../../../src/domain/functionDecl.ts';
import type { Operation } from '../../../src/domain/operation.ts';
import type { WorkspaceFacts } from '../../../src/domain/workspace.ts';

/** Ids of the frameworks found in a workspace, by the functions that they reach. */
export class FoundFrameworks {
  readonly all = new Set<string>();
  private readonly byHandler = new Map<FunctionId, Set<string>>();
  private readonly byPath = new Map<string, Set<string>>();
  private readonly byProtocol = new Map<EndpointProtocol | 'http' | 'graphql', Set<string>>();

  constructor(facts: WorkspaceFacts) {
    for (const { framework, handler, path } of facts.routes) {
      add(this.byHandler, handler.id, framework);
      add(this.byPath, withoutSlashes(path), framework);
      add(this.byProtocol, 'http', framework);
      this.all.add(framework);
    }
    for (const { framework, path } of facts.openRoutes) {
      add(this.byPath, withoutSlashes(path), framework);
      add(this.byProtocol, 'http', framework);
      this.all.add(framework);
    }
    for (const { framework, handler, protocol } of facts.endpoints) {
      if (handler !== undefined) add(this.byHandler, handler.id, framework);
      add(this.byProtocol, protocol, framework);
      this.all.add(framework);
    }
    for (const { framework, handler } of facts.resolvers) {
      if (handler !== undefined) add(this.byHandler, handler.id, framework);
      add(this.byProtocol, 'graphql', framework);
      this.all.add(framework);
    }
  }

  ofHandler(id: FunctionId): ReadonlySet<string> {
    return this.byHandler.get(id) ?? none;
  }

  /**
   * Frameworks that an answer is about: those that register the functions it names; where it names none, the one that registers the
   * path, or the only one that the operation can be of. Empty: none of them, as for a span made by hand.
   */
  of(operation: Operation, answer: Attribution): ReadonlySet<string> {
    const kind = kindOf(operation);
    const alike = (kind === undefined ? undefined : this.byProtocol.get(kind)) ?? none;
    const refs =
      answer.kind === 'owned'
        ? [answer.owner]
        : answer.kind === 'ambiguous'
          ? answer.candidates
          : undefined;
    if (refs !== undefined) {
      const found = new Set(refs.flatMap((ref) => [...this.ofHandler(ref.id)]));
      const same = [...found].filter((id) => alike.has(id));
      return same.length > 0 ? new Set(same) : found;
    }
    const { route } = operation.http ?? {};
    const registering = route === undefined ? undefined : this.byPath.get(withoutSlashes(route));
    if (registering !== undefined) return registering;
    const named = [...alike].filter((id) => operation.scope.toLowerCase().includes(id));
    if (named.length > 0) return new Set(named);
    return alike.size === 1 ? alike : none;
  }
}

const none: ReadonlySet<string> = new Set();

function kindOf(operation: Operation): EndpointProtocol | 'http' | 'graphql' | undefined {
  if (operation.layer?.framework === 'graphql') return 'graphql';
  if (operation.task !== undefined) return 'task';
  if (operation.messaging !== undefined) return 'destination';
  if (operation.rpc !== undefined) return 'rpc';
  return operation.http === undefined ? undefined : 'http';
}

const withoutSlashes = (path: string): string => path.replace(/^\/+|\/+$/g, '');

function add<K>(sets: Map<K, Set<string>>, key: K, framework: string): void {
  const known = sets.get(key);
  if (known) known.add(framework);
  else sets.set(key, new Set([framework]));
}
