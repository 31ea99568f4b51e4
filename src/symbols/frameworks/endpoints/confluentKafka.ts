import type { ConsumerFramework } from './endpointFramework.ts';

/** confluent-kafka: the function that polls works on the messages. https://docs.confluent.io/kafka-clients/python/current/overview.html */
export const confluentKafka: ConsumerFramework = {
  kind: 'consumer',
  id: 'confluent-kafka',
  family: 'python',
  system: 'kafka',
  mentions: ['\\bconfluent_kafka\\b'],
  pairs: {
    subscribe: { subscribe: { at: 0, named: ['topics'] } },
    run: { poll: 'enclosing', consume: 'enclosing' },
  },
};
