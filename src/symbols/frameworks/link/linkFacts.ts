import type { CallLiteral } from '../../../domain/callMatch.ts';
import type { DestinationBinding, EndpointDecl } from '../../../domain/endpoint.ts';
import type { FunctionDecl, FunctionRef } from '../../../domain/functionDecl.ts';
import type { ResolverDecl } from '../../../domain/resolver.ts';
import type { RouteDecl } from '../../../domain/route.ts';
import type {
  ClassDecl,
  OpenRoute,
  QueryLiteral,
  QuerySpans,
  RuntimeScopes,
  SpanLiteral,
} from '../../../domain/workspace.ts';
import type { HintFacts } from '../../serviceHints/hints.ts';
import { atOnce } from '../../../domain/turns.ts';
import { runtimes } from '../families/registry.ts';
import type { IndexedFile } from '../fileFacts.ts';
import type { RouterFramework } from '../routerFramework.ts';
import { frameworks } from '../registry.ts';
import type { ModuleRoot } from '../families/family.ts';
import { callLiteralsOf } from './callLiterals.ts';
import { controllerRoutes } from './controllers.ts';
import { linkEndpoints } from './endpoints/linkEndpoints.ts';
import { drawnRoutes } from './drawnRoutes.ts';
import { Evaluator } from './evaluator.ts';
import { fileRoutes } from './fileRoutes.ts';
import { functionalRoutes } from './functionalRoutes.ts';
import type { Found } from './handlers.ts';
import { LinkedFile } from './linkedFile.ts';
import type { LinkedRoute } from './linkedRoute.ts';
import { openApiRoutes } from './openApiRoutes.ts';
import { ProgramPropertiesIndex } from './programProperties.ts';
import { procedureRoutes } from './procedures.ts';
import { linkResolvers } from './resolvers.ts';
import { queriesOf, querySpans } from './queries.ts';
import { refOf } from './refOf.ts';

import { RouterGraph } from './routerGraph.ts';

/** What the workspace's files say together. */
export interface LinkedFacts {
  readonly routes: readonly RouteDecl[];
  /** Routes whose handler isn't a function of the workspace. */
  readonly openRoutes: readonly OpenRoute[];
  readonly resolvers: readonly ResolverDecl[];
  readonly spans: readonly SpanLiteral[];
  readonly classes: readonly ClassDecl[];
  readonly runtimes: readonly RuntimeScopes[];
  /** Functions registered to run before handlers. */
  readonly middleware: readonly FunctionRef[];
  readonly queries: readonly QueryLiteral[];
  readonly querySpans: readonly QuerySpans[];
  readonly callLiterals: readonly CallLiteral[];
  readonly endpoints: readonly EndpointDecl[];
  readonly destinationBindings: readonly DestinationBinding[];
}

/** Joins the facts of all files: prefixes across files, handlers through imports, names of spans through constants. Pure. */
export const linkFacts = (
  files: ReadonlyMap<string, IndexedFile>,
  hints: readonly HintFacts[] = [],
): LinkedFacts => atOnce(linkSteps(files, hints));

/** The same, file by file: a large workspace takes long. The files must stay the same until the end. */
export function* linkSteps(
  files: ReadonlyMap<string, IndexedFile>,
  hints: readonly HintFacts[],
): Generator<void, LinkedFacts> {
  const routers = frameworks.filter((f): f is RouterFramework => f.kind === 'router');
  const linkedFiles = new Map<string, LinkedFile>();
  // Most frameworks concern no workspace: what is imported anywhere tells, once for all of them.
  const imported = new Set<string>();
  for (const [path, file] of files) {
    linkedFiles.set(path, new LinkedFile(path, file));
    for (const { module } of file.facts.imports) imported.add(module);
    yield;
  }
  const evaluator = new Evaluator(
    linkedFiles,
    routers,
    moduleRoots(hints),
    hints.flatMap((h) => h.aliases ?? []),
  );
  const graph = new RouterGraph(evaluator, routers);
  const linked = [...(yield* graph.build())];
  const frameworkSpans: SpanLiteral[] = [];
  const properties = new ProgramPropertiesIndex(hints);
  const resolvers: ResolverDecl[] = [];
  for (const framework of frameworks) {
    if (framework.kind === 'files') {
      const found = yield* fileRoutes(evaluator, framework);
      for (const route of found.routes) linked.push(route);
      for (const span of found.spans) frameworkSpans.push(span);
    }
    if (framework.kind === 'drawn')
      for (const route of yield* drawnRoutes(evaluator, framework)) linked.push(route);
    if (framework.kind === 'procedures')
      for (const route of yield* procedureRoutes(evaluator, framework, linked)) linked.push(route);
    if (framework.kind === 'resolvers')
      for (const one of yield* linkResolvers(evaluator, framework, imported)) resolvers.push(one);
    if (framework.kind === 'functional')
      for (const route of yield* functionalRoutes(evaluator, framework, properties))
        linked.push(route);
    if (framework.kind !== 'controller') continue;
    for (const route of yield* controllerRoutes(evaluator, framework, properties))
      linked.push(route);
    if (framework.generatedInterfaces !== undefined)
      for (const route of openApiRoutes(evaluator, framework, hints, properties))
        linked.push(route);
  }
  const routes: RouteDecl[] = [];
  const openRoutes: OpenRoute[] = [];
  for (const route of linked) addRoute(route, routes, openRoutes);
  const spans = yield* spansOf(evaluator);
  for (const span of frameworkSpans) spans.push(span);
  const classes = yield* classesOf(evaluator);
  return {
    routes,
    openRoutes,
    resolvers,
    spans,
    classes,
    runtimes,
    middleware: middlewareOf(graph.middleware),
    queries: yield* queriesOf(evaluator),
    querySpans,
    callLiterals: yield* callLiteralsOf(evaluator),
    ...(yield* linkEndpoints(
      evaluator,
      properties,
      hints.flatMap((h) => h.protoServices ?? []),
    )),
  };
}

function middlewareOf(found: readonly Found[]): FunctionRef[] {
  const refs = new Map<string, FunctionRef>();
  for (const { file, index } of found) {
    const decl = file.functions[index];
    if (decl !== undefined && !file.inTest) refs.set(`${decl.path} ${decl.id}`, refOf(decl));
  }
  return [...refs.values()];
}

const moduleRoots = (hints: readonly HintFacts[]): ModuleRoot[] =>
  hints.flatMap(({ moduleName: name, folder }) => (name === undefined ? [] : [{ name, folder }]));

const traitsOf = new Map(frameworks.map(({ id, traits }) => [id, traits]));

function addRoute(route: LinkedRoute, routes: RouteDecl[], openRoutes: OpenRoute[]): void {
  const { path, file, handler } = route;
  const traits = traitsOf.get(route.framework);
  const common = {
    framework: route.framework,
    ...(traits === undefined ? {} : { traits }),
    method: route.method,
    path: path.text,
    ...(route.name === undefined ? {} : { name: route.name }),
    ...(route.routerPath === undefined ? {} : { routerPath: route.routerPath }),
    ...(route.reportedAs === undefined ? {} : { reportedAs: route.reportedAs }),
    ...(route.alone === undefined ? {} : { alone: route.alone }),
    ...(route.headRefused === undefined ? {} : { headRefused: route.headRefused }),
    ...(route.prefixable === undefined ? {} : { prefixable: route.prefixable }),
    registeredAt: { path: file.path, line: route.line },
    ...(handler?.makes === true ? { made: true as const } : {}),
    ...(path.unresolved === undefined ? {} : { unresolved: path.unresolved }),
    ...(path.assumed === undefined ? {} : { assumed: path.assumed }),
    ...(route.delegated === undefined ? {} : { delegated: route.delegated }),
    ...(file.inTest ? { inTest: true as const } : {}),
    ...(route.programs === undefined ? {} : { programs: route.programs }),
  };
  const decl = handler?.file.functions[handler.index];
  if (decl === undefined)
    openRoutes.push({ ...common, ...(route.why === undefined ? {} : { why: route.why }) });
  else routes.push({ ...common, handler: refOf(decl) });
}

function* spansOf(evaluator: Evaluator): Generator<void, SpanLiteral[]> {
  const spans: SpanLiteral[] = [];
  for (const file of evaluator.files.values()) {
    yield;
    for (const fact of file.facts.spans) {
      const owner = file.functions[fact.owner];
      const name = evaluator.text(file, fact.owner, fact.name);
      spans.push({
        name: name.text,
        ...(name.unresolved === undefined ? {} : { unresolved: name.unresolved }),
        form: fact.form,
        at: { path: file.path, line: fact.line },
        ...(owner === undefined ? {} : { owner: refOf(owner) }),
        ...(file.inTest ? { inTest: true as const } : {}),
      });
    }
  }
  return spans;
}

function* classesOf(evaluator: Evaluator): Generator<void, ClassDecl[]> {
  const classes: ClassDecl[] = [];
  for (const file of evaluator.files.values()) {
    yield;
    const facts = new Map(file.facts.classes.map((c) => [c.index, c]));
    for (const [index, decl] of file.functions.entries()) {
      if (decl.kind !== 'class') continue;
      const fact = facts.get(index);
      classes.push({
        ref: refOf(decl),
        name: decl.name,
        qualifiedName: qualified(file, decl.name),
        supertypes: (fact?.supertypes ?? []).map((name) => qualifiedType(file, name)),
        methods: methodsOf(file, decl, index, fact?.signatures),
        ...(fact?.interface === undefined ? {} : { interface: true as const }),
        ...(file.inTest ? { inTest: true as const } : {}),
      });
    }
  }
  return classes;
}

function methodsOf(
  file: LinkedFile,
  owner: FunctionDecl,
  ownerIndex: number,
  signatures: Readonly<Record<number, string>> | undefined,
): ClassDecl['methods'] {
  const methods: ClassDecl['methods'][number][] = [];
  const prefix = `${owner.name}.`;
  const { end } = owner.range;
  // In order of appearance, a class's functions follow it until the first that lies outside.
  for (let i = ownerIndex + 1; i < file.functions.length; i += 1) {
    const decl = file.functions[i];
    if (decl === undefined || decl.range.start.line > end.line) break;
    if (!decl.name.startsWith(prefix)) continue;
    const name = decl.name.slice(prefix.length);
    if (decl.kind === 'class' || name.includes('.') || decl.anonymous) continue;
    if (file.isReplaced(i)) continue;
    const signature = signatures?.[i];
    methods.push({ name, ref: refOf(decl), ...(signature === undefined ? {} : { signature }) });
  }
  return methods;
}

const qualified = (file: LinkedFile, name: string): string =>
  file.facts.package === undefined ? name : `${file.facts.package}.${name}`;

/** Java: through imports, else the file's own package; other languages keep the written name. */
function qualifiedType(file: LinkedFile, name: string): string {
  const imported = file.imports.get(name);
  if (file.facts.package === undefined) return name;
  if (imported !== undefined) return imported.module;
  return name.includes('.') ? name : `${file.facts.package}.${name}`;
}
