// The index thread's entry: wires the service to the host's port and to the receiver's feed.
import path from 'node:path';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { portTransport } from '../rpc/messagePort.ts';
import { serve } from '../rpc/peer.ts';
import type { IndexContract } from '../symbols/contract.ts';
import { startRuntime } from '../symbols/parser/parserPool.ts';
import { IndexService } from './indexService.ts';
import { OperationFeed } from './operationFeed.ts';

/** What the host gives the thread at its start. */
export interface IndexWorkerData {
  /** The receiver's OperationFeedContract; absent while there is no receiver. */
  readonly feedPort?: MessagePort;
  /** dist/grammars: the parser's runtime is compiled while the host still asks git what the workspace is. */
  readonly grammarsFolder?: string;
}

if (parentPort !== null) start(parentPort, (workerData ?? {}) as IndexWorkerData);

function start(port: MessagePort, { feedPort, grammarsFolder }: IndexWorkerData): void {
  if (grammarsFolder !== undefined)
    startRuntime((file) => path.join(grammarsFolder, file)).catch(() => {
      // Whoever loads a grammar tries again and is told why it can't be.
    });
  const service = new IndexService({
    changed: (payload) => {
      server.emit('changed', payload);
    },
    problems: (payload) => {
      server.emit('problems', payload);
    },
    rules: (payload) => {
      server.emit('rules', payload);
    },
    progress: (payload) => {
      server.emit('progress', payload);
    },
    wanted: (payload) => {
      server.emit('wanted', payload);
    },
    dropped: (payload) => {
      server.emit('dropped', payload);
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
