import type { OperationId } from '../../../domain/operation.ts';
import { unixMillis } from '../../../domain/units.ts';
import { CoreState } from '../../local/core/coreState.ts';
import { ProcessReleases } from '../releases/processReleases.ts';
import type { ServiceSlotsOptions } from './serviceSlotsOptions.ts';
import { SlotWriter } from './slotWriter.ts';

/** What a service's slots hold, and what writes into them: begun anew together. */
export class FilledSlots {
  readonly state: CoreState;
  readonly writer: SlotWriter;
  /** Of its processes, where these say them. */
  readonly releases: ProcessReleases;

  /**
   * @param step the shortest slot, milliseconds
   * @param from where they begin, Unix milliseconds
   */
  constructor(options: ServiceSlotsOptions, step: number, from: () => number) {
    const { found, beside, interval, identity, refreshEvery } = options;
    this.state = new CoreState({ now: unixMillis(0), compare: options.compare }, 0);
    this.releases = new ProcessReleases(found.info, beside?.found.info);
    this.writer = new SlotWriter({
      timeline: this.releases,
      state: this.state,
      found,
      ...(beside === undefined ? {} : { beside: beside.found }),
      interval,
      step,
      refreshEvery,
      identity,
      from,
    });
  }

  /** What queries narrow these operations by, each once. */
  keysOf(operations: readonly OperationId[]): readonly string[] {
    return [...new Set(operations.flatMap((id) => [...this.writer.keysOf(id)]))];
  }
}
