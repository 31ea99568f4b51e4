import type { ServiceFramework } from './endpointFramework.ts';

/** Connect for Go: https://connectrpc.com/docs/go/getting-started/#implement-handler */
export const connectGo: ServiceFramework = {
  kind: 'service',
  id: 'connect-go',
  family: 'go',
  mentions: ['connect"'],
  registrations: [{ callee: 'New(\\w+)Handler', implementation: { at: 0 } }],
  bases: ['Unimplemented(\\w+)Handler'],
};
