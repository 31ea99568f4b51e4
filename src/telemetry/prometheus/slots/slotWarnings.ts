import type { Result } from '../../../domain/result.ts';
import { fail } from '../../../domain/result.ts';
import type { ServiceSlotsOptions } from './serviceSlotsOptions.ts';

/** What was left out of a service's slots, or can't be told apart in them. */
export interface SlotGaps {
  /** The beginning of what is covered, Unix milliseconds. */
  readonly from: number;
  /** Left out for its cost. */
  readonly capped: { readonly calls: boolean; readonly buckets: boolean };
  /** Labels of a process that two releases write as. */
  readonly torn: string | undefined;
  /** The end of the newest slot whose new series were left out; 0: none. */
  readonly leftOut: number;
}

/** What a person should know of a service's numbers. */
export function slotWarnings({ from, capped, torn, leftOut }: SlotGaps): readonly string[] {
  const clock = (at: number): string => new Date(at).toISOString().slice(11, 16);
  const since = clock(from);
  return [
    ...(capped.calls
      ? [
          `numbers begin at ${since} UTC: what is before costs the backend too much; choose a shorter window, or write recording rules`,
        ]
      : []),
    ...(capped.buckets
      ? ['percentiles are of a part of the window: all of its buckets cost the backend too much']
      : []),
    ...(leftOut === 0
      ? []
      : [
          `what new processes counted first at ${clock(leftOut)} UTC is left out: it may be of days before, which costs the backend too much to find out`,
        ]),
    ...(torn === undefined
      ? []
      : [
          `two releases write as one process (${torn.slice(0, 80)}), so that their calls can’t be told apart: give each process a service.instance.id of its own`,
        ]),
  ];
}

/** Left out, what these slots lack would be taken for no calls. */
export const noNumbers = ({
  found,
  service,
}: Pick<ServiceSlotsOptions, 'found' | 'service'>): Result<never> =>
  fail(
    'invalid',
    `${found.calls} of ${service} has values that are no numbers (NaN, Inf).`,
    'Look at what exports this metric: it has to be a counter.',
  );
