import type { FunctionRef } from '../domain/functionDecl.ts';
import type { ClassDecl } from '../domain/workspace.ts';
import type { WorkspaceIndex } from './workspaceIndex.ts';

interface Declared {
  readonly owner: ClassDecl;
  readonly signature: string;
  readonly ref: FunctionRef;
}

/**
 * Functions that run when `method` of the class is called: its own, else those of the classes and interfaces above it that are in the
 * workspace. Overloads are all returned. Empty: declared only in a library.
 */
export function methodOwners(
  index: WorkspaceIndex,
  start: ClassDecl,
  method: string,
): readonly FunctionRef[] {
  const declared = hierarchy(index, start).flatMap((owner) =>
    owner.methods
      .filter((m) => m.name === method)
      .map((m): Declared => ({ owner, signature: m.signature ?? '', ref: m.ref })),
  );
  // The nearest declaration of a signature overrides those above it.
  const nearest = new Map<string, Declared>();
  for (const one of declared) {
    const known = nearest.get(one.signature);
    if (known === undefined || known.owner === one.owner) {
      const key = known === undefined ? one.signature : `${one.signature}~${nearest.size}`;
      nearest.set(key, one);
    }
  }
  return [...nearest.values()].map(
    (one) => fragmentOf(index, start, declared, one)?.ref ?? one.ref,
  );
}

/** The class, then everything above it, nearest first, each once. */
function hierarchy(index: WorkspaceIndex, start: ClassDecl): readonly ClassDecl[] {
  const found: ClassDecl[] = [start];
  for (let i = 0; i < found.length && found.length < 200; i += 1)
    for (const name of found[i]?.supertypes ?? []) {
      const above = index.classNamed(name);
      if (above !== undefined && !found.includes(above)) found.push(above);
    }
  return found;
}

/**
 * Spring Data: an interface's method may be carried out by a fragment class, by convention the interface's name + `Impl`.
 * https://docs.spring.io/spring-data/jpa/reference/repositories/custom-implementations.html
 */
function fragmentOf(
  index: WorkspaceIndex,
  start: ClassDecl,
  declared: readonly Declared[],
  one: Declared,
): Declared | undefined {
  if (start.interface === undefined) return undefined;
  const above = hierarchy(index, start);
  const names = new Set(above.map((c) => `${simple(c.name)}Impl`));
  const found: Declared[] = [];
  for (const name of names)
    for (const owner of index.classes(name)) {
      const implemented = owner.supertypes.map((s) => index.classNamed(s));
      if (owner.interface || !implemented.some((c) => c !== undefined && above.includes(c)))
        continue;
      for (const m of owner.methods)
        if (
          m.name === declared[0]?.ref.name.split('.').at(-1) &&
          (m.signature ?? '') === one.signature
        )
          found.push({ owner, signature: one.signature, ref: m.ref });
    }
  return found.length === 1 ? found[0] : undefined;
}

const simple = (name: string): string => name.slice(name.lastIndexOf('.') + 1);
