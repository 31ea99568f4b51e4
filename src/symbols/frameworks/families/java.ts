import { extractJava } from '../extract/java.ts';
import { extractKotlin } from '../extract/kotlin.ts';
import type { LanguageFamily } from './family.ts';

/** Java and Kotlin, which use each other's classes: these are imported by their package. */
export const javaFamily: LanguageFamily = {
  id: 'java',
  extract: (file) => (file.language === 'kotlin' ? extractKotlin(file) : extractJava(file)),
  classesByPackage: true,
  classNamesInScope: true,
  instrumentation: {
    scopes: /^io\.opentelemetry\.(?!contrib\.php\.)/,
    libraries: /^io\.opentelemetry\.(?!contrib\.php\.)/,
  },
};
