// The index thread's entry: wires the service to the host's port and to the receiver's feed.
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { portTransport } from '../rpc/messagePort.ts';
import { serve } from '../rpc/peer.ts';
import type { IndexContract } from '../symbols/contract.ts';
import { IndexService } from './indexService.ts';
import { OperationFeed } from './operationFeed.ts';

/** What the host gives the thread at its start. */
export interface IndexWorkerData {
  /** The receiver's OperationFeedContract; absent while there is no receiver. */
  readonly feedPort?: MessagePort;
}

if (parentPort !== null) start(parentPort, (workerData ?? {}) as IndexWorkerData);

function start(port: MessagePort, { feedPort }: IndexWorkerData): void {
  const service = new IndexService({
    changed: (payload) => {
      server.emit('changed', payload);
    },
    problems: (payload) => {
      server.emit('problems', payload);
    },
  });
  const server = serve<IndexContract>(portTransport(port), service.handlers);
  if (feedPort === undefined) return;
  const feed = OperationFeed.over(feedPort, (operations, restarted) => {
    service.receive(operations, restarted);
  });
  service.onRoutes((table) => {
    feed.setRoutes(table);
  });
}
