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

/** Endpoints of the source by what telemetry names. */
export class EndpointIndex {
  private readonly services: Map<string, EndpointDecl[]>;
  private readonly taskIndex: Map<string, EndpointDecl[]>;
  private readonly destinationIndex: Map<string, EndpointDecl[]>;
  private readonly boundTo: Map<string, DestinationBinding[]>;
  /** Consumers whose destination can't be read. */
  readonly unread: readonly EndpointDecl[];

  constructor(endpoints: readonly EndpointDecl[], bindings: readonly DestinationBinding[]) {
    const of = (protocol: EndpointDecl['protocol']): EndpointDecl[] =>
      endpoints.filter((e) => e.protocol === protocol);
    this.services = groupBy(of('rpc'), (e) => e.key.slice(0, e.key.indexOf('/')));
    this.taskIndex = groupBy(of('task'), (e) => e.key.slice(e.key.lastIndexOf('.') + 1));
    const destinations = of('destination');
    this.destinationIndex = groupBy(
      destinations.filter((e) => e.unresolved === undefined),
      (e) => e.key,
    );
    this.unread = destinations.filter((e) => e.unresolved !== undefined);
    this.boundTo = groupBy(bindings, (b) => b.from);
  }

  /** All endpoints of a service by its simple name; generators of code may append `Service` to it. */
  service(simpleName: string): readonly EndpointDecl[] {
    return this.services.get(simpleName) ?? this.services.get(`${simpleName}Service`) ?? [];
  }

  task(name: string): readonly EndpointDecl[] {
    const last = this.taskIndex.get(name.slice(name.lastIndexOf('.') + 1)) ?? [];
    return last.filter(
      (e) => e.key === name || (e.openStart === true && `.${e.key}`.endsWith(`.${name}`)),
    );
  }

  destination(name: string): readonly EndpointDecl[] {
    return this.destinationIndex.get(name) ?? [];
  }

  /** Queues that get the messages of an exchange. */
  queuesOf(exchange: string): readonly string[] {
    return (this.boundTo.get(exchange) ?? []).map((b) => b.to);
  }
}
