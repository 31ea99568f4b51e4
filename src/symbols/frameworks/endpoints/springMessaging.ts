import type { ConsumerFramework } from './endpointFramework.ts';

const base = { kind: 'consumer', family: 'java' } as const;

/** https://docs.spring.io/spring-kafka/reference/kafka/receiving-messages/listener-annotation.html */
export const springKafka: ConsumerFramework = {
  ...base,
  id: 'spring-kafka',
  system: 'kafka',
  mentions: ['springframework\\.kafka\\b'],
  annotations: {
    KafkaListener: { destination: { named: ['topics', 'topicPattern'] }, handlers: 'KafkaHandler' },
  },
};

/** https://docs.spring.io/spring-amqp/reference/amqp/receiving-messages/async-annotation-driven.html */
export const springRabbit: ConsumerFramework = {
  ...base,
  id: 'spring-rabbit',
  system: 'rabbitmq',
  mentions: ['springframework\\.amqp\\b'],
  annotations: {
    RabbitListener: {
      destination: { named: ['queues', 'queuesToDeclare'] },
      handlers: 'RabbitHandler',
      bindings: {
        at: { named: ['bindings'] },
        queue: { at: 0, named: ['value'] },
        keys: { named: ['key'] },
      },
    },
  },
};

/** https://docs.spring.io/spring-framework/reference/integration/jms/annotated.html */
export const springJms: ConsumerFramework = {
  ...base,
  id: 'spring-jms',
  system: 'jms',
  mentions: ['@JmsListener\\b'],
  annotations: { JmsListener: { destination: { named: ['destination'] } } },
};

/** https://docs.spring.io/spring-pulsar/reference/reference/pulsar/message-consumption.html */
export const springPulsar: ConsumerFramework = {
  ...base,
  id: 'spring-pulsar',
  system: 'pulsar',
  mentions: ['@PulsarListener\\b'],
  annotations: { PulsarListener: { destination: { named: ['topics', 'topicPattern'] } } },
};

/** https://docs.awspring.io/spring-cloud-aws/docs/3.1.0/reference/html/index.html#sqslistener-annotation */
export const springSqs: ConsumerFramework = {
  ...base,
  id: 'spring-sqs',
  system: 'aws_sqs',
  mentions: ['@SqsListener\\b'],
  annotations: { SqsListener: { destination: { at: 0, named: ['value', 'queueNames'] } } },
};
