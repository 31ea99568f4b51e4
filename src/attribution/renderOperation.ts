import type { Operation } from '../domain/operation.ts';

/** The telemetry key in words: `GET /api/users/:id (server span of shop)`. */
export function renderOperation(operation: Operation): string {
  const { kind, source, service, name, scope, http, rpc, code, entry } = operation;
  const what = source === 'metric' ? 'metric' : `${kind} span`;
  const parts = [`${what} of ${service}`];
  if (scope !== '') parts.push(`by ${scope}`);
  if (http?.route !== undefined && !name.includes(http.route))
    parts.push(`http.route ${http.method ?? ''} ${http.route}`.replace('  ', ' '));
  if (rpc !== undefined && !name.includes(rpc.method)) parts.push(`rpc.method ${rpc.method}`);
  if (code?.functionName !== undefined) parts.push(`code.function.name ${code.functionName}`);
  if (code?.filePath !== undefined) parts.push(`code.file.path ${code.filePath}`);
  if (entry !== undefined) parts.push(`in ${entry.name}`);
  return `${name} (${parts.join(', ')})`;
}
