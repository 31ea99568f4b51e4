import type { ConsumerFramework } from './endpointFramework.ts';

/** KafkaJS: https://kafka.js.org/docs/consuming */
export const kafkajs: ConsumerFramework = {
  kind: 'consumer',
  id: 'kafkajs',
  family: 'javascript',
  system: 'kafka',
  mentions: ['\\beach(?:Message|Batch)\\b'],
  pairs: {
    subscribe: { subscribe: { named: ['topic', 'topics'] } },
    run: { run: { named: ['eachMessage', 'eachBatch'] } },
  },
};
