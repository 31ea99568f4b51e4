import { extractJava } from '../extract/java.ts';
import type { LanguageFamily } from './family.ts';

/** Java: classes are imported by their package. */
export const javaFamily: LanguageFamily = {
  id: 'java',
  extract: extractJava,
  classesByPackage: true,
  classNamesInScope: true,
  instrumentation: {
    scopes: /^io\.opentelemetry\.(?!contrib\.php\.)/,
    libraries: /^io\.opentelemetry\.(?!contrib\.php\.)/,
  },
};
