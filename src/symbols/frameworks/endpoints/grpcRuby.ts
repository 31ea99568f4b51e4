import type { ServiceFramework } from './endpointFramework.ts';

/** gRPC for Ruby, and Gruf above it: https://grpc.io/docs/languages/ruby/basics/#server, https://github.com/bigcommerce/gruf */
export const grpcRuby: ServiceFramework = {
  kind: 'service',
  id: 'grpc-ruby',
  family: 'ruby',
  mentions: [],
  // As Ruby's extractor writes them, with dots.
  bases: ['(\\w+)\\.Service'],
};
