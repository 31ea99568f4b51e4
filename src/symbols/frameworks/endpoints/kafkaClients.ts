import type { ConsumerFramework } from './endpointFramework.ts';

/** kafka-clients for Java: the function that polls works on the records. https://kafka.apache.org/documentation/#consumerapi */
export const kafkaClients: ConsumerFramework = {
  kind: 'consumer',
  id: 'kafka-clients',
  family: 'java',
  system: 'kafka',
  mentions: ['org\\.apache\\.kafka\\.clients\\.consumer'],
  pairs: { subscribe: { subscribe: { at: 0 } }, run: { poll: 'enclosing' } },
};
