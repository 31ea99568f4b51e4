import { extractPhp } from '../extract/php.ts';
import type { LanguageFamily } from './family.ts';

/** PHP: instrumentations' scopes. https://github.com/open-telemetry/opentelemetry-php-contrib */
export const phpFamily: LanguageFamily = {
  id: 'php',
  extract: extractPhp,
  classesByPackage: true,
  instrumentation: {
    scopes: /^io\.opentelemetry\.contrib\.php\./,
    libraries: /^io\.opentelemetry\.contrib\.php\./,
    taskMethod: 'handle',
  },
};
