import type { Branded } from './units.ts';

/** Identity of a service: `service.namespace` + `service.name`, written "namespace/name" or "name". */
export type ServiceKey = Branded<string, 'service'>;

export const serviceKey = (name: string, namespace = ''): ServiceKey =>
  (namespace === '' ? name : `${namespace}/${name}`) as ServiceKey;
