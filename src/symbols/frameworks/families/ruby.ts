import { extractRuby } from '../extract/ruby.ts';
import type { LanguageFamily } from './family.ts';

/** Ruby: instrumentations are called after their class. https://github.com/open-telemetry/opentelemetry-ruby-contrib */
export const rubyFamily: LanguageFamily = {
  id: 'ruby',
  extract: extractRuby,
  instrumentation: {
    scopes: /^OpenTelemetry::Instrumentation::/,
    libraries: /^OpenTelemetry::Instrumentation::/,
    taskMethod: 'perform',
  },
};
