import type { ServiceFramework } from './endpointFramework.ts';

/** grpcio, also its asyncio: https://grpc.io/docs/languages/python/basics/#creating-a-server */
export const grpcPython: ServiceFramework = {
  kind: 'service',
  id: 'grpc-python',
  family: 'python',
  mentions: ['Servicer\\b', '_to_server\\b'],
  registrations: [{ callee: 'add_(\\w+)Servicer_to_server', implementation: { at: 0 } }],
  bases: ['(\\w+)Servicer'],
};
