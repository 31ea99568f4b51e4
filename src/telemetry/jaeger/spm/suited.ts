import type { ServiceState } from '../../../domain/release.ts';
import type { ServiceKey } from '../../../domain/service.ts';
import type { Connection } from '../../backend.ts';
import { canAskFor } from './questions.ts';

/** What is said of a service whose requests have numbers that know no release. */
export const releaseRemedy = (service: ServiceKey): string =>
  `Releases of ${service} can’t be known from Jaeger’s span metrics: connect the Prometheus behind Jaeger as this environment’s “metrics”.`;

/** Why a connection's services have none of these numbers, whatever Jaeger has. */
export const notSuited = ({ select }: Pick<Connection, 'select'>): string | undefined =>
  Object.keys(select).length === 0
    ? undefined
    : 'Jaeger’s span metrics can’t be narrowed to what “select” asks for';

/**
 * Services whose requests its metrics tell apart from others', by their names in Jaeger. Traces must have told which service a name is: one
 * of two namespaces or environments would get the sum of both.
 */
export function suitedServices(
  connection: Pick<Connection, 'select' | 'options'>,
  known: ReadonlyMap<string, readonly ServiceState[]>,
): ReadonlyMap<string, ServiceKey> {
  const suited = new Map<string, ServiceKey>();
  if (notSuited(connection) !== undefined) return suited;
  for (const [name, states] of known) {
    const [only] = states;
    if (states.length !== 1 || only === undefined || only.problem !== undefined) continue;
    if (canAskFor(name) && !isSampleWanted(connection, name)) suited.set(name, only.service);
  }
  return suited;
}

/** A person's choice: `"sources": {"*": "sample"}` of the connection. */
function isSampleWanted({ options }: Pick<Connection, 'options'>, name: string): boolean {
  const sources = options?.['sources'];
  if (typeof sources !== 'object' || sources === null) return false;
  const chosen = new Map(Object.entries(sources));
  return (chosen.get(name) ?? chosen.get('*')) === 'sample';
}
