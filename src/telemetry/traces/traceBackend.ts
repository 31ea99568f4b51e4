import type { CreateTraces } from '../backend.ts';
import { circuitBreaker } from '../circuitBreaker.ts';
import { connectionExchange } from '../connectionExchange.ts';
import { Meter } from '../meter.ts';
import { meteredExchange } from '../meteredExchange.ts';
import { ServerClock } from '../serverClock.ts';
import { notingTime, searchedInTime } from './backendTime.ts';
import type { TraceSource } from '../ports.ts';
import { searchPointedAt } from './pointedAt.ts';
import { SampledSource } from '../sampled/source.ts';
import type { SampledTraceSource, TraceBackendContext } from './context.ts';
import type { TracePages } from './tracePages.ts';
import { tracePage } from './tracePages.ts';

/** A whole trace of 10,000 spans is about 10 MB. */
const limits = { timeout: 20_000, maxBytes: 16 * 1024 * 1024 } as const;

/**
 * An adapter as the registry wants it: with its own HTTP exchange, with where its traces are seen in a browser, and with numbers from a
 * sample of its traces where it can give one.
 */
export const traceBackend =
  (
    create: (context: TraceBackendContext) => TraceSource & Partial<SampledTraceSource>,
    pages: TracePages = {},
  ): CreateTraces =>
  (connection, ports) => {
    const now = (): number => ports.now();
    const meter = new Meter(now);
    const clock = new ServerClock(now);
    const context: TraceBackendContext = {
      connection,
      exchange: notingTime(
        circuitBreaker(meteredExchange(connectionExchange(connection, limits), meter), now),
        clock,
      ),
      operation: (id) => ports.operation(id),
      now: () => clock.now(),
      ...(ports.decodeAway === undefined ? {} : { decodeAway: ports.decodeAway }),
    };
    const source = create(context);
    const search = searchedInTime(searchPointedAt({ ...source }, context), clock);
    const { sampling, ownNumbers } = source;
    return Object.assign(source, {
      search,
      ...(sampling === undefined
        ? {}
        : {
            numbers: () => {
              const sample = new SampledSource(connection, ports, {
                ...sampling,
                time: context.now,
              });
              return ownNumbers?.(sample, connection, ports) ?? sample;
            },
          }),
      linkTo: (...asked: Parameters<NonNullable<TraceSource['linkTo']>>) =>
        tracePage(connection.url, pages, ...asked),
      report: () => ({
        kind: connection.kind,
        environment: connection.environment,
        ...meter.report(),
        clockOffsetMs: clock.offset,
      }),
    });
  };
