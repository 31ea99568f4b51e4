import type { ConsumerFramework } from './endpointFramework.ts';

/** BullMQ, and Nest's processors of it: https://docs.bullmq.io/guide/workers, https://docs.nestjs.com/techniques/queues */
export const bullmq: ConsumerFramework = {
  kind: 'consumer',
  id: 'bullmq',
  family: 'javascript',
  system: 'bullmq',
  mentions: ['[\'"]bullmq', '@nestjs/bull'],
  calls: { Worker: { destination: { at: 0 }, handler: { at: 1 } } },
  annotations: {
    Processor: { destination: { at: 0, named: ['name'] }, handler: 'process', handlers: 'Process' },
  },
};
