import { extractGo } from '../extract/go.ts';
import type { LanguageFamily } from './family.ts';

/** Go: instrumentations call their scopes after their import path. */
export const goFamily: LanguageFamily = {
  id: 'go',
  extract: extractGo,
  instrumentation: {
    scopes: /^go\.opentelemetry\.io\/|^github\.com\//,
    libraries: /^go\.opentelemetry\.io\/contrib\/|otelchi$|otelgin$/,
  },
};
