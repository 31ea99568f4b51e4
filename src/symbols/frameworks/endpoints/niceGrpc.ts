import type { ServiceFramework } from './endpointFramework.ts';

/** nice-grpc: https://github.com/deeplay-io/nice-grpc/tree/master/packages/nice-grpc#creating-a-server */
export const niceGrpc: ServiceFramework = {
  kind: 'service',
  id: 'nice-grpc',
  family: 'javascript',
  mentions: ['[\'"]nice-grpc'],
  registrations: [{ callee: 'add', service: { at: 0 }, implementation: { at: 1 } }],
  definitionSuffix: 'Definition',
};
