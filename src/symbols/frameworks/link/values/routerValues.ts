import type { CallExpr } from '../../expression.ts';
import type { Scope } from '../../fileFacts.ts';
import type { RouterFramework } from '../../routerFramework.ts';
import type { Evaluator } from '../evaluator.ts';
import type { Found } from '../handlers.ts';
import type { LinkedFile } from '../linkedFile.ts';
import { Creators } from './creators.ts';
import { parameterKey, type Made, type RouterOrigin } from './routerOrigin.ts';
import type { RouterValue, Value } from './value.ts';

/** All routers that were come upon, by key, and what makes a value one. */
export class RouterValues {
  readonly creators: Creators;
  private readonly evaluator: Evaluator;
  private readonly frameworks: readonly RouterFramework[];
  private readonly origins = new Map<string, RouterOrigin>();
  private readonly creatorsOfClasses = new Map<string, { readonly found: Made | undefined }>();

  constructor(evaluator: Evaluator, frameworks: readonly RouterFramework[]) {
    this.evaluator = evaluator;
    this.frameworks = frameworks;
    this.creators = new Creators(frameworks);
  }

  get(key: string): RouterOrigin | undefined {
    return this.origins.get(key);
  }

  /** In the order they were found; those found meanwhile come last. */
  values(): Iterable<RouterOrigin> {
    return this.origins.values();
  }

  /** The router of a key; the first that is added stays. */
  add(origin: RouterOrigin): RouterValue {
    const { key } = origin;
    if (!this.origins.has(key)) this.set(origin);
    return { kind: 'router', key };
  }

  /** Also where one of the key is known: it is replaced. */
  set(origin: RouterOrigin): void {
    this.origins.set(origin.key, origin);
  }

  /** A parameter turned out to be a router of this framework. */
  adopt(key: string, framework: RouterFramework): void {
    const origin = this.origins.get(key);
    if (origin !== undefined && origin.framework === undefined) this.set({ ...origin, framework });
  }

  /** The framework of a router; for one whose maker is out of sight, all of the file's family. */
  frameworksOf(
    file: LinkedFile,
    framework: RouterFramework | undefined,
  ): readonly RouterFramework[] {
    if (framework !== undefined) return [framework];
    return this.frameworks.filter((f) => f.family === file.family?.id);
  }

  /** What a value registers routes on: itself, the router that its type embeds, or the program's own. */
  of(file: LinkedFile, value: Value | undefined): RouterValue | undefined {
    if (value?.kind === 'router') return value;
    if (value?.kind === 'object') {
      const inside = this.evaluator.typed.embeddedRouter(value.type);
      return inside?.kind === 'router' ? inside : undefined;
    }
    if (value?.kind === 'instance') return this.ofClass(value.file, value.index);
    if (value?.kind !== 'external') return undefined;
    const framework = this.creators.ofProgram(file, value.name);
    if (framework === undefined) return undefined;
    return this.add({ key: `program ${value.name}`, file, scope: -1, framework, root: true });
  }

  /** A router of which only the type is known: some caller fills it. */
  ofType(file: LinkedFile, type: string, key: string): RouterValue | undefined {
    const framework = this.creators.ofType(file, type);
    if (framework === undefined) return undefined;
    const root = framework.types?.[type]?.root;
    const known = this.origins.get(key);
    if (known !== undefined && known.framework === undefined)
      this.set({ ...known, framework, ...(root ? { root } : {}) });
    return this.add({ key, file, scope: -1, framework, ...(root ? { root } : {}) });
  }

  /** A parameter that may be a router. */
  ofParameter(file: LinkedFile, scope: Scope, name: string): RouterValue {
    return this.add({ key: parameterKey(file, scope, name), file, scope });
  }

  /** What a call makes. */
  made(file: LinkedFile, scope: Scope, call: CallExpr, by: Made): RouterValue {
    return this.add({ key: `${file.path}@${call.at}`, file, scope, call, ...by });
  }

  /** What makes a class's instances routers: a class of a framework that it extends. */
  creatorAbove(file: LinkedFile, index: number): Made | undefined {
    const known = this.creatorsOfClasses.get(`${file.path}|${index}`);
    if (known !== undefined) return known.found;
    const found = this.evaluator.classes
      .externalSupertypes(file, index)
      .map((name) => this.creators.made(file, name))
      .find((creator) => creator !== undefined);
    this.creatorsOfClasses.set(`${file.path}|${index}`, { found });
    return found;
  }

  /** What the methods of a class register on its own instance, where its instances are routers. */
  ofClass(file: LinkedFile, index: number, call?: CallExpr): RouterValue | undefined {
    const by = this.creatorAbove(file, index);
    if (by === undefined) return undefined;
    const key = classKey({ file, index });
    if (!this.origins.has(key) || call !== undefined)
      this.set({ key, file, scope: index, ...by, ...(call && { call }) });
    return { kind: 'router', key };
  }

  /** Whether a member of a router is the router again: `app.server`. */
  isItself({ key }: RouterValue, member: string): boolean {
    const origin = this.origins.get(key);
    if (origin?.framework !== undefined) return origin.framework.itself?.includes(member) ?? false;
    const family = origin?.file.family?.id;
    return this.frameworks.some((f) => f.family === family && f.itself?.includes(member));
  }

  /** A router that a class makes in a field: each class below it has one of its own, with what the class above registers. */
  inherited(owner: Found, value: RouterValue): RouterValue {
    const origin = this.origins.get(value.key);
    if (origin?.call === undefined || origin.made === undefined || origin.includes !== undefined)
      return value;
    const made = origin.file.classAround(origin.scope);
    if (made === undefined || (made === owner.index && origin.file === owner.file)) return value;
    const key = `${value.key} of ${classKey(owner)}`;
    return { ...value, ...this.add({ ...origin, key, includes: value.key }) };
  }

  /** Each call of a function that makes a router gives another one, with the routes that the function itself registers. */
  handedOut(file: LinkedFile, call: CallExpr, maker: Found, value: RouterValue): RouterValue {
    const origin = this.origins.get(value.key);
    const own = origin?.file === maker.file && origin.scope === maker.index;
    if (origin?.call === undefined || !own || file.family?.foldersAreModules === true) return value;
    const { root, prefix } = origin.made ?? {};
    const made = { ...(root && { root }), ...(prefix && { prefix }) };
    const key = `${value.key} by ${file.path}@${call.at}`;
    return { ...value, ...this.add({ ...origin, key, made, includes: value.key }) };
  }
}

/** Key of what a class registers on every instance. */
export const classKey = ({ file, index }: Found): string => `${file.path}#class ${index}`;

/** The class of such a key. */
export function classOfKey(key: string): { path: string; index: number } | undefined {
  const [, path, index] = /^(.*)#class (\d+)$/s.exec(key) ?? [];
  return path === undefined ? undefined : { path, index: Number(index) };
}
