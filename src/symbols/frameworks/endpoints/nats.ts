import type { ConsumerFramework } from './endpointFramework.ts';

/** Subjects may have wildcards: https://docs.nats.io/nats-concepts/subjects#wildcards */
const base = { kind: 'consumer', system: 'nats', wildcards: { '*': '*', '>': '*.#' } } as const;

/** https://nats-io.github.io/nats.js/core/index.html */
export const natsNode: ConsumerFramework = {
  ...base,
  id: 'nats-node',
  family: 'javascript',
  mentions: ['[\'"](?:nats|@nats-io/)'],
  calls: { subscribe: { destination: { at: 0 }, handler: { named: ['callback'] } } },
};

/** https://nats-io.github.io/nats.py/modules.html#nats.aio.client.Client.subscribe */
export const natsPython: ConsumerFramework = {
  ...base,
  id: 'nats-python',
  family: 'python',
  mentions: ['\\b(?:import|from) nats\\b'],
  calls: {
    subscribe: {
      destination: { at: 0, named: ['subject'] },
      handler: { at: 2, named: ['cb'] },
    },
  },
};

/** https://pkg.go.dev/github.com/nats-io/nats.go#Conn.Subscribe */
export const natsGo: ConsumerFramework = {
  ...base,
  id: 'nats-go',
  family: 'go',
  mentions: ['"github\\.com/nats-io/nats\\.go'],
  calls: {
    Subscribe: { destination: { at: 0 }, handler: { at: 1 } },
    QueueSubscribe: { destination: { at: 0 }, handler: { at: 2 } },
  },
};

/** A dispatcher's handlers: https://javadoc.io/doc/io.nats/jnats/latest/io/nats/client/Dispatcher.html */
export const natsJava: ConsumerFramework = {
  ...base,
  id: 'nats-java',
  family: 'java',
  mentions: ['\\bio\\.nats\\.client\\b'],
  calls: {
    subscribe: {
      destination: { at: 0 },
      handler: { last: true },
      handlerOfReceiver: { createDispatcher: { at: 0 } },
      method: 'onMessage',
    },
  },
};
