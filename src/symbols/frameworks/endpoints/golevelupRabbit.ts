import type { ConsumerFramework } from './endpointFramework.ts';

const queue = { destination: { named: ['queue'] } };

/** @golevelup/nestjs-rabbitmq, above amqplib: https://golevelup.github.io/nestjs/modules/rabbitmq.html */
export const golevelupRabbit: ConsumerFramework = {
  kind: 'consumer',
  id: 'golevelup-rabbitmq',
  family: 'javascript',
  system: 'rabbitmq',
  mentions: ['@golevelup/nestjs-rabbitmq'],
  annotations: { RabbitSubscribe: queue, RabbitRPC: queue },
};
