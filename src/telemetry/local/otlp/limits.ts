/** Bounds of what one record may carry. Lengths in UTF-16 units; what is over a bound is cut or dropped, and counted. */
export const recordLimits = {
  attributes: 128,
  keyLength: 256,
  valueLength: 4_096,
  /** Stack traces are worth more room than any other text. */
  stackLength: 16_384,
  nameLength: 1_024,
  events: 128,
  links: 128,
  /** Nesting of arrays and key-value lists in one value. */
  depth: 8,
  arrayLength: 256,
  /** Buckets of one histogram point (the SDKs' exponential histograms use 160). */
  buckets: 2_048,
} as const;

/** Bounds of one request. */
export const requestLimits = {
  /** As it comes over the wire; SDKs stay below 4 MiB. */
  bodyBytes: 16 * 1024 * 1024,
  inflatedBytes: 32 * 1024 * 1024,
  /** Bodies held at once over all connections; above it senders are asked to wait. */
  bytesInFlight: 96 * 1024 * 1024,
} as const;
