import type { DestinationBinding } from '../../../../domain/endpoint.ts';
import type { EndpointFramework } from '../../endpoints/endpointFramework.ts';
import type { CallExpr, Expr } from '../../expression.ts';
import type { Scope } from '../../fileFacts.ts';
import type { Found } from '../handlers.ts';
import type { LinkedFile } from '../linkedFile.ts';

/** An endpoint before its handler is made a reference. */
export interface LinkedEndpoint {
  readonly framework: EndpointFramework;
  readonly key: string;
  readonly origin?: string;
  readonly openStart?: true;
  readonly unresolved?: string;
  readonly unregistered?: true;
  readonly handler: Found | undefined;
  readonly file: LinkedFile;
  readonly line: number;
}

export interface LinkedConsumers {
  readonly endpoints: readonly LinkedEndpoint[];
  readonly bindings: readonly DestinationBinding[];
}

/** A registration with its file. */
export interface Placed {
  readonly file: LinkedFile;
  readonly scope: Scope;
  readonly call: CallExpr;
  readonly target: number | undefined;
}

/** Last name of a callee or decorator. */
export function calleeName(call: CallExpr): string {
  const callee: Expr = call.call;
  if (typeof callee !== 'object' || callee === null) return '';
  if ('of' in callee) return callee.member;
  return 'name' in callee ? callee.name.slice(callee.name.lastIndexOf('.') + 1) : '';
}
