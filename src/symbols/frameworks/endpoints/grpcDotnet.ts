import type { ServiceFramework } from './endpointFramework.ts';

/** gRPC on ASP.NET Core: https://learn.microsoft.com/aspnet/core/grpc/aspnetcore#configure-grpc */
export const grpcDotnet: ServiceFramework = {
  kind: 'service',
  id: 'grpc-dotnet',
  family: 'csharp',
  mentions: [],
  bases: ['(\\w+)\\.\\1Base'],
};
