import type { MessagePort, Worker } from 'node:worker_threads';
import type { Frame, Transport } from './contract.ts';

/** Frames over a MessagePort or a Worker (structured clone, buffers transferred). */
export function portTransport(port: MessagePort | Worker): Transport {
  return {
    send: (frame, transfer) => {
      port.postMessage(frame, (transfer ?? []) as ArrayBuffer[]);
    },
    onFrame: (listener) => {
      port.on('message', (frame: Frame) => {
        listener(frame);
      });
    },
    onClose: (listener) => {
      if ('terminate' in port) {
        let last = '';
        port.on('error', (error: unknown) => {
          last = `: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
        });
        port.on('exit', (code) => {
          listener(`the worker stopped (exit code ${String(code)})${last}`);
        });
      } else {
        port.on('close', () => {
          listener('the port was closed');
        });
      }
    },
    close: () => {
      if ('terminate' in port) void port.terminate();
      else port.close();
    },
  };
}
