import type { ConsumerFramework } from './endpointFramework.ts';

/** Consumer groups of Sarama: https://pkg.go.dev/github.com/IBM/sarama#ConsumerGroup */
export const sarama: ConsumerFramework = {
  kind: 'consumer',
  id: 'sarama',
  family: 'go',
  system: 'kafka',
  mentions: ['"github\\.com/(?:IBM|Shopify)/sarama'],
  calls: {
    Consume: { destination: { at: 1 }, handler: { at: 2 }, method: 'ConsumeClaim' },
  },
};
