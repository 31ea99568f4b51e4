import type { ExceptionStack, StackedExceptions } from '../../../domain/exceptionStack.ts';
import type { ExceptionGroup } from '../../../domain/stats.ts';
import { unixMillis } from '../../../domain/units.ts';
import type { EventRecord } from '../model.ts';
import { text } from './attributes.ts';
import { messageShape } from './messageShape.ts';
import type { PathTable } from './paths.ts';
import type { ReleaseRun } from './releases.ts';
import { StackTable } from './stackTable.ts';

/** An exception event, grouped by type and message shape. */
export interface SeenException {
  readonly type: string;
  readonly shape: string;
  /** As the outermost span has it that recorded the exception: Python's reach only so far. */
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
  readonly version: string;
  readonly stack: ExceptionStack | undefined;
  traceId: string;
  lastSeen: number;
  /** Some calls were sampled. */
  weighted: boolean;
  /** Start, length and count of stretches of time, ascending. */
  counts: { start: number; length: number; count: number }[];
}

const mostGroups = 4000;
const mostReleases = 10;
const fine = 60_000;
const coarse = 15 * 60_000;
const fineKept = 75 * 60_000;
const kept = 24 * 60 * 60_000;

/** Exceptions of failed calls by the operation and ancestors they were recorded on, release and stack. */
export class Exceptions {
  private readonly groups = new Map<string, Group>();
  private readonly byOperation = new Map<number, Set<Group>>();
  /** Groups on spans below an operation. */
  private readonly below = new Map<number, Set<Group>>();
  private readonly stacks = new StackTable();
  dropped = 0;

  private readonly paths: PathTable;

  constructor(paths: PathTable) {
    this.paths = paths;
  }

  get bytes(): number {
    return this.groups.size * 1500 + this.stacks.bytes;
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
    const stack = seen.stack === undefined ? undefined : this.stacks.find(seen.stack);
    const { version } = at.run;
    const key = keyOf({ ...at, ...seen, version, stack });
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
        version,
        stack,
        traceId: at.traceId,
        lastSeen: 0,
        weighted: false,
        counts: [],
      };
      this.keep(key, group);
    }
    if (at.time >= group.lastSeen) {
      group.lastSeen = at.time;
      group.traceId = at.traceId;
    }
    if (at.weight !== 1) group.weighted = true;
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

  /**
   * Those with a stack, most frequent first, by whatever their operations belong to.
   *
   * @param ownerOf undefined: not asked for
   */
  stacked<Owner>(
    ownerOf: (operation: number) => Owner | undefined,
    takes: (owner: Owner) => Takes,
  ): ReadonlyMap<Owner, readonly Stacked[]> {
    const merged = new Map<Owner, Map<string, Stacked>>();
    for (const group of this.groups.values()) {
      const { stack, version } = group;
      const owner = stack === undefined ? undefined : ownerOf(group.operation);
      if (stack === undefined || owner === undefined) continue;
      const times = sumOf(group, takes(owner));
      if (times === 0) continue;
      const kinds = merged.get(owner) ?? new Map<string, Stacked>();
      merged.set(owner, kinds);
      const key = `${stack.id}\n${version}\n${group.type}\n${group.shape}`;
      kinds.set(key, { stack, seen: joinStacked(kinds.get(key)?.seen, group, stack, times) });
    }
    return new Map(
      [...merged].map(([owner, kinds]) => [
        owner,
        [...kinds.values()].sort((a, b) => b.seen.count - a.seen.count),
      ]),
    );
  }

  forgetOld(now: number): void {
    for (const [key, group] of this.groups) {
      if (now - group.lastSeen <= kept) continue;
      this.groups.delete(key);
      this.byOperation.get(group.operation)?.delete(group);
      for (const above of this.paths.members(group.path)) this.below.get(above)?.delete(group);
    }
    const used = [...this.groups.values()].flatMap(({ stack }) => stack?.id ?? []);
    this.stacks.retain(new Set(used));
  }

  toData(): readonly SavedGroup[] {
    return [...this.groups.values()];
  }

  restore(data: readonly SavedGroup[]): void {
    for (const g of data) {
      const stack = g.stack === undefined ? undefined : this.stacks.intern(g.stack);
      const group: Group = { ...g, stack, counts: g.counts.map((c) => ({ ...c })) };
      this.keep(keyOf({ ...group, signature: `${g.type}\n${g.shape}` }), group);
    }
  }

  private keep(key: string, group: Group): void {
    this.groups.set(key, group);
    addTo(this.byOperation, group.operation, group);
    for (const above of this.paths.members(group.path)) addTo(this.below, above, group);
  }
}

export type SavedGroup = Readonly<Group>;

const keyOf = (
  group: Pick<Group, 'operation' | 'path' | 'version' | 'stack'> & { readonly signature: string },
): string =>
  `${group.operation}\n${group.path}\n${group.stack?.id ?? ''}\n${group.version}\n${group.signature}`;

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
  const { stack, version } = group;
  const framed = stack !== undefined && (newer || into.frames.length === 0);
  return {
    type: group.type,
    messageShape: group.shape,
    count: (into?.count ?? 0) + times,
    lastSeen: newer ? unixMillis(group.lastSeen) : into.lastSeen,
    releases: [...new Set([...(into?.releases ?? []), version])].slice(0, mostReleases),
    frames: framed ? stack.frames : (into?.frames ?? []),
    ...(framed
      ? { framesOf: version }
      : into?.framesOf === undefined
        ? {}
        : { framesOf: into.framesOf }),
    ...(newer ? { traceId: group.traceId } : into.traceId ? { traceId: into.traceId } : {}),
  };
}

export interface Stacked {
  readonly stack: ExceptionStack;
  readonly seen: StackedExceptions;
}

function joinStacked(
  into: StackedExceptions | undefined,
  group: Group,
  stack: ExceptionStack,
  times: number,
): StackedExceptions {
  const newer = into === undefined || group.lastSeen > into.lastSeen;
  return {
    stack: stack.id,
    type: group.type,
    messageShape: group.shape,
    release: group.version,
    count: (into?.count ?? 0) + times,
    ...(group.weighted || into?.weighted === true ? { weighted: true } : {}),
    lastSeen: newer ? unixMillis(group.lastSeen) : into.lastSeen,
    traceId: newer ? group.traceId : into.traceId,
  };
}
