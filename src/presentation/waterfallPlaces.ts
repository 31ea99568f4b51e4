import * as path from 'node:path';
import * as vscode from 'vscode';
import type { Attribution } from '../domain/attribution.ts';
import type { FunctionRef } from '../domain/functionDecl.ts';
import type { Operation } from '../domain/operation.ts';
import type { StackFrame } from '../domain/stats.ts';
import type { Trace } from '../domain/trace.ts';
import type { FrameLocation, FrameRelease } from '../symbols/contract.ts';
import type { FramePlace, SpanPlace, SpanRef } from '../webviews/protocol.ts';
import { stackLines } from './viewModels/waterfallStack.ts';

/** The index worker, as far as the waterfall asks it (`attribute` and `locateFrames` of its contract). */
export interface SpanLocator {
  attribute(operations: readonly Operation[], signal: AbortSignal): Promise<readonly Attribution[]>;
  locateFrames(
    stacks: readonly (readonly StackFrame[])[],
    releases: readonly (FrameRelease | undefined)[],
    signal: AbortSignal,
  ): Promise<readonly (FrameLocation | null)[]>;
}

/** Where spans and stack frames of one trace are; the webview gets texts only and asks by span. */
export interface TracePlaces {
  readonly spans: readonly SpanPlace[];
  readonly frames: readonly FramePlace[];
  readonly functionsOf: (span: SpanRef) => readonly FunctionRef[];
  readonly frameAt: (span: SpanRef, event: number, line: number) => FrameLocation | undefined;
}

const mostFrames = 2_000;

/** True for a file below one of the workspace's folders: no other place is ever opened. */
export function insideWorkspace(file: string): boolean {
  if (!path.isAbsolute(file) || path.normalize(file) !== file) return false;
  return vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file)) !== undefined;
}

const placeText = (file: string, line: number): string =>
  `${vscode.workspace.asRelativePath(vscode.Uri.file(file))}:${line + 1}`;

/** Numbers spans of one id by their order in the trace, as the webview does. */
export function spanRefs(trace: Trace): readonly SpanRef[] {
  const seen = new Map<string, number>();
  return trace.spans.map(({ spanId }) => {
    const nth = seen.get(spanId) ?? 0;
    seen.set(spanId, nth + 1);
    return { spanId, nth };
  });
}

const keyOf = ({ spanId, nth }: SpanRef): string => `${spanId} ${nth}`;

/** Asks the index once for all operations and once for all stack frames of the trace. */
export async function placesOf(
  trace: Trace,
  locator: SpanLocator,
  signal: AbortSignal,
): Promise<TracePlaces> {
  const refs = spanRefs(trace);
  const operations = new Map(
    trace.spans.flatMap(({ operation }) => (operation ? [[operation.id, operation] as const] : [])),
  );
  const asked = [...operations.values()];
  const answers = asked.length === 0 ? [] : await locator.attribute(asked, signal);
  const byOperation = new Map(answers.map((answer) => [answer.operation, answer]));

  const spans: SpanPlace[] = [];
  const functions = new Map<string, readonly FunctionRef[]>();
  for (const [index, { operation }] of trace.spans.entries()) {
    const ref = refs[index];
    const answer = operation && byOperation.get(operation.id);
    if (ref === undefined || answer === undefined || answer.kind === 'none') continue;
    const all = answer.kind === 'owned' ? [answer.owner] : answer.candidates;
    const here = all.filter((candidate) => insideWorkspace(candidate.path));
    const [first] = here;
    if (first === undefined) continue;
    functions.set(keyOf(ref), here);
    spans.push({
      ...ref,
      name: first.name,
      place: placeText(first.path, first.declarationLine),
      explanation: answer.explanation,
      ...(here.length > 1 ? { ambiguous: true as const } : {}),
    });
  }
  const found = await locateStacks(trace, refs, locator, signal);
  return {
    spans,
    frames: found.places,
    functionsOf: (span) => functions.get(keyOf(span)) ?? [],
    frameAt: (span, event, line) => found.locations.get(`${keyOf(span)} ${event} ${line}`),
  };
}

async function locateStacks(
  trace: Trace,
  refs: readonly SpanRef[],
  locator: SpanLocator,
  signal: AbortSignal,
): Promise<{ places: readonly FramePlace[]; locations: ReadonlyMap<string, FrameLocation> }> {
  const wanted: {
    ref: SpanRef;
    event: number;
    line: number;
    frame: StackFrame;
    release: FrameRelease;
  }[] = [];
  for (const [index, span] of trace.spans.entries())
    for (const [event, { attributes }] of span.events.entries()) {
      const { 'exception.stacktrace': stack } = attributes;
      const ref = refs[index];
      if (typeof stack !== 'string' || ref === undefined || wanted.length >= mostFrames) continue;
      const release = { service: span.service, version: span.release };
      for (const { line, frame } of stackLines(stack))
        wanted.push({ ref, event, line, frame, release });
    }
  const places: FramePlace[] = [];
  const locations = new Map<string, FrameLocation>();
  if (wanted.length === 0) return { places, locations };
  // One frame a stack: the index answers with the first it finds in each, and every line is to be a link.
  const answers = await locator.locateFrames(
    wanted.map(({ frame }) => [frame]),
    wanted.map(({ release }) => release),
    signal,
  );
  for (const [at, { ref, event, line }] of wanted.entries()) {
    const location = answers[at];
    if (!location || !insideWorkspace(location.path)) continue;
    locations.set(`${keyOf(ref)} ${event} ${line}`, location);
    places.push({ ...ref, event, line, place: placeText(location.path, location.line) });
  }
  return { places, locations };
}
