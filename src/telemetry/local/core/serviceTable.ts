import type { ServiceKey } from '../../../domain/service.ts';
import type { Select } from '../../ports.ts';
import { isAlive, newService, type ServiceEntry } from './services.ts';

const mostServices = 300;
const mostEnvironments = 8;
/** Stands for the environments over the bound of a service. */
const otherEnvironments = '(others)';
const environmentNames = ['deployment.environment.name', 'deployment.environment'];

/** Every service seen, each once per deployment environment: what two environments send is never summed. */
export class ServiceTable {
  private readonly list: ServiceEntry[] = [];
  private readonly byKey = new Map<ServiceKey, ServiceEntry[]>();

  get size(): number {
    return this.list.length;
  }

  values(): readonly ServiceEntry[] {
    return this.list;
  }

  keys(): Iterable<ServiceKey> {
    return this.byKey.keys();
  }

  /** One entry per environment. */
  of(key: ServiceKey): readonly ServiceEntry[] {
    return this.byKey.get(key) ?? [];
  }

  get(key: ServiceKey, environment: string): ServiceEntry | undefined {
    return this.of(key).find((entry) => entry.environment === environment);
  }

  /** The entry of a resource, made when it is new; undefined when there are too many already. */
  find(key: ServiceKey, environment: string): ServiceEntry | undefined {
    const known = this.get(key, environment);
    if (known !== undefined) return known;
    if (this.of(key).length >= mostEnvironments && environment !== otherEnvironments)
      return this.find(key, otherEnvironments);
    return this.size >= mostServices ? undefined : this.add(key, environment, Infinity);
  }

  add(key: ServiceKey, environment: string, firstSeen: number): ServiceEntry {
    const made = newService(this.size, key, environment, firstSeen);
    this.list.push(made);
    const others = this.byKey.get(key);
    if (others === undefined) this.byKey.set(key, [made]);
    else others.push(made);
    return made;
  }
}

/** The one environment of a service that a question is about, or why it isn't one. */
export interface Chosen {
  readonly service?: ServiceEntry;
  readonly problem?: string;
}

/**
 * `select` names the environment; without it there must be one only. Others that sent nothing in question (`counts` is false of all of
 * them) don't disturb.
 */
export function chooseService(
  entries: readonly ServiceEntry[],
  select: Select,
  counts: (entry: ServiceEntry) => boolean,
  environment = 'local',
): Chosen {
  const [unknown] = Object.keys(select).filter((name) => !environmentNames.includes(name));
  if (unknown !== undefined)
    return {
      problem: `The local receiver can't select by ${unknown}. Use ${environmentNames[0] ?? ''} in the environment's select.`,
    };
  const wanted = environmentNames.map((name) => select[name]).find((value) => value !== undefined);
  const fitting = entries.filter((e) => wanted === undefined || e.environment === wanted);
  const present = fitting.filter(counts);
  if (present.length > 1)
    return {
      problem: `Telemetry of several deployment environments arrives: ${namesOf(present)}. State one of them in prodlens.environments: {"name": "${environment}", "select": {"${environmentNames[0] ?? ''}": "…"}}.`,
    };
  const service =
    present[0] ??
    fitting.reduce<ServiceEntry | undefined>(
      (newest, e) => (newest === undefined || e.lastSeen > newest.lastSeen ? e : newest),
      undefined,
    );
  return service === undefined ? {} : { service };
}

/** Of now, where no window is asked about: environments that are alive. */
export const chooseAlive = (
  entries: readonly ServiceEntry[],
  select: Select,
  now: number,
  environment?: string,
): Chosen => chooseService(entries, select, (entry) => isAlive(entry, now), environment);

const namesOf = (entries: readonly ServiceEntry[]): string =>
  entries
    .map(({ environment }) => (environment === '' ? '(none)' : environment))
    .sort()
    .join(', ');
