import { parentOf } from '../../families/family.ts';
import type { Scope } from '../../fileFacts.ts';
import { ClassNames } from '../classNames.ts';
import type { Evaluator } from '../evaluator.ts';
import type { LinkedFile } from '../linkedFile.ts';
import { declaredValue, type Value } from './value.ts';

const mostSupertypes = 100;

/** What classes have of their own and from those above them, and what their packages share. */
export class ClassMembers {
  private readonly evaluator: Evaluator;
  private readonly names: ClassNames;
  private everywhere: readonly { readonly module: string; readonly folder: string }[] | undefined;

  constructor(evaluator: Evaluator) {
    this.evaluator = evaluator;
    this.names = new ClassNames(evaluator.files);
  }

  /** A method or constant, inherited ones too. */
  member(file: LinkedFile, index: number, name: string): Value | undefined {
    const method = file.method(index, name);
    if (method !== undefined) return declaredValue(file, method);
    const constant = file.ownBinding(index, name);
    if (constant !== undefined)
      return this.evaluator.evaluate(file, constant.from ?? index, constant.value);
    const above = this.evaluator.deeper(() => this.inherited(file, index, name));
    return above?.kind === 'router'
      ? this.evaluator.routers.inherited({ file, index }, above)
      : above;
  }

  private inherited(file: LinkedFile, index: number, name: string): Value | undefined {
    for (const supertype of file.supertypes(index)) {
      const above = this.evaluator.names.named(file, -1, supertype);
      const found =
        above?.kind === 'class' ? this.member(above.file, above.index, name) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Classes and interfaces above a class, nearest first, as far as they are in the workspace. */
  supertypes(
    file: LinkedFile,
    index: number,
  ): readonly { readonly file: LinkedFile; readonly index: number }[] {
    const found: { file: LinkedFile; index: number }[] = [{ file, index }];
    for (let i = 0; i < found.length && found.length < mostSupertypes; i += 1) {
      const at = found[i];
      for (const name of at?.file.supertypes(at.index) ?? []) {
        const above = at === undefined ? undefined : this.evaluator.names.named(at.file, -1, name);
        if (above?.kind !== 'class') continue;
        if (found.some((f) => f.file === above.file && f.index === above.index)) continue;
        found.push({ file: above.file, index: above.index });
      }
    }
    return found.slice(1);
  }

  /** Names of the classes above that aren't in the workspace; '' for one that can't be told. */
  externalSupertypes(file: LinkedFile, index: number): readonly string[] {
    const names: string[] = [];
    for (const at of [{ file, index }, ...this.supertypes(file, index)])
      for (const supertype of at.file.supertypes(at.index)) {
        const above = this.evaluator.evaluate(at.file, -1, { name: supertype });
        if (above?.kind !== 'class') names.push(above?.kind === 'external' ? above.name : '');
      }
    return names;
  }

  /** A class, or a function or constant beside classes, by its full name. */
  packaged(from: LinkedFile, fullName: string): Value | undefined {
    const type = this.names.named(from, fullName);
    if (type !== undefined) return type;
    const top = this.names.topLevel(from, fullName);
    if (top === undefined || this.evaluator.isTooDeep) return undefined;
    const value = top.file.ownBinding(-1, top.name);
    if (value !== undefined) return this.evaluator.names.bound(top.file, value);
    const index = top.file.topLevel(top.name);
    return index === undefined ? undefined : declaredValue(top.file, index);
  }

  /** A member of the classes around, inherited ones too; a nested class; a class of the package; what is imported on demand. */
  packagedName(file: LinkedFile, scope: Scope, name: string): Value | undefined {
    for (let at = scope; at >= 0; at = file.parentOf(at)) {
      const member = file.functions[at]?.kind === 'class' ? this.member(file, at, name) : undefined;
      if (member !== undefined) return member;
    }
    for (const around of packagesAround(file)) {
      const beside = this.packaged(file, `${around}.${name}`);
      if (beside !== undefined) return beside;
    }
    for (const star of [...file.stars, ...this.everywhereIn(file)]) {
      const found =
        this.packaged(file, `${star}.${name}`) ??
        this.evaluator.member(this.names.named(file, star), name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** What files further up import for all below them: `global using Shop.Common;`. */
  private everywhereIn(file: LinkedFile): readonly string[] {
    if (file.family?.packagesNest !== true) return [];
    this.everywhere ??= [...this.evaluator.files.values()].flatMap((other) =>
      other.facts.imports
        .filter((one) => one.everywhere === true)
        .map(({ module }) => ({ module, folder: `${parentOf(other.path)}/` })),
    );
    return this.everywhere.filter((o) => file.path.startsWith(o.folder)).map((o) => o.module);
  }
}

/** The package of a file; where packages nest, those around it too, nearest first. */
function packagesAround(file: LinkedFile): readonly string[] {
  const own = file.facts.package ?? '';
  if (file.family?.packagesNest !== true) return [own];
  const parts = own.split('.');
  return parts.map((_, i) => parts.slice(0, parts.length - i).join('.'));
}
