import type { ConsumerFramework } from './endpointFramework.ts';

/** aio-pika: https://docs.aio-pika.com/quick-start.html#simple-consumer */
export const aioPika: ConsumerFramework = {
  kind: 'consumer',
  id: 'aio-pika',
  family: 'python',
  system: 'rabbitmq',
  mentions: ['\\baio_pika\\b'],
  calls: {
    consume: {
      destination: {
        receiver: { declare_queue: { at: 0, named: ['name'] }, get_queue: { at: 0 } },
      },
      handler: { at: 0, named: ['callback'] },
    },
  },
};
