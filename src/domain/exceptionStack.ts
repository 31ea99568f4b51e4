import type { ServiceKey } from './service.ts';
import type { StackFrame } from './stats.ts';
import type { TimeRange, UnixMillis } from './units.ts';

/** A stack trace as exceptions carry it again and again. */
export interface ExceptionStack {
  /** Names the frames: the same in every window and after every start. */
  readonly id: string;
  /** Innermost first, the application's own before those of libraries; runtime paths, unchecked. */
  readonly frames: readonly StackFrame[];
  /** The innermost frame is where it was thrown. Go's recorded errors have the stack of whoever recorded them. */
  readonly thrown: boolean;
}

/** Exceptions of failed calls that have their type, message shape, release and stack in common. */
export interface StackedExceptions {
  /** `ExceptionStack.id` */
  readonly stack: string;
  readonly type: string;
  /** Hostile text. */
  readonly messageShape: string;
  /** "" means unknown. */
  readonly release: string;
  readonly count: number;
  /** Calls were sampled, and counted by their probability. */
  readonly weighted?: true;
  readonly lastSeen: UnixMillis;
  readonly traceId: string;
}

/** Every exception with a stack that a service recorded in the window, most frequent first. */
export interface ServiceExceptions {
  readonly service: ServiceKey;
  /** The observed part of the window. */
  readonly window: TimeRange;
  readonly exceptions: readonly StackedExceptions[];
  /** There were more kinds than are kept or told. */
  readonly lowerBound?: true;
  readonly source: string;
}
