import type { ServiceFramework } from './endpointFramework.ts';

/**
 * grpc-java and what builds on it: Kotlin coroutines, Reactor, Mutiny (https://quarkus.io/guides/grpc-service-implementation),
 * Spring's @GrpcService. https://grpc.io/docs/languages/java/generated-code/#service-implementation
 */
export const grpcJava: ServiceFramework = {
  kind: 'service',
  id: 'grpc-java',
  family: 'java',
  mentions: ['ImplBase\\b', '@G?GrpcService\\b', '@GRpcService\\b'],
  bases: ['(\\w+?)(?:Coroutine)?ImplBase', '(\\w+)Grpc\\.AsyncService'],
  basesInPlace: true,
  classAnnotation: 'GrpcService|GRpcService',
};
