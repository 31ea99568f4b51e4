import { parse } from 'yaml';
import type { HintFacts, HintText, OpenApiOperation } from './hints.ts';

const methods = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']);

/** Operations of an OpenAPI document: generated interfaces carry the mapping of controllers that implement them. */
export function readOpenApi(
  input: HintText & { readonly absoluteFolder: string },
): Partial<HintFacts> {
  const paths = record(record(parse(input.text))['paths']);
  const operations: OpenApiOperation[] = [];
  for (const [path, item] of Object.entries(paths))
    for (const [method, value] of Object.entries(record(item))) {
      const operationId = record(value)['operationId'];
      if (methods.has(method) && typeof operationId === 'string')
        operations.push({ operationId, method: method.toUpperCase(), path });
    }
  const covers = input.absoluteFolder.replace(/\/src\/main\/resources(?:\/.*)?$/, '');
  return operations.length === 0 ? {} : { openApi: { covers, operations } };
}

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
