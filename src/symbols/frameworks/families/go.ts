import { extractGo } from '../extract/go.ts';
import type { LanguageFamily } from './family.ts';

/** Go: instrumentations call their scopes after their import path. */
export const goFamily: LanguageFamily = {
  id: 'go',
  extract: extractGo,
  foldersAreModules: true,
  instrumentation: {
    scopes: /^go\.opentelemetry\.io\/|^github\.com\//,
    libraries: /^go\.opentelemetry\.io\/contrib\/|\/otel(?:chi|gin|echo|fiber|mux|http)(?:\/v\d+)?$|^github\.com\/gofiber\/contrib\//,
  },
};
