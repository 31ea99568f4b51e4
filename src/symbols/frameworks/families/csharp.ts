import { extractCsharp } from '../extract/csharp.ts';
import type { LanguageFamily } from './family.ts';

/**
 * C#: classes are known by their namespace. Sources of activities are called after the library:
 * https://learn.microsoft.com/dotnet/core/diagnostics/distributed-tracing-builtin-activities
 */
export const csharpFamily: LanguageFamily = {
  id: 'csharp',
  extract: extractCsharp,
  classesByPackage: true,
  packagesNest: true,
  classNamesInScope: true,
  pathsNameLibraries: true,
  instrumentation: {
    scopes:
      /^(?:Microsoft|System|OpenTelemetry\.Instrumentation)\.|^(?:Npgsql|MassTransit|MySqlConnector|Quartz)$/,
    libraries:
      /^(?:Microsoft|System|OpenTelemetry\.Instrumentation)\.|^(?:Npgsql|MassTransit|MySqlConnector|Quartz)$/,
    taskMethods: {
      MassTransit: 'Consume',
      Quartz: 'Execute',
      'OpenTelemetry.Instrumentation.Quartz': 'Execute',
    },
  },
};
