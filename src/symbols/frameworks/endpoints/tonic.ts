import type { ServiceFramework } from './endpointFramework.ts';

/** tonic: a service is a generated trait. https://docs.rs/tonic/latest/tonic/ */
export const tonic: ServiceFramework = {
  kind: 'service',
  id: 'tonic',
  family: 'rust',
  mentions: [],
  bases: ['\\w+_server\\.(\\w+)'],
};
