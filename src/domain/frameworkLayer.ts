import type { FrameworkLayer } from './operation.ts';

/**
 * What a layer's span stands for: the way to the method that handles the request, that method itself, or each function of the route
 * that runs.
 */
export type LayerRole = 'wayToMethod' | 'method' | 'routeFunction';

/** Attributes of a framework's instrumentation; layers are called after the first word of the one that tells them. */
export interface LayerAttributes {
  /** Attribute with the layer's type. */
  readonly type?: string;
  /** The type of every span that has `controller`, where no attribute says one. */
  readonly isAlways?: string;
  /** The first that is there names it. */
  readonly name?: readonly string[];
  readonly controller?: string;
  readonly callback?: string;
  /** Roles of layers by their type. */
  readonly roles?: Readonly<Record<string, LayerRole>>;
}

/** One entry per instrumentation whose spans say what they are in the framework. */
export const layerAttributes: readonly LayerAttributes[] = [
  {
    type: 'nestjs.type',
    controller: 'nestjs.controller',
    callback: 'nestjs.callback',
    roles: { request_context: 'wayToMethod', handler: 'method' },
  },
  { type: 'express.type', name: ['express.name'] },
  { type: 'router.type', name: ['router.name'] },
  {
    type: 'fastify.type',
    name: ['hook.name', 'fastify.name', 'plugin.name'],
    callback: 'hook.callback.name',
  },
  // Unlike Express' they name the route that matched.
  { type: 'koa.type', name: ['koa.name'], roles: { router: 'routeFunction' } },
  // So do restify's, of middleware too where it is given with the route.
  {
    type: 'restify.type',
    name: ['restify.name'],
    roles: { request_handler: 'routeFunction' },
  },
  { type: 'next.span_type', name: ['next.route'] },
  { type: 'hapi.type', name: ['hapi.name'] },
  { type: 'connect.type', name: ['connect.name'] },
  // The class that handles the request, with its module; the span's route is only in its name.
  { isAlways: 'handler_class', controller: 'tornado.handler' },
];

/** What a layer's `framework` is. */
export function layerFramework({ type, controller }: LayerAttributes): string {
  const attribute = type ?? controller ?? '';
  return attribute.slice(0, attribute.indexOf('.'));
}

const roles = new Map(layerAttributes.map((layer) => [layerFramework(layer), layer.roles ?? {}]));

export function layerRole({ framework, type }: FrameworkLayer): LayerRole | undefined {
  const own = roles.get(framework);
  return own !== undefined && Object.hasOwn(own, type) ? own[type] : undefined;
}

/** Whether the instrumentation names the method that handles a request. */
export const namesMethods = ({ framework }: FrameworkLayer): boolean =>
  Object.values(roles.get(framework) ?? {}).includes('method');
