import type { ConsumerFramework } from './endpointFramework.ts';

/** pika: https://pika.readthedocs.io/en/stable/modules/channel.html#pika.channel.Channel.basic_consume */
export const pika: ConsumerFramework = {
  kind: 'consumer',
  id: 'pika',
  family: 'python',
  system: 'rabbitmq',
  mentions: ['\\bbasic_consume\\b', '\\bqueue_bind\\b'],
  calls: {
    basic_consume: {
      destination: { at: 0, named: ['queue'] },
      handler: { at: 1, named: ['on_message_callback'] },
    },
  },
  bindings: {
    queue_bind: { to: { at: 0, named: ['queue'] }, from: { at: 1, named: ['exchange'] } },
  },
};
