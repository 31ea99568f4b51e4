import type { MessagePort } from 'node:worker_threads';
import { parentPort, workerData } from 'node:worker_threads';
import { compareReleases } from '../releases/compareReleases.ts';
import { portTransport } from '../rpc/messagePort.ts';
import { serve } from '../rpc/peer.ts';
import type { OperationFeedContract, ReceiverContract } from '../telemetry/local/contract.ts';
import { createTelemetryCore } from '../telemetry/local/core/telemetryCore.ts';
import { Receiver } from '../telemetry/local/receiver.ts';
import { systemClock } from '../telemetry/local/receiverClock.ts';

/** What the extension host gives this thread. */
export interface ReceiverWorkerData {
  /** Towards the index worker: operations out, routes in. */
  readonly feedPort?: MessagePort;
}

// Composition root of the receiver's thread. Without a parent there is nobody to serve, and nothing is started.
if (parentPort !== null) {
  const receiver = new Receiver({
    createCore: createTelemetryCore,
    compare: compareReleases,
    clock: systemClock,
  });
  const host = serve<ReceiverContract>(portTransport(parentPort), receiver.handlers);
  for (const name of ['status', 'changed', 'message'] as const)
    receiver.on(name, (payload) => {
      host.emit(name, payload);
    });
  const { feedPort } = (workerData ?? {}) as ReceiverWorkerData;
  if (feedPort !== undefined) {
    const feed = serve<OperationFeedContract>(portTransport(feedPort), receiver.feed);
    receiver.on('operationsChanged', (payload) => {
      feed.emit('operationsChanged', payload);
    });
  }
}
