import type { FunctionNumbers } from '../domain/stats.ts';
import { unixMillis } from '../domain/units.ts';
import type { NumbersQuery, OperationGroup } from './ports.ts';

/** Of a service that the backend doesn't have. @param now Unix milliseconds, of the clock by which the backend's numbers are dated */
export const notThere = (
  { key }: OperationGroup,
  { window }: NumbersQuery,
  now: number,
): FunctionNumbers => ({
  key,
  window: { from: unixMillis(Math.floor(now - window)), to: unixMillis(Math.floor(now)) },
  serviceAlive: false,
  releases: [],
  exceptions: [],
  series: [],
  comparisons: [],
});
