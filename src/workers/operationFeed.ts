import type { MessagePort } from 'node:worker_threads';
import type { Operation } from '../domain/operation.ts';
import type { RouteTable } from '../domain/route.ts';
import { portTransport } from '../rpc/messagePort.ts';
import { createRemote } from '../rpc/peer.ts';
import type { Remote } from '../rpc/contract.ts';
import type { OperationFeedContract } from '../telemetry/local/contract.ts';

/** `restarted`: operations from before are no longer the receiver's. */
export type OperationFeedListener = (operations: readonly Operation[], restarted: boolean) => void;

/** Follows the receiver's list of operations and gives it the workspace's routes. */
export class OperationFeed {
  private readonly remote: Remote<OperationFeedContract>;
  private readonly listener: OperationFeedListener;
  private epoch: string | undefined;
  private received = 0;
  private pulling = false;
  private behind = false;
  private closed = false;

  static over(port: MessagePort, listener: OperationFeedListener): OperationFeed {
    return new OperationFeed(createRemote<OperationFeedContract>(portTransport(port)), listener);
  }

  constructor(remote: Remote<OperationFeedContract>, listener: OperationFeedListener) {
    this.remote = remote;
    this.listener = listener;
    remote.on('operationsChanged', ({ epoch, count }) => {
      if (epoch !== this.epoch || count !== this.received) void this.pull();
    });
    remote.onClose(() => {
      this.closed = true;
    });
    void this.pull();
  }

  setRoutes(table: RouteTable): void {
    if (this.closed) return;
    // The receiver refines what comes from now on; a lost table comes again with the next change.
    this.remote.call('setRoutes', table).catch(() => undefined);
  }

  private async pull(): Promise<void> {
    if (this.pulling) {
      this.behind = true;
      return;
    }
    this.pulling = true;
    try {
      await this.pullOnce();
    } catch {
      // The receiver is restarting or gone; its next announcement starts another try.
    } finally {
      this.pulling = false;
    }
    const again = this.behind && !this.closed;
    this.behind = false;
    if (again) await this.pull();
  }

  private async pullOnce(): Promise<void> {
    const answer = await this.remote.call('operations', { after: this.received });
    if (answer.epoch === this.epoch) {
      this.received += answer.operations.length;
      if (answer.operations.length > 0) this.listener(answer.operations, false);
      return;
    }
    const whole = this.received === 0 ? answer : await this.remote.call('operations', { after: 0 });
    this.epoch = whole.epoch;
    this.received = whole.operations.length;
    this.listener(whole.operations, true);
  }

  dispose(): void {
    this.closed = true;
    this.remote.dispose();
  }
}
