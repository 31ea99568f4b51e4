import { createHash } from 'node:crypto';
import {
  withoutOrigin,
  type EntryRef,
  type Operation,
  type OperationId,
} from '../../../domain/operation.ts';
import { isCallOut, isEntryKind, type SpanIdentity } from './identity.ts';
import type { ServiceEntry } from './services.ts';

/** An operation with what counting needs at hand. */
export interface OperationEntry {
  readonly index: number;
  readonly operation: Operation;
  readonly service: ServiceEntry;
  readonly entry: boolean;
  readonly callOut: boolean;
}

const mostPerService = 4000;
/** Inner spans multiply with the entries they run under; entries must always find room. */
const mostInnerPerService = 3000;
const mostOverall = 40_000;

/** All operations seen, in order of first sight. */
export class Operations {
  readonly entries: OperationEntry[] = [];
  readonly list: Operation[] = [];
  private readonly byId = new Map<OperationId, OperationEntry>();
  overflowed = 0;
  private readonly origin: string;

  /** @param origin tells operations of one source from alike ones of another */
  constructor(origin = '') {
    this.origin = origin === '' ? '' : `@${hash(origin).slice(0, 8)}`;
  }

  get bytes(): number {
    return this.list.length * 900;
  }

  get(id: OperationId): OperationEntry | undefined {
    return this.byId.get(id);
  }

  /** The operation of an identity under its ancestors; the service's overflow operation when the bound is reached. */
  find(
    service: ServiceEntry,
    source: Operation['source'],
    identity: SpanIdentity,
    entry: OperationEntry | undefined,
    parentOwner: string | undefined,
  ): OperationEntry {
    const key = `${source === 'metric' ? 'metric\n' : ''}${identity.key}\n${entry?.index ?? ''}\n${parentOwner ?? ''}`;
    const known = service.operations.get(key);
    if (known !== undefined) return known;
    const most = isEntryKind(identity.kind) ? mostPerService : mostInnerPerService;
    if (service.operations.size >= most || this.list.length >= mostOverall)
      return this.overflow(service, source);
    const operation: Operation = {
      id: this.idOf(
        `${source}\n${nameOf(service)}\n${identity.key}\n${entry === undefined ? '' : withoutOrigin(entry.operation.id)}\n${parentOwner ?? ''}`,
      ),
      service: service.key,
      ...(service.environment === '' ? {} : { environment: service.environment }),
      source,
      ...saidBy(identity),
      ...(entry === undefined ? {} : { entry: entryRef(entry.operation) }),
      ...(parentOwner === undefined ? {} : { parentOwner }),
    };
    const made = this.add(service, operation);
    service.operations.set(key, made);
    return made;
  }

  /** Puts back an operation of a snapshot, under the key that `find` will look for. */
  restore(service: ServiceEntry, operation: Operation, key: string): OperationEntry {
    const made = this.add(service, operation);
    if (operation.overflow === true) service.overflow = made;
    else service.operations.set(key, made);
    return made;
  }

  private idOf(identity: string): OperationId {
    return `${hash(identity)}${this.origin}` as OperationId;
  }

  private overflow(service: ServiceEntry, source: Operation['source']): OperationEntry {
    this.overflowed += 1;
    service.overflow ??= this.add(service, {
      id: this.idOf(`overflow\n${nameOf(service)}`),
      service: service.key,
      ...(service.environment === '' ? {} : { environment: service.environment }),
      source,
      kind: 'unspecified',
      name: '(other operations)',
      scope: '',
      overflow: true,
    });
    return service.overflow;
  }

  private add(service: ServiceEntry, operation: Operation): OperationEntry {
    const made: OperationEntry = {
      index: this.entries.length,
      operation,
      service,
      entry: isEntryKind(operation.kind),
      callOut: isCallOut(operation.kind),
    };
    this.entries.push(made);
    this.list.push(operation);
    this.byId.set(operation.id, made);
    return made;
  }
}

const saidBy = (identity: SpanIdentity): Omit<Operation, 'id' | 'service' | 'source'> => {
  const { kind, name, scope, http, rpc, messaging, task, literal, code, layer } = identity;
  return {
    kind,
    name,
    scope,
    ...(http === undefined ? {} : { http }),
    ...(rpc === undefined ? {} : { rpc }),
    ...(messaging === undefined ? {} : { messaging }),
    ...(task === undefined ? {} : { task }),
    ...(literal === undefined ? {} : { literal }),
    ...(code === undefined ? {} : { code }),
    ...(layer === undefined ? {} : { layer }),
  };
};

const entryRef = (operation: Operation): EntryRef => ({
  id: operation.id,
  name: operation.name,
  ...(operation.http ? { http: operation.http } : {}),
  ...(operation.rpc ? { rpc: operation.rpc } : {}),
});

const nameOf = ({ key, environment }: ServiceEntry): string =>
  environment === '' ? key : `${key}\n@${environment}`;

const hash = (text: string): OperationId =>
  createHash('sha256').update(text).digest('hex').slice(0, 24) as OperationId;
