import type { ConsumerFramework } from './endpointFramework.ts';

const named = { destination: { at: 0, named: ['value'] } };
const base = { kind: 'consumer', family: 'java' } as const;

/** https://micronaut-projects.github.io/micronaut-kafka/latest/guide/#kafkaListener */
export const micronautKafka: ConsumerFramework = {
  ...base,
  id: 'micronaut-kafka',
  system: 'kafka',
  mentions: ['micronaut\\.configuration\\.kafka'],
  annotations: { Topic: named },
};

/** https://micronaut-projects.github.io/micronaut-rabbitmq/latest/guide/#consumer */
export const micronautRabbit: ConsumerFramework = {
  ...base,
  id: 'micronaut-rabbitmq',
  system: 'rabbitmq',
  mentions: ['micronaut\\.rabbitmq'],
  annotations: { Queue: named },
};
