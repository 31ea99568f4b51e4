import type { OperationFeedContract, ReceiverContract } from '../contract.ts';

type ReceiverCalls = ReceiverContract['calls'];

/**
 * What a leading receiver serves to the other windows: everything that reads or changes its data. Starting, stopping and the
 * status stay each window's own. A change that an older window can't read raises `protocolVersion`.
 */
export interface SharedContract {
  readonly calls: Omit<ReceiverCalls, 'start' | 'stop' | 'status'> & OperationFeedContract['calls'];
  readonly events: Omit<ReceiverContract['events'], 'status'> & OperationFeedContract['events'];
}
