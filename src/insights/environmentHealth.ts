import type { ServiceState } from '../domain/release.ts';
import { sentence, type Failure } from '../domain/result.ts';
import type { ServiceKey } from '../domain/service.ts';
import type { EnvironmentView } from './contract.ts';

/**
 * The environment's health as the status bar tells it: that of its connection, and what is wrong with services that are looked at. A
 * problem of one service alone says nothing of the others, unless all have one.
 *
 * @param failure of the last question to the backend
 * @param inSight services of the files in sight
 */
export function healthOf(
  own: Omit<EnvironmentView, 'services'>,
  services: readonly ServiceState[],
  failure: Failure | undefined,
  inSight: ReadonlySet<ServiceKey>,
): EnvironmentView {
  const { name, production, window, detail } = own;
  // The receiver knows that it listens, the services know that somebody speaks.
  const health =
    own.health === 'listening' && services.some((one) => one.alive) ? 'ok' : own.health;
  const problem = problemOf(services, inSight);
  const view =
    health === 'ok' && problem !== undefined
      ? { name, production, window, health: 'degraded' as const, detail: problem }
      : { name, production, window, health, detail };
  return failure === undefined || view.health === 'off'
    ? { ...view, services }
    : { ...view, health: 'unreachable', detail: sentence(failure), failure, services };
}

function problemOf(
  services: readonly ServiceState[],
  inSight: ReadonlySet<ServiceKey>,
): string | undefined {
  const all = services.every((one) => one.problem !== undefined);
  return services.find((one) => one.problem !== undefined && (all || inSight.has(one.service)))
    ?.problem;
}
