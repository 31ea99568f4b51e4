import type { Timestamp } from '../local/model.ts';

/** Microseconds since 1970, exact in a double until 2255. */
export function timestampOfMicros(micros: number): Timestamp {
  const seconds = Math.floor(micros / 1e6);
  return { seconds, nanos: Math.round((micros - seconds * 1e6) * 1000) };
}
