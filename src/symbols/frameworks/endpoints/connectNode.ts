import type { ServiceFramework } from './endpointFramework.ts';

/** Connect for Node: https://connectrpc.com/docs/node/implementing-services */
export const connectNode: ServiceFramework = {
  kind: 'service',
  id: 'connect-node',
  family: 'javascript',
  mentions: ['@(?:connectrpc|bufbuild)/connect'],
  registrations: [
    { callee: 'service', service: { at: 0 }, implementation: { at: 1 } },
    { callee: 'rpc', service: { at: 0 }, method: { at: 1 }, implementation: { at: 2 } },
  ],
};
