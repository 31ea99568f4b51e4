import type { ServiceFramework } from './endpointFramework.ts';

/** google.golang.org/grpc: https://grpc.io/docs/languages/go/generated-code/#methods-on-generated-server-interfaces */
export const grpcGo: ServiceFramework = {
  kind: 'service',
  id: 'grpc-go',
  family: 'go',
  mentions: ['\\.Register\\w+Server\\('],
  registrations: [{ callee: 'Register(\\w+)Server', implementation: { at: 1 } }],
  bases: ['(?:Unimplemented|Unsafe)(\\w+)Server'],
};
