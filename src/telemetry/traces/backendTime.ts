import type { HttpExchange } from '../../http/exchange.ts';
import type { ServerClock } from '../serverClock.ts';
import type { TraceSource } from '../ports.ts';

/** What a search's end may be off before it misses the newest traces, or names a time that hasn't come. */
const tolerance = 30_000;

/** An exchange that learns the server's time from its answers. */
export const notingTime = (exchange: HttpExchange, clock: ServerClock): HttpExchange => ({
  async get(...question) {
    const answer = await exchange.get(...question);
    if (answer.ok) clock.note(answer.value);
    return answer;
  },
});

/** Traces are dated by other clocks than this machine's: a search that showed how far off it is, is made again by the server's time. */
export const searchedInTime =
  (search: TraceSource['search'], clock: ServerClock): TraceSource['search'] =>
  async (query, signal) => {
    const before = clock.offset;
    const found = await search(query, signal);
    return found.ok && Math.abs(clock.offset - before) > tolerance ? search(query, signal) : found;
  };
