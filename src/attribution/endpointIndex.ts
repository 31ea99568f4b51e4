import type { DestinationBinding, EndpointDecl } from '../domain/endpoint.ts';
import { mayBeWritten } from '../domain/operation.ts';
import { NameIndex } from './nameIndex.ts';

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
  private readonly services: NameIndex<EndpointDecl>;
  private readonly taskIndex: NameIndex<EndpointDecl>;
  private readonly procedures: NameIndex<EndpointDecl>;
  private readonly destinationIndex: NameIndex<EndpointDecl>;
  private readonly bindings: readonly {
    readonly pattern: readonly string[];
    readonly to: string;
  }[];
  /** All consumers of destinations. */
  readonly consumers: readonly EndpointDecl[];

  constructor(endpoints: readonly EndpointDecl[], bindings: readonly DestinationBinding[]) {
    const of = (protocol: EndpointDecl['protocol']): EndpointDecl[] =>
      endpoints.filter((e) => e.protocol === protocol);
    this.services = new NameIndex(of('rpc'), (e) => e.key.slice(0, e.key.indexOf('/')));
    this.taskIndex = new NameIndex(of('task'), (e) => lastName(e.key));
    this.procedures = new NameIndex(of('procedure'), (e) => e.key);
    this.consumers = of('destination');
    this.destinationIndex = new NameIndex(
      this.consumers.filter((e) => e.unresolved === undefined),
      (e) => e.key,
    );
    this.bindings = bindings.map(({ from, to }) => ({ pattern: from.split('.'), to }));
  }

  /** All endpoints of a service by its simple name; generators of code may append `Service` to it. */
  service(simpleName: string, folded?: boolean): readonly EndpointDecl[] {
    const found = this.services.named(simpleName, folded);
    const end = folded === true && simpleName === simpleName.toLowerCase() ? 'service' : 'Service';
    return found.length > 0 ? found : this.services.named(simpleName + end, folded);
  }

  /** Ruby's modules are joined with `::`. */
  task(written: string, folded?: boolean): readonly EndpointDecl[] {
    const name = written.replaceAll('::', '.');
    return this.taskIndex.named(lastName(name), folded).filter(({ key, openStart }) => {
      const said = folded === true ? key.toLowerCase() : key;
      return said === name || (openStart === true && `.${said}`.endsWith(`.${name}`));
    });
  }

  /** Service and method may be joined by a slash in telemetry. */
  procedure(name: string): readonly EndpointDecl[] {
    const found = this.procedures.named(name);
    return found.length > 0 ? found : this.procedures.named(name.replace('/', '.'));
  }

  destination(name: string, folded?: boolean): readonly EndpointDecl[] {
    return this.destinationIndex.named(name, folded);
  }

  /** Queues that get the messages of an exchange, or of a routing key. */
  queuesOf(name: string, folded?: boolean): readonly string[] {
    const words = name.split('.');
    return this.bindings.filter((b) => binds(b.pattern, words, folded)).map((b) => b.to);
  }
}

/**
 * AMQP's topics: `*` is one word, `#` any number of them. Compared word by word: as an expression, a pattern with many `#` could take
 * forever. https://www.rabbitmq.com/tutorials/tutorial-five-python
 */
function binds(
  pattern: readonly string[],
  words: readonly string[],
  folded: boolean | undefined,
): boolean {
  let [at, from, resume] = [0, -1, 0];
  for (let word = 0; word < words.length;) {
    const wanted = pattern[at];
    const said = words[word] ?? '';
    if (wanted === '#') {
      [from, resume] = [at, word];
      at += 1;
    } else if (wanted !== undefined && (wanted === '*' || mayBeWritten(said, wanted, folded))) {
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
