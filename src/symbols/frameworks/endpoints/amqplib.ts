import type { ConsumerFramework } from './endpointFramework.ts';

/** amqplib and amqp-connection-manager: https://amqp-node.github.io/amqplib/channel_api.html#channel_consume */
export const amqplib: ConsumerFramework = {
  kind: 'consumer',
  id: 'amqplib',
  family: 'javascript',
  system: 'rabbitmq',
  mentions: ['\\.(?:consume|bindQueue)\\('],
  calls: { consume: { destination: { at: 0 }, handler: { at: 1 } } },
  bindings: { bindQueue: { to: { at: 0 }, from: { at: 1 } } },
};
