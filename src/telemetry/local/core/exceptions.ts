import type { ExceptionGroup, StackFrame } from '../../../domain/stats.ts';
import { unixMillis } from '../../../domain/units.ts';
import type { EventRecord } from '../model.ts';
import { text } from './attributes.ts';
import { messageShape } from './messageShape.ts';
import type { PathTable } from './paths.ts';
import type { ReleaseRun } from './releases.ts';
import { parseStack } from './stackTraces.ts';

/** An exception event, grouped by type and message shape. */
export interface SeenException {
  readonly type: string;
  readonly shape: string;
  readonly stack: string | undefined;
  /** Type and shape: equal for the same exception on its way up. */
  readonly signature: string;
}

export function readException(event: EventRecord): SeenException | undefined {
  if (event.name !== 'exception') return undefined;
  const message = text(event.attributes, 'exception.message') ?? '';
  const stack = text(event.attributes, 'exception.stacktrace');
  // Drivers leave the type out; the class is then the first word of the stack, if there is one.
  const type = text(event.attributes, 'exception.type') ?? /^[\w.$]+/.exec(stack ?? '')?.[0] ?? '';
  if (type === '' && message === '') return undefined;
  const shape = messageShape(message);
  return { type: type.slice(0, 200), shape, stack, signature: `${type}\n${shape}` };
}

interface Group {
  readonly operation: number;
  readonly path: number;
  readonly type: string;
  readonly shape: string;
  frames: readonly StackFrame[];
  traceId: string;
  lastSeen: number;
  readonly versions: Set<string>;
  /** Start, length and count of stretches of time, ascending. */
  counts: { start: number; length: number; count: number }[];
}

const mostGroups = 4000;
const fine = 60_000;
const coarse = 15 * 60_000;
const fineKept = 75 * 60_000;
const kept = 24 * 60 * 60_000;

/** Exceptions of failed calls by the operation and ancestors they were recorded on. */
export class Exceptions {
  private readonly groups = new Map<string, Group>();
  private readonly byOperation = new Map<number, Set<Group>>();
  /** Groups on spans below an operation. */
  private readonly below = new Map<number, Set<Group>>();
  dropped = 0;

  private readonly paths: PathTable;

  constructor(paths: PathTable) {
    this.paths = paths;
  }

  get bytes(): number {
    return this.groups.size * 2500;
  }

  record(
    seen: SeenException,
    at: {
      readonly operation: number;
      readonly path: number;
      readonly run: ReleaseRun;
      readonly time: number;
      readonly weight: number;
      readonly traceId: string;
    },
  ): void {
    const key = `${at.operation}\n${at.path}\n${seen.signature}`;
    let group = this.groups.get(key);
    if (group === undefined) {
      if (this.groups.size >= mostGroups) {
        this.dropped += 1;
        return;
      }
      group = {
        operation: at.operation,
        path: at.path,
        type: seen.type,
        shape: seen.shape,
        frames: [],
        traceId: at.traceId,
        lastSeen: 0,
        versions: new Set(),
        counts: [],
      };
      this.keep(key, group);
    }
    if (group.frames.length === 0 && seen.stack !== undefined)
      group.frames = parseStack(seen.stack);
    if (at.time >= group.lastSeen) {
      group.lastSeen = at.time;
      group.traceId = at.traceId;
    }
    if (group.versions.size < 10) group.versions.add(at.run.version);
    count(group, at.time, at.weight);
  }

  /** Groups of these operations and of spans below them, most frequent first. */
  query(operations: ReadonlySet<number>, takes: Takes): ExceptionGroup[] {
    const found = new Set<Group>();
    for (const operation of operations) {
      for (const group of this.byOperation.get(operation) ?? []) found.add(group);
      for (const group of this.below.get(operation) ?? []) found.add(group);
    }
    const merged = new Map<string, ExceptionGroup>();
    for (const group of found) {
      const times = sumOf(group, takes);
      if (times === 0) continue;
      const key = `${group.type}\n${group.shape}`;
      merged.set(key, join(merged.get(key), group, times));
    }
    return [...merged.values()].sort((a, b) => b.count - a.count).slice(0, 20);
  }

  forgetOld(now: number): void {
    for (const [key, group] of this.groups) {
      if (now - group.lastSeen <= kept) continue;
      this.groups.delete(key);
      this.byOperation.get(group.operation)?.delete(group);
      for (const above of this.paths.members(group.path)) this.below.get(above)?.delete(group);
    }
  }

  toData(): RestoredGroup[] {
    return [...this.groups.values()].map((g) => ({ ...g, versions: [...g.versions] }));
  }

  restore(data: readonly RestoredGroup[]): void {
    for (const g of data)
      this.keep(`${g.operation}\n${g.path}\n${g.type}\n${g.shape}`, {
        ...g,
        versions: new Set(g.versions),
        counts: g.counts.map((c) => ({ ...c })),
      });
  }

  private keep(key: string, group: Group): void {
    this.groups.set(key, group);
    addTo(this.byOperation, group.operation, group);
    for (const above of this.paths.members(group.path)) addTo(this.below, above, group);
  }
}

export type RestoredGroup = Omit<Group, 'versions'> & { readonly versions: readonly string[] };

function addTo(index: Map<number, Set<Group>>, key: number, group: Group): void {
  const set = index.get(key);
  if (set === undefined) index.set(key, new Set([group]));
  else set.add(group);
}

function count(group: Group, time: number, weight: number): void {
  const start = Math.floor(time / fine) * fine;
  const slot = group.counts.findLast((c) => c.start <= time && time < c.start + c.length);
  if (slot !== undefined) {
    slot.count += weight;
    return;
  }
  group.counts.push({ start, length: fine, count: weight });
  if (group.counts.length < 100) return;
  const joined: Group['counts'] = [];
  for (const c of group.counts.sort((a, b) => a.start - b.start)) {
    if (c.start < time - kept) continue;
    const old = c.start < time - fineKept;
    const begin = old ? Math.floor(c.start / coarse) * coarse : c.start;
    const last = joined.at(-1);
    if (old && last?.start === begin) last.count += c.count;
    else joined.push(old ? { start: begin, length: coarse, count: c.count } : c);
  }
  group.counts = joined;
}

/** Whether a stretch of time belongs to the window asked for. */
type Takes = (stretch: { readonly start: number; readonly length: number }) => boolean;

function sumOf(group: Group, takes: Takes): number {
  let sum = 0;
  for (const c of group.counts) if (takes(c)) sum += c.count;
  return sum;
}

function join(into: ExceptionGroup | undefined, group: Group, times: number): ExceptionGroup {
  const newer = into === undefined || group.lastSeen > into.lastSeen;
  return {
    type: group.type,
    messageShape: group.shape,
    count: (into?.count ?? 0) + times,
    lastSeen: newer ? unixMillis(group.lastSeen) : into.lastSeen,
    releases: [...new Set([...(into?.releases ?? []), ...group.versions])],
    frames: into !== undefined && into.frames.length > 0 ? into.frames : group.frames,
    ...(newer ? { traceId: group.traceId } : into.traceId ? { traceId: into.traceId } : {}),
  };
}
