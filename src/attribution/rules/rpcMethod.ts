import type { EndpointDecl } from '../../domain/endpoint.ts';
import type { Operation } from '../../domain/operation.ts';
import { methodKey, rpcName, type RpcName } from '../endpointIndex.ts';
import { eligible, handlersOf, placeOf } from '../endpointVerdict.ts';
import { nameTokens } from '../nameTokens.ts';
import { noOwner, pass, passBecause, type Rule, type RuleContext, type Verdict } from '../rule.ts';

/** RPC service and method → the function that implements it. */
export const rpcMethod: Rule = {
  id: 'rpc-method',
  title: 'RPC service and method',
  apply: (context) => {
    const { operation } = context;
    if (operation.rpc?.system === 'jsonrpc') return procedure(context, operation.rpc.method);
    const asked = question(operation);
    if (asked === undefined) return pass;
    const label = `${asked.service.join('.')}/${asked.method}`;
    if (operation.rpc === undefined && operation.http !== undefined) {
      const known = context.index.endpoints.service(asked.service.at(-1) ?? '', operation.folded);
      if (known.length === 0) return pass;
    }
    if (operation.kind === 'client')
      return noOwner(`a client span of ${label} is a call out, counted for the function around it`);
    return answer(context, asked, label);
  },
};

/** JSON-RPC has names of methods, and no services: https://opentelemetry.io/docs/specs/semconv/rpc/json-rpc/ */
function procedure(context: RuleContext, method: string): Verdict {
  const { operation, index } = context;
  if (operation.kind === 'client')
    return noOwner(`a client span of ${method} is a call out, counted for the function around it`);
  const found = eligible(context, index.endpoints.procedure(method));
  return found.length === 0
    ? passBecause(`no procedure ${method} is registered in the workspace’s source`)
    : handlersOf(context, found, 'exact', `the procedure ${method} is registered`);
}

/** Metrics of spans with default dimensions have only the name. */
function question({ kind, rpc, name, source, http }: Operation): RpcName | undefined {
  if (kind !== 'server' && kind !== 'client' && !(source === 'metric' && rpc !== undefined))
    return undefined;
  if (rpc !== undefined) return rpcName(rpc.method) ?? { service: [], method: rpc.method };
  if (http === undefined) return rpcName(name.replace(/^grpc\.(?=[\w.]+\/)/, ''));
  // gRPC on ASP.NET Core: the route is the method's path.
  return http.method === 'POST' && http.route !== undefined ? rpcName(http.route) : undefined;
}

function answer(context: RuleContext, asked: RpcName, label: string): Verdict {
  const service = asked.service.at(-1);
  if (service === undefined)
    return noOwner(`${label} names no service, and a bare method name is not enough`);
  const all = eligible(context, context.index.endpoints.service(service, context.operation.folded));
  if (all.length === 0)
    return passBecause(
      context.index.endpoints.service(service, context.operation.folded).length > 0
        ? `${service} is implemented in the workspace, but not for ${context.operation.service}`
        : `no implementation of ${service} was found in the workspace's source`,
    );
  const named = ofPackage(all, asked.service.slice(0, -1));
  // What a registration is given can't always be read: then the classes that are made for it are all there is.
  const certain = named.filter((e) => !e.unregistered && e.handler !== undefined);
  const nearest = certain.length > 0 ? certain : named;
  const wanted = methodKey(asked.method);
  const found = nearest.filter((e) => methodKey(e.key.slice(e.key.indexOf('/') + 1)) === wanted);
  const [first] = nearest;
  if (found.length > 0)
    return handlersOf(
      context,
      found,
      certain.length > 0 ? 'exact' : 'strong',
      `${label} is implemented`,
    );
  const unread = nearest.find((e) => e.handler === undefined);
  if (unread !== undefined)
    return noOwner(
      `${service} is registered at ${placeOf(unread)}, with an implementation that can't be read (${unread.unresolved ?? 'a computed value'})`,
    );
  return noOwner(
    `${service} is implemented at ${first === undefined ? '' : placeOf(first)}, but no ${asked.method} of it is a function of the workspace`,
  );
}

/** Of several services with one name, those whose definition comes from where most parts of the package are named. */
function ofPackage(
  endpoints: readonly EndpointDecl[],
  parts: readonly string[],
): readonly EndpointDecl[] {
  const score = ({ origin }: EndpointDecl): number => {
    const tokens = new Set(nameTokens(origin ?? '').flatMap((t) => [t, ...t.split(/[_-]/)]));
    return parts.filter((part) => tokens.has(part)).length;
  };
  const most = Math.max(0, ...endpoints.map(score));
  return endpoints.filter((e) => score(e) === most);
}
