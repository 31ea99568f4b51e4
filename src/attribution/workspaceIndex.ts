import type { CallLiteral } from '../domain/callMatch.ts';
import type { FunctionDecl, FunctionRef } from '../domain/functionDecl.ts';
import type { Operation } from '../domain/operation.ts';
import type { ResolverDecl } from '../domain/resolver.ts';
import type { ServiceKey } from '../domain/service.ts';
import type { ClassDecl, FileServices, SpanLiteral, WorkspaceFacts } from '../domain/workspace.ts';
import { EndpointIndex } from './endpointIndex.ts';
import { FileIndex } from './fileIndex.ts';
import { Instrumentations } from './instrumentation.ts';
import { groupBy } from './groupBy.ts';
import { NameIndex } from './nameIndex.ts';
import { RouteIndex } from './routeIndex.ts';

/** Lookups that don't ask which service a file belongs to. */
interface Built {
  files?: FileIndex;
  routes?: RouteIndex;
  endpoints?: EndpointIndex;
  spans?: NameIndex<SpanLiteral>;
  classes?: NameIndex<ClassDecl>;
  methods?: NameIndex<string>;
  resolvers?: Map<string, ResolverDecl[]>;
  middleware?: Map<string, FunctionRef[]>;
  ids?: Map<string, FunctionDecl>;
  literals?: Map<string, CallLiteral[]>;
}

/** Lookups over the workspace's facts; each is built when first needed. */
export class WorkspaceIndex {
  readonly facts: WorkspaceFacts;
  readonly instrumentations: Instrumentations;
  private readonly built: Built;
  private readonly services = new Map<string, FileServices>();

  constructor(facts: WorkspaceFacts, built: Built = {}) {
    this.facts = facts;
    this.built = built;
    this.instrumentations = new Instrumentations(facts.runtimes);
  }

  /** The same workspace with other services: the lookups are shared. */
  serving(servicesOf: WorkspaceFacts['servicesOf']): WorkspaceIndex {
    return new WorkspaceIndex({ ...this.facts, servicesOf }, this.built);
  }

  /** Each step builds one lookup. */
  *prepare(): Generator<void, void> {
    this.built.files ??= yield* FileIndex.inSteps(this.facts.functions);
    for (const build of [
      () => this.routes,
      () => this.endpoints,
      () => this.spans(''),
      () => this.classes(''),
    ]) {
      build();
      yield;
    }
  }

  get files(): FileIndex {
    return (this.built.files ??= FileIndex.of(this.facts.functions));
  }

  get routes(): RouteIndex {
    return (this.built.routes ??= new RouteIndex(this.facts.routes, this.facts.openRoutes));
  }

  get endpoints(): EndpointIndex {
    return (this.built.endpoints ??= new EndpointIndex(
      this.facts.endpoints,
      this.facts.destinationBindings,
    ));
  }

  /** @param folded see NameIndex */
  spans(name: string, folded?: boolean): readonly SpanLiteral[] {
    this.built.spans ??= new NameIndex(
      this.facts.spans.filter((s) => s.unresolved === undefined),
      (s) => s.name,
    );
    return this.built.spans.named(name, folded);
  }

  /** Places of the source with a text that a call out carries. */
  literals(key: string): readonly CallLiteral[] {
    this.built.literals ??= groupBy(this.facts.callLiterals ?? [], (l) => l.key);
    return this.built.literals.get(key) ?? [];
  }

  /** Classes by simple name (the last part of `Outer.Inner`). */
  classes(simpleName: string, folded?: boolean): readonly ClassDecl[] {
    this.built.classes ??= new NameIndex(this.facts.classes, (c) =>
      c.name.slice(c.name.lastIndexOf('.') + 1),
    );
    return this.built.classes.named(simpleName, folded);
  }

  /** How classes of the workspace may write a method that telemetry names in lower case. */
  spellingsOf(method: string): readonly string[] {
    this.built.methods ??= new NameIndex(
      [...new Set(this.facts.classes.flatMap((c) => c.methods.map((m) => m.name)))],
      (name) => name,
    );
    return this.built.methods.named(method, true);
  }

  /** Resolvers by `Type.field`; else by what the language writes in its own case: `created_at` for `createdAt`. */
  resolvers(coordinate: string, folded?: boolean): readonly ResolverDecl[] {
    this.built.resolvers ??= groupBy(this.facts.resolvers, (r) => anyCase(`${r.type}.${r.field}`));
    const found = this.built.resolvers.get(anyCase(coordinate)) ?? [];
    if (folded === true) return found;
    const exact = found.filter((r) => `${r.type}.${r.field}` === coordinate);
    return exact.length > 0 ? exact : found;
  }

  /** The class that a qualified or written name means, seen from a file's neighbourhood; undefined unless it is one. */
  classNamed(qualifiedName: string): ClassDecl | undefined {
    const candidates = this.classes(qualifiedName.slice(qualifiedName.lastIndexOf('.') + 1));
    const exact = candidates.filter((c) => c.qualifiedName === qualifiedName);
    const pool =
      exact.length > 0
        ? exact
        : candidates.filter((c) => !qualifiedName.includes('.') || c.name === qualifiedName);
    return pool.length === 1 ? pool[0] : undefined;
  }

  /** Functions registered as middleware, by the name that they have at run time. */
  middleware(name: string): readonly FunctionRef[] {
    this.built.middleware ??= groupBy(this.facts.middleware ?? [], (ref) =>
      ref.name.slice(ref.name.lastIndexOf('.') + 1),
    );
    return this.built.middleware.get(name) ?? [];
  }

  /** By id, `<relative path>#<qualified name>`. */
  functionNamed(id: string): FunctionRef | undefined {
    this.built.ids ??= new Map(this.facts.functions.map((f) => [f.id, f]));
    const found = this.built.ids.get(id);
    return found === undefined ? undefined : refOf(found);
  }

  servicesOf(path: string): FileServices {
    let found = this.services.get(path);
    if (found === undefined) this.services.set(path, (found = this.facts.servicesOf(path)));
    return found;
  }

  /** How near a file is to a service: 0 it is one of its files, 1 nothing says whose it is, 2 it is another's. */
  standing(service: ServiceKey): (path: string) => number {
    return (path) => {
      const { services } = this.servicesOf(path);
      if (services.length === 0) return 1;
      return services.some((s) => sameService(s.service, service)) ? 0 : 2;
    };
  }

  /**
   * Leaves out functions in files of other services; keeps those of unknown ones only when no file is surely this service's. Of services
   * that differ in case alone, the one written like the telemetry's is meant, unless that may have lost its upper case.
   */
  inService(
    refs: readonly FunctionRef[],
    { service, folded }: Pick<Operation, 'service' | 'folded'>,
  ): {
    readonly kept: readonly FunctionRef[];
    readonly lost: readonly { readonly ref: FunctionRef; readonly services: string }[];
    readonly confirmed?: string;
  } {
    const own: FunctionRef[] = [];
    const exact: FunctionRef[] = [];
    const mayBeAny = folded === true && service === service.toLowerCase();
    const unknown: FunctionRef[] = [];
    const lost: { ref: FunctionRef; services: string }[] = [];
    let confirmed: string | undefined;
    for (const ref of refs) {
      const { services } = this.servicesOf(ref.path);
      const same = services.find((s) => s.service === service);
      const mine = same ?? services.find((s) => sameService(s.service, service));
      if (mine !== undefined) {
        own.push(ref);
        confirmed = same !== undefined && exact.length === 0 ? same.explanation : confirmed;
        if (same !== undefined) exact.push(ref);
        confirmed ??= mine.explanation;
      } else if (services.length === 0) unknown.push(ref);
      else lost.push({ ref, services: services.map((s) => s.service).join(', ') });
    }
    const known = exact.length > 0 && !mayBeAny ? exact : own;
    const kept = known.length > 0 ? known : unknown;
    return confirmed === undefined ? { kept, lost } : { kept, lost, confirmed };
  }

  describe(ref: FunctionRef): string {
    return `${ref.name} (${ref.id.slice(0, ref.id.indexOf('#'))}:${ref.declarationLine + 1})`;
  }
}

const anyCase = (coordinate: string): string => coordinate.replaceAll('_', '').toLowerCase();

/** Names are compared without case: Zipkin lowercases them. */
const sameService = (a: ServiceKey, b: ServiceKey): boolean =>
  a === b || a.toLowerCase() === b.toLowerCase();

export const refOf = (decl: FunctionDecl): FunctionRef => ({
  id: decl.id,
  name: decl.name,
  path: decl.path,
  range: decl.range,
  selectionRange: decl.selectionRange,
  declarationLine: decl.declarationLine,
});
