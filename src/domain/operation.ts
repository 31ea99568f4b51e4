import type { ServiceKey } from './service.ts';
import type { Branded } from './units.ts';

/** Opaque, stable across restarts: made from every field that is part of the identity. */
export type OperationId = Branded<string, 'operation'>;

/** What an operation's id has in common with that of an alike one of another source: those of backends have their origin after an `@`. */
export const withoutOrigin = (id: OperationId): string => id.split('@', 1)[0] ?? id;

/** Whether a name of telemetry may be the one that is written somewhere. @param folded whether upper case may have been lost of it */
export const mayBeWritten = (seen: string, written: string, folded: boolean | undefined): boolean =>
  seen === written || (folded === true && seen === written.toLowerCase());

export type SpanKind = 'unspecified' | 'internal' | 'server' | 'client' | 'producer' | 'consumer';

/** What HTTP telemetry says; `route` is the template exactly as the instrumentation reports it. */
export interface HttpOperation {
  readonly method?: string;
  readonly route?: string;
  /** The route was found by the workspace's own matcher from method + raw path, not by the instrumentation. */
  readonly refined?: true;
}

/** `method` is the full "package.Service/Method", joined from the old pair where needed. */
export interface RpcOperation {
  readonly system?: string;
  readonly method: string;
}

export interface MessagingOperation {
  readonly system?: string;
  readonly destination: string;
  readonly operation?: string;
}

/** `code.*` attributes, stable or old names (old namespace + function joined with "."). */
export interface CodeLocation {
  readonly functionName?: string;
  readonly filePath?: string;
  /** One-based, in the text of the release. */
  readonly line?: number;
  readonly column?: number;
  /** Whose text the line is of; only with a line, and without a function's whole name. Absent: unknown. */
  readonly release?: string;
}

/** What a framework's instrumentation says of the span's place in the framework (`nestjs.*`, `express.*`, `hook.callback.name`…). */
export interface FrameworkLayer {
  readonly framework: string;
  /** As the instrumentation names it: `request_context`, `handler`, `middleware`, `router`, `request_handler`… */
  readonly type: string;
  readonly name?: string;
  readonly controller?: string;
  readonly callback?: string;
}

/** Nearest SERVER/CONSUMER ancestor in the same service: inner spans take their identity from it. */
export interface EntryRef {
  readonly id: OperationId;
  readonly name: string;
  readonly http?: HttpOperation;
  readonly rpc?: RpcOperation;
}

/**
 * The key that attribution maps to a function: a group of spans (or metric points) that nothing in the telemetry tells apart.
 * Decided in docs/semantics.md, "Operation".
 */
export interface Operation {
  readonly id: OperationId;
  readonly service: ServiceKey;
  /** Deployment environment that the telemetry names; absent: none. */
  readonly environment?: string;
  readonly source: 'span' | 'metric';
  readonly kind: SpanKind;
  /** Span name, cut to a bounded length; for metrics the name of the instrument. */
  readonly name: string;
  /** Instrumentation scope: says which instrumentation made the span, hence how to read it. */
  readonly scope: string;
  /** The backend keeps names of spans and services in lower case: one without upper case may be written otherwise in the source. */
  readonly folded?: true;
  readonly http?: HttpOperation;
  readonly rpc?: RpcOperation;
  readonly messaging?: MessagingOperation;
  /** Task name of a job system, for example `task_app.tasks.add`. */
  readonly task?: string;
  /** Text of the workspace's source that a call out carries: the key of a CallLiteral. */
  readonly literal?: string;
  readonly code?: CodeLocation;
  readonly layer?: FrameworkLayer;
  readonly entry?: EntryRef;
  /** `Controller.callback` that the parent span names, for inner spans that name only the callback. */
  readonly parentOwner?: string;
  /** The one operation that stands for everything over the bound of a service. Never attributed. */
  readonly overflow?: true;
}
