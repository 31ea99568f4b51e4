import type { FunctionRef } from './functionDecl.ts';

/** How production reaches the function: a remote call of a service or by name alone, a message of a destination, a task of a job system. */
export type EndpointProtocol = 'rpc' | 'procedure' | 'destination' | 'task';

/** What a program serves beside HTTP routes, found in source. */
export interface EndpointDecl {
  readonly framework: string;
  readonly protocol: EndpointProtocol;
  /** Messaging system as telemetry names it (`kafka`, `rabbitmq`); absent: any. */
  readonly system?: string;
  /** `PaymentService/Charge` without package (`*`: some method of it), a procedure's name, a topic or queue, a dotted task name. */
  readonly key: string;
  /** Where the service's definition comes from, as written: tells two packages' services of one name apart. */
  readonly origin?: string;
  /** The first parts of the key may be missing in telemetry: from which folder the program runs isn't written anywhere. */
  readonly openStart?: true;
  /** Absent: not a function of the workspace, or computed. */
  readonly handler?: FunctionRef;
  readonly registeredAt: { readonly path: string; readonly line: number };
  /** Part of the key that could not be read from the source. */
  readonly unresolved?: string;
  /** The implementing class says it, but no registration of it was seen. */
  readonly unregistered?: true;
  /** In a test file: never owner while another one exists. */
  readonly inTest?: true;
}

/** An exchange, or a pattern of routing keys, whose messages reach a queue: some instrumentations name only the first. */
export interface DestinationBinding {
  readonly from: string;
  readonly to: string;
}
