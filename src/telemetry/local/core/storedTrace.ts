import { deserialize, serialize } from 'node:v8';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { SpanRecord } from '../model.ts';

/** A span as kept: with its operation (by index) and whether it failed by our rules. */
export interface StoredSpan {
  readonly span: SpanRecord;
  readonly operation: number;
  readonly failed: boolean;
}

export const mostSpansPerTrace = 10_000;
const mostBytesPerTrace = 8 * 1024 * 1024;

/** A whole trace, as objects or, after the first snapshot, packed. */
export class StoredTrace {
  /** Shelf entries that want it. */
  references = 0;
  evicted = false;
  /** What the store's byte count holds for this trace. */
  accounted = 0;
  /** Its assembly still runs: more spans may come. */
  open = true;
  /** Spans left out. */
  dropped = 0;
  spanCount = 0;
  bytes = 300;
  newest = 0;
  exceptionType: string | undefined;
  /** Earliest start and latest end, Unix milliseconds. */
  startMs = Infinity;
  endMs = -Infinity;
  failed = false;
  private spans: StoredSpan[] | undefined = [];
  private packed: Uint8Array | undefined;

  readonly traceId: string;
  private readonly whenUnwanted: (trace: StoredTrace) => void;

  constructor(traceId: string, whenUnwanted: (trace: StoredTrace) => void) {
    this.traceId = traceId;
    this.whenUnwanted = whenUnwanted;
  }

  add(stored: StoredSpan, bytes: number, startMs: number, endMs: number): void {
    this.startMs = Math.min(this.startMs, startMs);
    this.endMs = Math.max(this.endMs, endMs);
    this.newest = Math.max(this.newest, endMs);
    this.failed ||= stored.failed;
    if (this.spanCount >= mostSpansPerTrace || this.bytes + bytes > mostBytesPerTrace) {
      this.dropped += 1;
      return;
    }
    this.unpack().push(stored);
    this.spanCount += 1;
    this.bytes += bytes;
  }

  /** The spans kept, in no order. */
  read(): readonly StoredSpan[] {
    return this.spans ?? decode(this.packed);
  }

  /** Packs the spans; their bytes are from then on those of the package. */
  pack(): Uint8Array {
    if (this.packed === undefined) {
      this.packed = deflateRawSync(serialize(this.spans ?? []), { level: 1 });
      this.spans = undefined;
      this.bytes = 300 + this.packed.length;
    }
    return this.packed;
  }

  restorePacked(packed: Uint8Array): void {
    this.packed = packed;
    this.spans = undefined;
    this.bytes = 300 + packed.length;
  }

  release(): void {
    if (this.references <= 0 && !this.open) this.whenUnwanted(this);
  }

  private unpack(): StoredSpan[] {
    if (this.spans === undefined) {
      this.spans = [...decode(this.packed)];
      this.bytes += (this.packed?.length ?? 0) * 4;
      this.packed = undefined;
    }
    return this.spans;
  }
}

function decode(packed: Uint8Array | undefined): readonly StoredSpan[] {
  if (packed === undefined) return [];
  return deserialize(inflateRawSync(packed)) as readonly StoredSpan[];
}
