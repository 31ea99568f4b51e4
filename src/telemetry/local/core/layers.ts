import type { FrameworkLayer } from '../../../domain/operation.ts';
import type { Attributes } from '../model.ts';
import { text } from './attributes.ts';
import { rootFieldOf } from './graphqlDocument.ts';

type ReadLayer = (attributes: Attributes) => FrameworkLayer | undefined;

/** One line per framework: the attribute that says the layer's type, and those that name it. */
const layers: readonly ReadLayer[] = [
  (a) =>
    layer(a, 'nestjs', 'nestjs.type', {
      controller: text(a, 'nestjs.controller'),
      callback: text(a, 'nestjs.callback'),
    }),
  (a) => layer(a, 'express', 'express.type', { name: text(a, 'express.name') }),
  (a) => layer(a, 'router', 'router.type', { name: text(a, 'router.name') }),
  (a) =>
    layer(a, 'fastify', 'fastify.type', {
      name: text(a, 'hook.name', 'fastify.name') ?? text(a, 'plugin.name'),
      callback: text(a, 'hook.callback.name'),
    }),
  (a) => layer(a, 'koa', 'koa.type', { name: text(a, 'koa.name') }),
  (a) => layer(a, 'next', 'next.span_type', { name: text(a, 'next.route') }),
  (a) => layer(a, 'hapi', 'hapi.type', { name: text(a, 'hapi.name') }),
  // The class that handles the request, with its module; the span's route is only in its name.
  (a) => {
    const handler = text(a, 'tornado.handler');
    return handler === undefined
      ? undefined
      : { framework: 'tornado', type: 'handler_class', controller: handler };
  },
  (a) => layer(a, 'connect', 'connect.type', { name: text(a, 'connect.name') }),
  graphqlField,
  graphqlOperation,
];

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

/** What a framework's instrumentation says of the span's place in the framework. */
export function frameworkLayer(attributes: Attributes): FrameworkLayer | undefined {
  for (const read of layers) {
    const found = read(attributes);
    if (found !== undefined) return found;
  }
  return undefined;
}

function layer(
  attributes: Attributes,
  framework: string,
  typeName: string,
  names: {
    readonly name?: string | undefined;
    readonly controller?: string | undefined;
    readonly callback?: string | undefined;
  },
): FrameworkLayer | undefined {
  const type = text(attributes, typeName);
  if (type === undefined) return undefined;
  return {
    framework,
    type,
    ...(names.name === undefined ? {} : { name: names.name }),
    ...(names.controller === undefined ? {} : { controller: names.controller }),
    ...(names.callback === undefined ? {} : { callback: names.callback }),
  };
}
