import type { ServiceFramework } from './endpointFramework.ts';

/** @grpc/grpc-js and grpc: https://grpc.io/docs/languages/node/basics/#server */
export const grpcNode: ServiceFramework = {
  kind: 'service',
  id: 'grpc-node',
  family: 'javascript',
  mentions: ['\\baddService\\b'],
  registrations: [{ callee: 'addService', service: { at: 0 }, implementation: { at: 1 } }],
  // Generators may call the definition of Greeter GreeterService: the rule looks for both.
};
