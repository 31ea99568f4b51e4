import { mayBeWritten, withoutOrigin, type Operation } from '../../domain/operation.ts';
import type { ServiceKey } from '../../domain/service.ts';
import type { TraceSpan } from '../../domain/trace.ts';

/** How a backend keeps names: most as they are; Zipkin in lower case and services without their namespace. */
export interface Naming {
  readonly folded: boolean;
}

export const asTheyAre: Naming = { folded: false };
export const lowerCase: Naming = { folded: true };

const fold = (text: string, { folded }: Naming): string => (folded ? text.toLowerCase() : text);

export const sameText = (a: string, b: string, naming: Naming): boolean =>
  fold(a, naming) === fold(b, naming);

/** The names under which a backend may list a service: its key, and what of it may be `service.name` alone. */
export function serviceNames(service: ServiceKey): readonly string[] {
  const names: string[] = [service];
  for (let at = service.indexOf('/'); at >= 0; at = service.indexOf('/', at + 1))
    names.push(service.slice(at + 1));
  return names.filter((name) => name !== '');
}

/** A backend without namespaces can't contradict one: then the name decides. */
export function isOfService(span: TraceSpan, service: ServiceKey, naming: Naming): boolean {
  if (sameText(span.service, service, naming)) return true;
  return (
    naming.folded &&
    !span.service.includes('/') &&
    serviceNames(service).some((name) => sameText(span.service, name, naming))
  );
}

/**
 * Whether a span is a call of an operation. That of a span is compared whole; one that metrics brought by what metrics and spans share:
 * the route with its method, the RPC method, the destination, the task, else the span's name.
 */
export function isCallOf(span: TraceSpan, operation: Operation, naming: Naming): boolean {
  const own = span.operation;
  if (own !== undefined && withoutOrigin(own.id) === withoutOrigin(operation.id)) return true;
  if (operation.overflow === true) return false;
  if (operation.kind !== 'unspecified' && span.kind !== operation.kind) return false;
  // Attributes keep their upper case everywhere.
  const same = (a: string | undefined, b: string): boolean => a === b;
  const isNamed = (name: string): boolean => mayBeWritten(span.name, name, naming.folded);
  const { http, rpc, messaging, task, code } = operation;
  if (code?.functionName !== undefined) return same(own?.code?.functionName, code.functionName);
  if (http?.route !== undefined) {
    const byRoute =
      same(own?.http?.route, http.route) &&
      (http.method === undefined || same(own?.http?.method, http.method));
    if (byRoute) return true;
    const said = own?.http?.route;
    if (said !== http.route && said?.toLowerCase() === http.route.toLowerCase()) return false;
    return spanNamesOf(operation).some(isNamed);
  }
  if (rpc !== undefined) return same(own?.rpc?.method, rpc.method) || isNamed(rpc.method);
  if (task !== undefined) return same(own?.task, task);
  if (isNamed(operation.name)) return true;
  return messaging !== undefined && same(own?.messaging?.destination, messaging.destination);
}

/** Span names that calls of an operation have by the conventions, the likeliest first. */
export function spanNamesOf({ source, name, http, rpc }: Operation): readonly string[] {
  const conventional =
    http?.route === undefined
      ? rpc === undefined
        ? []
        : [rpc.method]
      : [http.method === undefined ? http.route : `${http.method} ${http.route}`];
  // What metrics call an operation may be the name of an instrument; asking for it finds nothing, which costs little.
  return [...new Set(source === 'span' ? [name, ...conventional] : [...conventional, name])].filter(
    (text) => text !== '',
  );
}
