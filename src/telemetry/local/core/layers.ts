import { layerAttributes, layerFramework } from '../../../domain/frameworkLayer.ts';
import type { FrameworkLayer } from '../../../domain/operation.ts';
import type { Attributes } from '../model.ts';
import { text } from './attributes.ts';
import { rootFieldOf } from './graphqlDocument.ts';

const sources = layerAttributes.map((attributes) => ({
  ...attributes,
  framework: layerFramework(attributes),
}));
type LayerSource = (typeof sources)[number];

/** A field's resolver: named by the schema's type and field, never by the path, which has list indexes and the client's aliases. */
function graphqlField(a: Attributes, name: string): FrameworkLayer | undefined {
  for (const { parent, field: given } of graphqlFields) {
    const type = text(a, parent);
    const field =
      type === undefined ? undefined : given === undefined ? named(name) : text(a, given);
    if (field !== undefined)
      return { framework: 'graphql', type: 'resolve', name: `${type}.${field}` };
  }
  return undefined;
}

/** Where type and field are; without an attribute the field is in the span's name, unlike in the path after the client's alias. */
const graphqlFields: readonly { readonly parent: string; readonly field?: string }[] = [
  // graphql-js
  { parent: 'graphql.parent.name', field: 'graphql.field.name' },
  // graphql-ruby
  { parent: 'graphql.field.parent', field: 'graphql.field.name' },
  // gqlgen with otelgqlgen
  { parent: 'gql.resolver.object', field: 'gql.resolver.field' },
  // Strawberry (`GraphQL Resolving: books`) and Ariadne (`books`)
  { parent: 'graphql.parentType' },
];

const named = (span: string): string | undefined =>
  /^(?:GraphQL Resolving: )?([A-Za-z_]\w*)$/.exec(span)?.[1];

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

/** Prisma's client calls every span of a query alike; model and method are in two attributes with everybody's names. */
function prismaOperation(a: Attributes, name: string): FrameworkLayer | undefined {
  if (name !== prismaSpan) return undefined;
  const model = text(a, 'model');
  const method = text(a, 'method');
  return model === undefined || method === undefined
    ? undefined
    : { framework: 'prisma', type: 'operation', name: `${model}.${method}` };
}

const prismaSpan = 'prisma:client:operation';

/** What a framework's instrumentation says of the span's place in the framework. Asked for each span: most have no layer. */
export function frameworkLayer(attributes: Attributes, name: string): FrameworkLayer | undefined {
  for (const source of sources) {
    const type = typeOf(attributes, source);
    if (type !== undefined) return layerOf(attributes, source, type);
  }
  return (
    graphqlField(attributes, name) ??
    graphqlOperation(attributes) ??
    prismaOperation(attributes, name)
  );
}

function typeOf(attributes: Attributes, source: LayerSource): string | undefined {
  if (source.type !== undefined) return text(attributes, source.type);
  return source.controller !== undefined && text(attributes, source.controller) !== undefined
    ? source.isAlways
    : undefined;
}

function layerOf(attributes: Attributes, layer: LayerSource, type: string): FrameworkLayer {
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
