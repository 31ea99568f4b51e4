import type { ConsumerFramework } from './endpointFramework.ts';

/**
 * MicroProfile Reactive Messaging (SmallRye, Quarkus): a channel, which configuration connects with a topic or queue, by default of its
 * own name. https://quarkus.io/guides/kafka#receiving-kafka-messages
 */
export const reactiveMessaging: ConsumerFramework = {
  kind: 'consumer',
  id: 'reactive-messaging',
  family: 'java',
  mentions: ['reactive\\.messaging\\.Incoming\\b'],
  annotations: {
    Incoming: {
      destination: { at: 0, named: ['value'] },
      configuredAs: ['topic', 'topics', 'queue.name', 'address'].map(
        (property) => `mp.messaging.incoming.*.${property}`,
      ),
    },
  },
};
