import type { ServiceFramework } from './endpointFramework.ts';

const method = { service: { at: 0 }, method: { at: 1 } };

/** NestJS gRPC microservices: https://docs.nestjs.com/microservices/grpc; class decorators are ts-proto's (option nestJs). */
export const nestGrpc: ServiceFramework = {
  kind: 'service',
  id: 'nest-grpc',
  family: 'javascript',
  mentions: ['@Grpc\\w+\\(', 'ControllerMethods\\('],
  methods: { GrpcMethod: method, GrpcStreamMethod: method, GrpcStreamCall: method },
  classAnnotation: '(\\w+)ControllerMethods',
};
