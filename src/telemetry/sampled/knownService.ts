import type { Operation } from '../../domain/operation.ts';
import type { ServiceState } from '../../domain/release.ts';
import { sentence } from '../../domain/result.ts';
import { serviceKey } from '../../domain/service.ts';
import { unixMillis } from '../../domain/units.ts';
import type { Connection } from '../backend.ts';
import type { ServiceFailure } from '../failurePause.ts';
import type { Naming } from '../traces/naming.ts';
import type { ServiceSample } from './serviceSample.ts';

/** A service that is looked at. */
export interface Known {
  readonly name: string;
  /** Unix milliseconds of this machine. */
  readonly metAt: number;
  readonly sample: ServiceSample;
  refreshedAt: number;
  /** When its newest traces were asked for. */
  sampledAt: number;
  askedAt: number;
  /** The longest window that its slices were asked for. */
  window: number;
  /** The longest window of which the backend’s own counts were all that was asked about. */
  counted: number;
  /** Operations that were told of. */
  told: number;
  readonly failures: ServiceFailure;
}

/** @param time of the traces @param now of this machine */
export function statesOf(
  { name, sample, failures }: Known,
  time: number,
  now: number,
): readonly ServiceState[] {
  const { problem } = sample;
  if (problem !== undefined) return [unusable(name, problem, time)];
  const states = sample.states(time);
  const failure = failures.at(now);
  if (failure === undefined) return states;
  return states.length === 0
    ? [unusable(name, sentence(failure), time)]
    : states.map((one) => ({ ...one, warnings: [...one.warnings, sentence(failure)] }));
}

/** @param left services that aren't looked at @param full no more are */
export function summaryOf(
  at: string,
  known: readonly Known[],
  since: number,
  left: number,
  full: boolean,
): string {
  const traces = known.reduce((sum, { sample }) => sum + sample.tracesSince(since), 0);
  return [
    `${at}: no metrics beside it, so numbers are those of a sample of its traces (${traces} of the last hour, of ${known.length} ${known.length === 1 ? 'service' : 'services'}): no rates, no totals.`,
    ...(left > 0
      ? [
          full
            ? `${left} more services are not looked at.`
            : `${left} more ${left === 1 ? 'service is' : 'services are'} still to be looked at.`,
        ]
      : []),
  ].join(' ');
}

/** Its operations that weren't told of. */
export function untold(known: Known, { folded }: Naming): readonly Operation[] {
  const all = known.sample.operations();
  const fresh = all.slice(known.told);
  known.told = all.length;
  return folded ? fresh.map((one) => ({ ...one, folded })) : fresh;
}

/** A service of which nothing can be told. */
const unusable = (name: string, problem: string, now: number): ServiceState => ({
  service: serviceKey(name),
  alive: true,
  lastSeen: unixMillis(Math.floor(now)),
  releases: [],
  problem,
  warnings: [problem],
  source: 'a sample of traces',
});

/** What tells operations of a connection from alike ones of others. */
export const originOf = ({
  kind,
  url,
  select,
}: Pick<Connection, 'kind' | 'url' | 'select'>): string =>
  JSON.stringify([kind, url, Object.entries(select).sort()]);
