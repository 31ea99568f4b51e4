import type { Timestamp } from '../model.ts';

const billion = 1_000_000_000;
export const epoch: Timestamp = { seconds: 0, nanos: 0 };

/** Nanoseconds since 1970 as two 32-bit halves, exact: long division by 10⁹ in steps that stay below 2⁵³. */
export function timestampFromHalves(low: number, high: number): Timestamp {
  const first = Math.floor(high / billion);
  const upper = (high % billion) * 65_536 + (low >>> 16);
  const second = Math.floor(upper / billion);
  const lower = (upper % billion) * 65_536 + (low & 0xffff);
  const third = Math.floor(lower / billion);
  return {
    seconds: first * 4_294_967_296 + second * 65_536 + third,
    nanos: lower % billion,
  };
}

/** A 64-bit integer of OTLP/JSON: decimal digits in a string, or a number (exact only below 2⁵³). Undefined: not a time. */
export function timestampFromJson(value: unknown): Timestamp | undefined {
  if (value === undefined || value === null) return epoch;
  if (typeof value === 'string') return timestampFromDigits(value);
  if (typeof value !== 'number' || !(value >= 0) || value > 2 ** 64) return undefined;
  return { seconds: Math.floor(value / billion), nanos: Math.floor(value % billion) };
}

function timestampFromDigits(text: string): Timestamp | undefined {
  if (text.length === 0 || text.length > 20) return undefined;
  const border = text.length - 9;
  let seconds = 0;
  let nanos = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return undefined;
    if (i < border) seconds = seconds * 10 + digit;
    else nanos = nanos * 10 + digit;
  }
  return { seconds, nanos };
}

/** End minus start; exact up to 104 days. */
export const nanosBetween = (start: Timestamp, end: Timestamp): number =>
  (end.seconds - start.seconds) * billion + (end.nanos - start.nanos);
