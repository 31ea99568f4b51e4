import { groupBy } from './groupBy.ts';

/** Things of the source by a name that telemetry says. */
export class NameIndex<T> {
  private readonly exact: ReadonlyMap<string, readonly T[]>;
  private readonly all: readonly T[];
  private readonly nameOf: (one: T) => string;
  private lower: ReadonlyMap<string, readonly T[]> | undefined;

  constructor(all: readonly T[], nameOf: (one: T) => string) {
    this.all = all;
    this.nameOf = nameOf;
    this.exact = groupBy(all, nameOf);
  }

  /** @param folded whether upper case may have been lost of the name: then all that it may be */
  named(name: string, folded?: boolean): readonly T[] {
    if (folded !== true || name !== name.toLowerCase()) return this.exact.get(name) ?? [];
    this.lower ??= groupBy(this.all, (one) => this.nameOf(one).toLowerCase());
    return this.lower.get(name) ?? [];
  }
}
