import { createExchange } from '../../http/exchange.ts';
import type { CreateTraces } from '../backend.ts';
import type { TraceSource } from '../ports.ts';
import type { TraceBackendContext } from './context.ts';
import type { TracePages } from './tracePages.ts';
import { tracePage } from './tracePages.ts';

/** A whole trace of 10,000 spans is about 10 MB. */
const limits = { timeout: 20_000, maxBytes: 16 * 1024 * 1024 } as const;

/** An adapter as the registry wants it: with its own HTTP exchange, and with where its traces are seen in a browser. */
export const traceBackend =
  (create: (context: TraceBackendContext) => TraceSource, pages: TracePages = {}): CreateTraces =>
  (connection, ports) => {
    const source = create({
      connection,
      exchange: createExchange(limits),
      operation: (id) => ports.operation(id),
      now: () => ports.now(),
      ...(ports.decodeAway === undefined ? {} : { decodeAway: ports.decodeAway }),
    });
    return Object.assign(source, {
      linkTo: (...asked: Parameters<NonNullable<TraceSource['linkTo']>>) =>
        tracePage(connection.url, pages, ...asked),
    });
  };
