import { actix } from './actix.ts';
import { ariadne } from './ariadne.ts';
import { aspNetMinimal } from './aspNetMinimal.ts';
import { aspNetMvc } from './aspNetMvc.ts';
import { axum } from './axum.ts';
import { aiohttp } from './aiohttp.ts';
import { chi } from './chi.ts';
import { dgs } from './dgs.ts';
import { django } from './django.ts';
import { echo } from './echo.ts';
import { express } from './express.ts';
import { fastapi } from './fastapi.ts';
import { fastify } from './fastify.ts';
import { fiber } from './fiber.ts';
import { flask } from './flask.ts';
import { annotationNames } from './controllerFramework.ts';
import type { Framework } from './framework.ts';
import { pathIsGiven, type RouterFramework } from './routerFramework.ts';
import { gin } from './gin.ts';
import { gorillaMux } from './gorillaMux.ts';
import { gqlgen } from './gqlgen.ts';
import { graphqlJs } from './graphqlJs.ts';
import { inversifyExpress } from './inversifyExpress.ts';
import { graphqlRuby } from './graphqlRuby.ts';
import { jaxRs } from './jaxRs.ts';
import { micronaut } from './micronaut.ts';
import { hono } from './hono.ts';
import { koa } from './koa.ts';
import { nest } from './nest.ts';
import { nestGraphql } from './nestGraphql.ts';
import { netHttp } from './netHttp.ts';
import { laravel } from './laravel.ts';
import { next } from './next.ts';
import { reactRouter } from './reactRouter.ts';
import { strawberry } from './strawberry.ts';
import { trpc } from './trpc.ts';
import { routingControllers } from './routingControllers.ts';
import { quarkusRoutes } from './quarkusRoutes.ts';
import { rails } from './rails.ts';
import { restify } from './restify.ts';
import { spanPatterns } from './spanPatterns.ts';
import { spring } from './spring.ts';
import { starlette } from './starlette.ts';
import { tornado } from './tornado.ts';
import { tsoa } from './tsoa.ts';
import { springFunctional } from './springFunctional.ts';
import { springGraphql } from './springGraphql.ts';
import { typeGraphql } from './typeGraphql.ts';

/** Every framework whose routes are understood: a new one is a file of patterns and a line here. */
export const frameworks: readonly Framework[] = [
  express,
  fastapi,
  fastify,
  graphqlJs,
  koa,
  hono,
  nest,
  routingControllers,
  tsoa,
  inversifyExpress,
  nestGraphql,
  next,
  reactRouter,
  restify,
  trpc,
  spring,
  springFunctional,
  springGraphql,
  typeGraphql,
  dgs,
  strawberry,
  ariadne,
  gqlgen,
  graphqlRuby,
  jaxRs,
  micronaut,
  quarkusRoutes,
  chi,
  gin,
  echo,
  fiber,
  gorillaMux,
  netHttp,
  actix,
  axum,
  flask,
  django,
  starlette,
  aiohttp,
  tornado,
  aspNetMvc,
  aspNetMinimal,
  rails,
  laravel,
];

/** Names that extraction looks for in the text of a file, per family of languages. */
export interface Vocabulary {
  /** Members whose calls are kept. */
  readonly members: ReadonlySet<string>;
  /** Those of them that register a handler for a path: `map.get(key)`, with one argument, is none. */
  readonly verbs: ReadonlySet<string>;
  /** Those of them that give the router again, so that calls are chained. */
  readonly chained: ReadonlySet<string>;
  /** Members that count only in files that name one of these modules. */
  readonly gated: ReadonlyMap<string, readonly string[]>;
  /** Decorators and annotations that are kept, by last name. */
  readonly decorators: ReadonlySet<string>;
  /** Those of them that are written without arguments. */
  readonly bareDecorators: ReadonlySet<string>;
  /** Modules whose exports make routers. */
  readonly creatorModules: ReadonlySet<string>;
  /** Names of what makes routers. */
  readonly creatorNames: ReadonlySet<string>;
  /** Of these, names of what is given routes or another router where it is made. */
  readonly makers: ReadonlySet<string>;
  /** Members of interest with a path alone: they give a router. */
  readonly openers: ReadonlySet<string>;
  /** Functions and classes called by their bare name, kept in files that import one of `functionModules`. */
  readonly functions: ReadonlySet<string>;
  readonly functionModules: readonly RegExp[];
  /** Types of the functions that give routes. */
  readonly routesTypes: ReadonlySet<string>;
  /** Calls that give routes from a block. */
  readonly routesBuilders: ReadonlySet<string>;
  /** Members and functions that start a span. */
  readonly spanCalls: ReadonlySet<string>;
}

const memo = new Map<string, Vocabulary>();

export function vocabularyOf(family: string): Vocabulary {
  let found = memo.get(family);
  if (found === undefined) memo.set(family, (found = gather(family)));
  return found;
}

function gather(family: string): Vocabulary {
  const members = new Set<string>();
  const verbs = new Set<string>();
  const chained = new Set<string>();
  const gated = new Map<string, readonly string[]>();
  const decorators = new Set<string>();
  const bareDecorators = new Set<string>();
  const creatorModules = new Set<string>();
  const creatorNames = new Set<string>();
  const makers = new Set<string>();
  const openers = new Set<string>();
  const functions = new Set<string>();
  const functionModules: RegExp[] = [];
  const routesTypes = new Set<string>();
  const routesBuilders = new Set<string>();
  const spanCalls = new Set<string>();
  const add = (set: Set<string>, names: Iterable<string | undefined>): void => {
    for (const name of names) if (name !== undefined) set.add(name);
  };
  for (const framework of frameworks) {
    if (framework.family !== family) continue;
    if (framework.kind === 'router') {
      const registering = [
        ...(pathIsGiven(framework) ? Object.keys(framework.verbs) : []),
        ...Object.keys(framework.verbLists ?? {}),
      ];
      add(members, [
        ...Object.keys(framework.chained?.members ?? {}),
        ...Object.keys(framework.passes ?? {}),
        ...(framework.servedBy ?? []),
      ]);
      for (const [name, methods] of Object.entries(framework.methodDecorators ?? {}))
        add('from' in methods ? decorators : bareDecorators, [name]);
      const { attributes } = framework;
      add(decorators, Object.keys({ ...attributes?.verbs, ...attributes?.lists }));
      if (framework.handler === 'decorated') add(decorators, registering);
      const byCall =
        framework.handler === 'decorated' ? Object.keys(framework.verbLists ?? {}) : registering;
      add(members, [
        ...byCall,
        ...Object.keys(framework.mounts),
        ...Object.keys(framework.groups ?? {}),
        ...Object.keys(framework.scopes ?? {}),
      ]);
      add(members, [
        framework.chain,
        ...Object.keys(framework.resources ?? {}),
        ...Object.keys(framework.lists?.members ?? {}),
      ]);
      add(
        decorators,
        Object.values(framework.resources ?? {}).map((r) => r.action.decorator),
      );
      for (const [key, made] of Object.entries(framework.creators))
        if (made.routes !== undefined || made.under !== undefined)
          makers.add(key.slice(Math.max(key.lastIndexOf(':'), key.lastIndexOf('.')) + 1));
      if (framework.handler !== 'decorated') add(verbs, Object.keys(framework.verbs));
      add(members, Object.keys(framework.described ?? {}));
      add(members, Object.keys(framework.prefixes ?? {}));
      add(members, Object.keys(framework.middleware ?? {}));
      for (const member of framework.gated ?? []) gated.set(member, [...modulesOf(framework)]);
      add(chained, [
        ...Object.keys(framework.described ?? {}),
        ...registering,
        ...Object.keys(framework.mounts),
      ]);
      add(openers, [...Object.keys(framework.groups ?? {}), framework.chain]);
      add(
        creatorNames,
        Object.keys(framework.creators).flatMap((key) => /:(.+)/.exec(key)?.[1] ?? []),
      );
      add(
        creatorModules,
        Object.keys(framework.creators).map((key) => key.split(':')[0]),
      );
    } else if (framework.kind === 'controller') {
      const { settings } = framework;
      add(decorators, annotationNames(framework));
      add(members, [
        settings?.globalPrefix?.member,
        settings?.versioning?.member,
        settings?.modules?.member,
      ]);
    } else if (framework.kind === 'procedures') {
      add(functions, Object.keys(framework.servers));
      functionModules.push(framework.modules);
    } else if (framework.kind === 'resolvers') {
      const { annotations, takers, types } = framework;
      add(functions, [...Object.keys(takers ?? {}), ...Object.keys(types ?? {})]);
      functionModules.push(framework.modules);
      add(decorators, [
        ...Object.keys(annotations?.classes ?? {}),
        ...Object.keys(annotations?.methods ?? {}),
        ...(annotations?.typeName?.annotations ?? []),
        ...(framework.registrars?.decorators ?? []),
      ]);
      const { typeClasses } = framework;
      const words = [
        ...Object.keys(typeClasses?.annotations ?? {}),
        ...(typeClasses?.fields ?? []),
      ];
      add(decorators, words);
      add(bareDecorators, words);
    } else if (framework.kind === 'functional') {
      add(routesTypes, [framework.routesType]);
      add(routesBuilders, framework.builders);
      add(decorators, [framework.exposedBy]);
    }
  }
  for (const pattern of spanPatterns) {
    if (pattern.family !== family) continue;
    add(spanCalls, Object.keys(pattern.calls));
    add(decorators, Object.keys(pattern.decorators));
  }
  return {
    members,
    verbs,
    chained,
    gated,
    decorators,
    bareDecorators,
    creatorModules,
    creatorNames,
    makers,
    openers,
    functions,
    functionModules,
    routesTypes,
    routesBuilders,
    spanCalls,
  };
}

/** Modules that a file names which is written for the framework. */
export function modulesOf(framework: RouterFramework): ReadonlySet<string> {
  const creators = Object.keys(framework.creators).map((key) => key.slice(0, key.indexOf(':')));
  return new Set([...creators, ...(framework.modules ?? [])]);
}
