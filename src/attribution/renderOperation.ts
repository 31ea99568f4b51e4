import type { Operation } from '../domain/operation.ts';

/** The telemetry key in words: `GET /api/users/:id (server span of shop)`. Plain concatenation: it runs for every operation. */
export function renderOperation(operation: Operation): string {
  const { kind, source, service, name, scope, http, rpc, code, entry } = operation;
  let text = `${name} (${source === 'metric' ? 'metric' : `${kind} span`} of ${service}`;
  if (scope !== '') text += `, by ${scope}`;
  if (http?.route !== undefined && !name.endsWith(http.route))
    text += `, http.route ${http.method === undefined ? '' : `${http.method} `}${http.route}`;
  if (rpc !== undefined && !name.endsWith(rpc.method)) text += `, rpc.method ${rpc.method}`;
  if (code?.functionName !== undefined) text += `, code.function.name ${code.functionName}`;
  if (code?.filePath !== undefined) text += `, code.file.path ${code.filePath}`;
  if (entry !== undefined) text += `, in ${entry.name}`;
  return `${text})`;
}
