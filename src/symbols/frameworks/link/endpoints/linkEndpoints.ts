import type {
  DestinationBinding,
  EndpointDecl,
  EndpointProtocol,
} from '../../../../domain/endpoint.ts';
import type { ProtoService } from '../../../serviceHints/hints.ts';
import type { EndpointFramework } from '../../endpoints/endpointFramework.ts';
import { endpointFrameworks } from '../../endpoints/registry.ts';
import type { Evaluator } from '../evaluator.ts';
import type { ProgramPropertiesIndex } from '../programProperties.ts';
import { refOf } from '../refOf.ts';
import { consumerEndpoints } from './consumers.ts';
import type { LinkedEndpoint, Placed } from './linkedEndpoint.ts';
import { protoEndpoints } from './protoServices.ts';
import { serviceEndpoints } from './services.ts';
import { taskEndpoints } from './tasks.ts';

export interface LinkedEndpoints {
  readonly endpoints: readonly EndpointDecl[];
  readonly destinationBindings: readonly DestinationBinding[];
}

const mostEndpoints = 50_000;

/** Everything that the workspace serves beside HTTP routes. */
export function* linkEndpoints(
  evaluator: Evaluator,
  properties: ProgramPropertiesIndex,
  protoServices: readonly ProtoService[],
): Generator<void, LinkedEndpoints> {
  const byFramework = new Map<string, Placed[]>();
  for (const file of evaluator.files.values())
    for (const { framework, scope, call, target } of file.facts.registrations) {
      const placed: Placed = { file, scope, call, target };
      const known = byFramework.get(framework);
      if (known) known.push(placed);
      else byFramework.set(framework, [placed]);
    }
  const endpoints: EndpointDecl[] = [];
  const destinationBindings: DestinationBinding[] = [];
  for (const framework of endpointFrameworks) {
    yield;
    const placed = byFramework.get(framework.id) ?? [];
    const linked = yield* endpointsOf(evaluator, framework, placed, properties);
    for (const endpoint of linked.endpoints)
      if (endpoints.length < mostEndpoints) endpoints.push(declOf(endpoint));
    destinationBindings.push(...(linked.bindings ?? []));
  }
  for (const endpoint of yield* protoEndpoints(evaluator, protoServices, endpoints))
    if (endpoints.length < mostEndpoints) endpoints.push(endpoint);
  return { endpoints, destinationBindings };
}

function* endpointsOf(
  evaluator: Evaluator,
  framework: EndpointFramework,
  placed: readonly Placed[],
  properties: ProgramPropertiesIndex,
): Generator<
  void,
  {
    readonly endpoints: readonly LinkedEndpoint[];
    readonly bindings?: readonly DestinationBinding[];
  }
> {
  switch (framework.kind) {
    case 'service':
      return { endpoints: yield* serviceEndpoints(evaluator, framework, placed) };
    case 'task':
      return { endpoints: yield* taskEndpoints(evaluator, framework, placed) };
    case 'consumer':
      return yield* consumerEndpoints(evaluator, framework, placed, properties);
  }
}

const protocols: Readonly<Record<EndpointFramework['kind'], EndpointProtocol>> = {
  service: 'rpc',
  consumer: 'destination',
  task: 'task',
};

function declOf(endpoint: LinkedEndpoint): EndpointDecl {
  const { framework, file, handler, line, key, origin, unresolved } = endpoint;
  const decl = handler?.file.functions[handler.index];
  const system = framework.kind === 'consumer' ? framework.system : undefined;
  return {
    framework: framework.id,
    protocol:
      (framework.kind === 'task' ? framework.protocol : undefined) ?? protocols[framework.kind],
    ...(system === undefined ? {} : { system }),
    key,
    ...(origin === undefined ? {} : { origin }),
    ...(endpoint.openStart ? { openStart: true as const } : {}),
    ...(decl === undefined ? {} : { handler: refOf(decl) }),
    registeredAt: { path: file.path, line },
    ...(unresolved === undefined ? {} : { unresolved }),
    ...(endpoint.unregistered ? { unregistered: true as const } : {}),
    ...(file.inTest ? { inTest: true as const } : {}),
  };
}
