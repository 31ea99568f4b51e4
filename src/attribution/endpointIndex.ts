import type { DestinationBinding, EndpointDecl } from '../domain/endpoint.ts';
import { groupBy } from './groupBy.ts';

/** An RPC's name in parts: `shop.v1.Cart/AddItem`. */
export interface RpcName {
  /** Package, then the service's own name. */
  readonly service: readonly string[];
  readonly method: string;
}

/** `/pkg.Svc/Method` (Python), `grpc.pkg.Svc/Method` (Node), `pkg.Svc/Method`; undefined for anything else. */
export function rpcName(text: string): RpcName | undefined {
  const match = /^\/?([\w.]+)\/(\w+)$/.exec(text);
  return match === null
    ? undefined
    : { service: (match[1] ?? '').split('.'), method: match[2] ?? '' };
}

/** Languages write a method's name in their own case: `add_item`, `addItem`, `AddItem`. */
export const methodKey = (name: string): string => name.replaceAll('_', '').toLowerCase();

const lastName = (dotted: string): string => dotted.slice(dotted.lastIndexOf('.') + 1);

/** Endpoints of the source by what telemetry names. */
export class EndpointIndex {
  private readonly services: Map<string, EndpointDecl[]>;
  private readonly taskIndex: Map<string, EndpointDecl[]>;
  private readonly procedures: Map<string, EndpointDecl[]>;
  private readonly destinationIndex: Map<string, EndpointDecl[]>;
  private readonly bindings: readonly {
    readonly pattern: readonly string[];
    readonly to: string;
  }[];
  /** All consumers of destinations. */
  readonly consumers: readonly EndpointDecl[];

  constructor(endpoints: readonly EndpointDecl[], bindings: readonly DestinationBinding[]) {
    const of = (protocol: EndpointDecl['protocol']): EndpointDecl[] =>
      endpoints.filter((e) => e.protocol === protocol);
    this.services = groupBy(of('rpc'), (e) => e.key.slice(0, e.key.indexOf('/')));
    this.taskIndex = groupBy(of('task'), (e) => lastName(e.key));
    this.procedures = groupBy(of('procedure'), (e) => e.key);
    this.consumers = of('destination');
    this.destinationIndex = groupBy(
      this.consumers.filter((e) => e.unresolved === undefined),
      (e) => e.key,
    );
    this.bindings = bindings.map(({ from, to }) => ({ pattern: from.split('.'), to }));
  }

  /** All endpoints of a service by its simple name; generators of code may append `Service` to it. */
  service(simpleName: string): readonly EndpointDecl[] {
    return this.services.get(simpleName) ?? this.services.get(`${simpleName}Service`) ?? [];
  }

  /** Ruby's modules are joined with `::`. */
  task(written: string): readonly EndpointDecl[] {
    const name = written.replaceAll('::', '.');
    const last = this.taskIndex.get(lastName(name)) ?? [];
    return last.filter(
      (e) => e.key === name || (e.openStart === true && `.${e.key}`.endsWith(`.${name}`)),
    );
  }

  /** Service and method may be joined by a slash in telemetry. */
  procedure(name: string): readonly EndpointDecl[] {
    return this.procedures.get(name) ?? this.procedures.get(name.replace('/', '.')) ?? [];
  }

  destination(name: string): readonly EndpointDecl[] {
    return this.destinationIndex.get(name) ?? [];
  }

  /** Queues that get the messages of an exchange, or of a routing key. */
  queuesOf(name: string): readonly string[] {
    const words = name.split('.');
    return this.bindings.filter((b) => binds(b.pattern, words)).map((b) => b.to);
  }
}

/**
 * AMQP's topics: `*` is one word, `#` any number of them. Compared word by word: as an expression, a pattern with many `#` could take
 * forever. https://www.rabbitmq.com/tutorials/tutorial-five-python
 */
function binds(pattern: readonly string[], words: readonly string[]): boolean {
  let [at, from, resume] = [0, -1, 0];
  for (let word = 0; word < words.length;) {
    const wanted = pattern[at];
    if (wanted === '#') {
      [from, resume] = [at, word];
      at += 1;
    } else if (wanted !== undefined && (wanted === '*' || wanted === words[word])) {
      at += 1;
      word += 1;
    } else {
      if (from < 0) return false;
      // The last `#` takes one word more.
      at = from + 1;
      resume += 1;
      word = resume;
    }
  }
  return pattern.slice(at).every((wanted) => wanted === '#');
}
