import type { ConsumerFramework } from './endpointFramework.ts';

/** FastStream, of any broker: https://faststream.ag2.ai/latest/getting-started/subscription/ */
export const fastStream: ConsumerFramework = {
  kind: 'consumer',
  id: 'faststream',
  family: 'python',
  mentions: ['\\bfaststream\\b'],
  annotations: {
    subscriber: { destination: { at: 0, named: ['queue', 'subject', 'channel', 'topics'] } },
  },
};
