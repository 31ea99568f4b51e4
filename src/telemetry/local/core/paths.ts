/**
 * Interned sets of operations: the ancestors of a span within its service and trace. Cells keep such a set instead of an owner, so
 * that who owns what is decided when asked, and an edit that moves an operation to another function needs no recount.
 */
export class PathTable {
  private readonly sets: Int32Array[] = [new Int32Array(0), new Int32Array(0)];
  private readonly byText = new Map<string, number>([['', 0]]);
  private readonly steps = new Map<number, number>();
  overflowed = 0;

  private readonly most: number;

  constructor(most = 50_000) {
    this.most = most;
  }

  get bytes(): number {
    return this.sets.length * 200;
  }

  /** The path one step further down: `path` plus `operation`. */
  extend(path: number, operation: number): number {
    if (path === unknownPath) return unknownPath;
    const step = path * 2 ** 22 + operation + 1;
    const known = this.steps.get(step);
    if (known !== undefined) return known;
    const set = this.sets[path] ?? new Int32Array(0);
    const next = set.includes(operation)
      ? path
      : this.intern(Int32Array.from([...set, operation]).sort());
    if (next !== unknownPath || this.steps.size < this.most * 4) this.steps.set(step, next);
    return next;
  }

  intern(set: Int32Array): number {
    const text = set.join();
    const known = this.byText.get(text);
    if (known !== undefined) return known;
    if (this.sets.length >= this.most) {
      this.overflowed += 1;
      return unknownPath;
    }
    this.sets.push(set);
    this.byText.set(text, this.sets.length - 1);
    return this.sets.length - 1;
  }

  members(path: number): Int32Array {
    return this.sets[path] ?? new Int32Array(0);
  }

  /** True when an operation of the group is among the ancestors. */
  meets(path: number, group: ReadonlySet<number>): boolean {
    const set = this.sets[path];
    if (set === undefined) return false;
    for (const operation of set) if (group.has(operation)) return true;
    return false;
  }

  toArrays(): number[][] {
    return this.sets.slice(2).map((set) => [...set]);
  }

  restore(arrays: readonly (readonly number[])[]): void {
    for (const array of arrays) this.intern(Int32Array.from(array));
  }
}

export const rootPath = 0;
/** Ancestors not kept, because there were too many different ones. */
export const unknownPath = 1;
/** In a path: the call out lies inside another call out (an ORM's span around the driver's), so it isn't counted again. */
export const insideCallOut = -1;
