import type { FrameworkLayer } from '../../../domain/operation.ts';
import type { Attributes } from '../model.ts';
import { text } from './attributes.ts';
import { rootFieldOf } from './graphqlDocument.ts';

/** Attributes of a framework's instrumentation: the layer's type, and what names it, first found first. */
interface LayerAttributes {
  readonly framework: string;
  readonly type: string;
  readonly name?: readonly string[];
  readonly controller?: string;
  readonly callback?: string;
}

/** One line per framework whose spans say their layer's type. */
const typed: readonly LayerAttributes[] = [
  {
    framework: 'nestjs',
    type: 'nestjs.type',
    controller: 'nestjs.controller',
    callback: 'nestjs.callback',
  },
  { framework: 'express', type: 'express.type', name: ['express.name'] },
  { framework: 'router', type: 'router.type', name: ['router.name'] },
  {
    framework: 'fastify',
    type: 'fastify.type',
    name: ['hook.name', 'fastify.name', 'plugin.name'],
    callback: 'hook.callback.name',
  },
  { framework: 'koa', type: 'koa.type', name: ['koa.name'] },
  { framework: 'next', type: 'next.span_type', name: ['next.route'] },
  { framework: 'hapi', type: 'hapi.type', name: ['hapi.name'] },
  { framework: 'connect', type: 'connect.type', name: ['connect.name'] },
];

/** The class that handles the request, with its module; the span's route is only in its name. */
function tornadoHandler(a: Attributes): FrameworkLayer | undefined {
  const handler = text(a, 'tornado.handler');
  return handler === undefined
    ? undefined
    : { framework: 'tornado', type: 'handler_class', controller: handler };
}

/** A field's resolver: named by the schema's type and field, never by the path, which has list indexes and the client's aliases. */
function graphqlField(a: Attributes): FrameworkLayer | undefined {
  const field = text(a, 'graphql.field.name');
  const type = text(a, 'graphql.parent.name');
  if (field === undefined || type === undefined) return undefined;
  return { framework: 'graphql', type: 'resolve', name: `${type}.${field}` };
}

/** A whole query: its name is the client's; what the server runs is the root field that its document selects. */
function graphqlOperation(a: Attributes): FrameworkLayer | undefined {
  const type = text(a, 'graphql.operation.type');
  if (type === undefined) return undefined;
  const document = text(a, 'graphql.source', 'graphql.document');
  const field =
    document === undefined ? undefined : rootFieldOf(document, text(a, 'graphql.operation.name'));
  if (field === undefined) return { framework: 'graphql', type: 'execute' };
  const root = `${type.charAt(0).toUpperCase()}${type.slice(1).toLowerCase()}`;
  return { framework: 'graphql', type: 'execute', name: `${root}.${field}` };
}

/** What a framework's instrumentation says of the span's place in the framework. Asked for each span: most have no layer. */
export function frameworkLayer(attributes: Attributes): FrameworkLayer | undefined {
  for (const layer of typed) {
    const type = text(attributes, layer.type);
    if (type !== undefined) return layerOf(attributes, layer, type);
  }
  return tornadoHandler(attributes) ?? graphqlField(attributes) ?? graphqlOperation(attributes);
}

function layerOf(attributes: Attributes, layer: LayerAttributes, type: string): FrameworkLayer {
  const found: { -readonly [K in keyof FrameworkLayer]: FrameworkLayer[K] } = {
    framework: layer.framework,
    type,
  };
  for (const name of layer.name ?? []) {
    const value = text(attributes, name);
    if (value === undefined) continue;
    found.name = value;
    break;
  }
  const controller = layer.controller && text(attributes, layer.controller);
  if (controller !== undefined) found.controller = controller;
  const callback = layer.callback && text(attributes, layer.callback);
  if (callback !== undefined) found.callback = callback;
  return found;
}
