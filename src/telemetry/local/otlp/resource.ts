import { serviceKey } from '../../../domain/service.ts';
import type { Attributes, ResourceRecord } from '../model.ts';
import type { Tally } from './tally.ts';

function text(attributes: Attributes, ...names: readonly string[]): string {
  for (const name of names) {
    const value = attributes[name];
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number') return String(value);
  }
  return '';
}

/**
 * The resource of a batch. Without `service.name` the SDK specification's default applies:
 * `unknown_service:<process.executable.name>`, or `unknown_service`.
 */
export function resourceRecord(attributes: Attributes, tally: Tally): ResourceRecord {
  let name = text(attributes, 'service.name');
  if (name === '') {
    tally.add('resources.withoutServiceName');
    const executable = text(attributes, 'process.executable.name');
    name = executable === '' ? 'unknown_service' : `unknown_service:${executable}`;
  }
  return {
    service: serviceKey(name, text(attributes, 'service.namespace')),
    release: text(attributes, 'service.version'),
    instance: text(attributes, 'service.instance.id'),
    environment: text(attributes, 'deployment.environment.name', 'deployment.environment'),
    attributes,
  };
}
