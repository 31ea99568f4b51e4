import type { Result } from '../domain/result.ts';

/**
 * What the decoding thread does for the extension host. Rows come in parts, asked for one by one: cloning all of a large answer at once
 * would hold up the host as much as decoding it.
 */
export interface DecodeContract {
  readonly calls: {
    /** `decoder`: its name in decoders.ts; `bytes` are the JSON of an answer, transferred. */
    readonly decode: {
      readonly params: { readonly decoder: string; readonly bytes: Uint8Array };
      readonly result: Result<{ readonly id: number; readonly parts: number }>;
    };
    /** In order; the last one ends it. */
    readonly part: {
      readonly params: { readonly id: number; readonly part: number };
      readonly result: readonly unknown[];
    };
    /** Nobody waits for the rest. */
    readonly drop: { readonly params: { readonly id: number }; readonly result: undefined };
  };
  readonly events: Record<string, never>;
}

/** Decodes away from the extension host. `bytes` may be taken away: they are not to be read afterwards. */
export type DecodeAway = (
  decoder: string,
  bytes: Uint8Array,
  signal: AbortSignal,
) => Promise<Result<readonly unknown[]>>;
