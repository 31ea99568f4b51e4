import type { ConsumerFramework } from './endpointFramework.ts';

const pattern = { destination: { at: 0 } };

/** NestJS message handlers of any transport: https://docs.nestjs.com/microservices/kafka */
export const nestMicroservices: ConsumerFramework = {
  kind: 'consumer',
  id: 'nest-microservices',
  family: 'javascript',
  mentions: ['@(?:Message|Event)Pattern\\('],
  annotations: { MessagePattern: pattern, EventPattern: pattern },
};
