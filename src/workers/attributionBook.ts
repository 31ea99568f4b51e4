import type { Attribution } from '../domain/attribution.ts';
import type { Operation, OperationId } from '../domain/operation.ts';
import type { ServiceKey } from '../domain/service.ts';
import type { Attributor } from '../attribution/attributor.ts';
import type { OwnedOperation } from '../symbols/contract.ts';
import { Turns } from '../domain/turns.ts';

/** Operations of backends are remembered up to there, the oldest go first. */
const mostOperations = 60_000;

/** Every operation seen and the function it maps to, by operation and by file. */
export class AttributionBook {
  private readonly entries = new Map<OperationId, OwnedOperation>();
  private readonly held = new Set<Operation>();
  private byFile: Map<string, OwnedOperation[]> | undefined;
  private seen: readonly ServiceKey[] | undefined;
  private attributor: Attributor | undefined;

  get size(): number {
    return this.entries.size;
  }

  /** Whether operations wait for their first answer. */
  get holds(): boolean {
    return this.held.size > 0;
  }

  /** Services that have telemetry, sorted. */
  get services(): readonly ServiceKey[] {
    return (this.seen ??= [
      ...new Set([...this.entries.values()].map((e) => e.operation.service)),
    ].sort());
  }

  /** Adds or replaces operations; returns paths whose attributions are others now. */
  add(operations: readonly Operation[]): Set<string> {
    const changed = new Set<string>();
    for (const operation of operations) {
      const known = this.entries.get(operation.id);
      if (known === undefined && this.entries.size >= mostOperations) this.dropOldest(changed);
      const entry = { operation, attribution: this.attribute(operation) };
      this.entries.set(operation.id, entry);
      if (known !== undefined && sameAnswer(known.attribution, entry.attribution)) continue;
      for (const e of [known, entry])
        if (e !== undefined) for (const path of pathsOf(e.attribution)) changed.add(path);
    }
    this.byFile = undefined;
    this.seen = undefined;
    return changed;
  }

  /** Takes operations without an answer yet: `relink` gives it to all of them in one moment. */
  hold(operations: readonly Operation[]): void {
    for (const operation of operations) {
      if (this.entries.has(operation.id)) continue;
      if (this.entries.size >= mostOperations) this.dropOldest(new Set());
      this.entries.set(operation.id, { operation, attribution: unread(operation) });
      this.held.add(operation);
    }
    this.byFile = undefined;
    this.seen = undefined;
  }

  /** Forgets all but what `keep` wants. */
  retain(keep: (operation: Operation) => boolean): Set<string> {
    const changed = new Set<string>();
    for (const [id, { operation, attribution }] of this.entries) {
      if (keep(operation)) continue;
      this.entries.delete(id);
      for (const path of pathsOf(attribution)) changed.add(path);
    }
    this.byFile = undefined;
    this.seen = undefined;
    return changed;
  }

  /**
   * Attributes everything again, with turns for others; until all is done the answers are the old ones. Returns paths whose attributions
   * are others now; undefined: given up.
   */
  async relink(attributor: Attributor, signal: AbortSignal): Promise<Set<string> | undefined> {
    const turns = new Turns();
    await turns.run(attributor.prepare());
    const answers = new Map<Operation, Attribution>();
    const held = [...this.held];
    const wanted =
      attributor === this.attributor ? held : [...this.entries.values()].map((e) => e.operation);
    for (const operation of wanted) {
      answers.set(operation, attributor.attribute(operation));
      await turns.next();
      if (signal.aborted) return undefined;
    }
    const whole = attributor !== this.attributor;
    this.attributor = attributor;
    for (const operation of held) this.held.delete(operation);
    const changed = new Set<string>();
    for (const [id, known] of this.entries) {
      const { operation } = known;
      const answer = answers.get(operation);
      if (answer === undefined && (!whole || this.held.has(operation))) continue;
      const attribution = answer ?? this.attribute(operation);
      this.entries.set(id, { operation, attribution });
      if (sameAnswer(known.attribution, attribution)) continue;
      for (const path of pathsOf(known.attribution)) changed.add(path);
      for (const path of pathsOf(attribution)) changed.add(path);
    }
    this.byFile = undefined;
    return changed;
  }

  /** Attributes some again, of which more is known; returns paths whose attributions are others now. */
  again(which: (operation: Operation) => boolean): Set<string> {
    if (this.attributor === undefined) return new Set();
    const wanted = [...this.entries.values()].map((entry) => entry.operation);
    return this.add(wanted.filter((one) => which(one) && !this.held.has(one)));
  }

  /** Without a workspace no operation has an owner. */
  unlink(): void {
    this.attributor = undefined;
    this.add([...this.entries.values()].map((e) => e.operation));
  }

  inFile(path: string): readonly OwnedOperation[] {
    this.byFile ??= this.groupByFile();
    return this.byFile.get(path) ?? [];
  }

  get(id: OperationId): OwnedOperation | undefined {
    return this.entries.get(id);
  }

  all(): readonly OwnedOperation[] {
    return [...this.entries.values()];
  }

  unowned(limit: number): OwnedOperation[] {
    const found: OwnedOperation[] = [];
    for (const entry of this.entries.values()) {
      if (found.length >= limit) break;
      if (entry.attribution.kind === 'none') found.push(entry);
    }
    return found;
  }

  attribute(operation: Operation): Attribution {
    if (this.attributor !== undefined) return this.attributor.attribute(operation);
    return unread(operation);
  }

  private groupByFile(): Map<string, OwnedOperation[]> {
    const groups = new Map<string, OwnedOperation[]>();
    for (const entry of this.entries.values())
      for (const path of pathsOf(entry.attribution)) {
        const group = groups.get(path);
        if (group) group.push(entry);
        else groups.set(path, [entry]);
      }
    return groups;
  }

  private dropOldest(changed: Set<string>): void {
    const oldest = this.entries.entries().next();
    if (oldest.done === true) return;
    const [id, { attribution }] = oldest.value;
    for (const path of pathsOf(attribution)) changed.add(path);
    this.entries.delete(id);
  }
}

const unread = ({ id: operation }: Operation): Attribution => ({
  kind: 'none',
  operation,
  steps: [],
  telemetry: '',
  explanation: 'the workspace is still being read',
});

const pathsOf = (attribution: Attribution): ReadonlySet<string> =>
  new Set(
    attribution.kind === 'owned'
      ? [attribution.owner.path]
      : attribution.kind === 'ambiguous'
        ? attribution.candidates.map((c) => c.path)
        : [],
  );

/** The same functions for the same reason; positions are not part of the answer. */
function sameAnswer(a: Attribution, b: Attribution): boolean {
  if (a.kind !== b.kind || a.explanation !== b.explanation) return false;
  if (a.kind === 'owned' && b.kind === 'owned')
    return a.owner.id === b.owner.id && a.owner.path === b.owner.path && a.rule === b.rule;
  if (a.kind === 'ambiguous' && b.kind === 'ambiguous')
    return (
      a.candidates.length === b.candidates.length &&
      a.candidates.every((c, i) => c.id === b.candidates[i]?.id)
    );
  return true;
}
