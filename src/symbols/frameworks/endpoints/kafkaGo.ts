import type { ConsumerFramework } from './endpointFramework.ts';

const reader = {
  destination: { receiver: { NewReader: { named: ['Topic', 'GroupTopics'] } } },
  handler: 'enclosing',
} as const;

/** segmentio/kafka-go: the function that reads works on the messages. https://pkg.go.dev/github.com/segmentio/kafka-go#Reader */
export const kafkaGo: ConsumerFramework = {
  kind: 'consumer',
  id: 'kafka-go',
  family: 'go',
  system: 'kafka',
  mentions: ['"github\\.com/segmentio/kafka-go"'],
  calls: { ReadMessage: reader, FetchMessage: reader },
};
