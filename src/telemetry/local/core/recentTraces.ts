import type { StoredTrace } from './storedTrace.ts';

/**
 * Traces that no shelf wants, first in first out within bytes of their own: an id from a log of the last minutes is still found, though
 * a busy operation's shelf took only one trace a second.
 */
export class RecentTraces {
  private readonly traces = new Set<StoredTrace>();
  private held = 0;

  private readonly mostBytes: number;

  constructor(mostBytes: number) {
    this.mostBytes = mostBytes;
  }

  get size(): number {
    return this.traces.size;
  }

  get bytes(): number {
    return this.held;
  }

  has(trace: StoredTrace): boolean {
    return this.traces.has(trace);
  }

  /** Takes a trace as the newest; returns those that had to make room, oldest first. */
  add(trace: StoredTrace): readonly StoredTrace[] {
    if (this.traces.has(trace)) return [];
    this.traces.add(trace);
    this.held += trace.accounted;
    return this.shrink(this.mostBytes);
  }

  /** Lets the oldest go until what stays fits; returns them. */
  shrink(mostBytes: number): readonly StoredTrace[] {
    if (this.held <= mostBytes) return [];
    const left: StoredTrace[] = [];
    for (const trace of this.traces) {
      if (this.held <= mostBytes) break;
      this.remove(trace);
      left.push(trace);
    }
    return left;
  }

  /** One of them holds this many bytes more, or less. Call it for any trace. */
  grown(trace: StoredTrace, bytes: number): void {
    if (this.traces.has(trace)) this.held += bytes;
  }

  remove(trace: StoredTrace): void {
    if (this.traces.delete(trace)) this.held -= trace.accounted;
  }
}
