import type { EndpointDecl } from '../../../../domain/endpoint.ts';
import type { ProtoService } from '../../../serviceHints/hints.ts';
import { parentOf } from '../../families/family.ts';
import type { Evaluator } from '../evaluator.ts';
import type { Found } from '../handlers.ts';
import type { LinkedFile } from '../linkedFile.ts';
import { refOf } from '../refOf.ts';

/** Languages write a method's name in their own case. */
const keyOf = (name: string): string => name.replaceAll('_', '').toLowerCase();

/** What is generated for a service, or stands in for it in tests, has all of its methods too. */
const standIn = /(?:Client|Stub|Grpc|Proxy|Mock|Fake)$|^(?:Unimplemented|Unsafe|Mock|Fake)/;
/** Gateways and repositories of callers have them as well: an implementation says by its name, or by what it implements, what it is. */
const serving = /(?:server|service|servicer|impl|handler|controller|endpoint|rpc)$/;

/** One class or struct, with its methods by key. */
interface Owner {
  readonly name: string;
  /** As written. */
  readonly supertypes: readonly string[];
  readonly methods: Map<string, Found>;
}

/**
 * Services of .proto files that no registration or base class was found for, as where generated code isn't in the repository: the one
 * class or struct with all the methods that is called after the service, or after what it implements.
 */
export function* protoEndpoints(
  evaluator: Evaluator,
  services: readonly ProtoService[],
  known: readonly EndpointDecl[],
): Generator<void, EndpointDecl[]> {
  const found = new Set(
    known.filter((e) => e.protocol === 'rpc').map((e) => e.key.slice(0, e.key.indexOf('/'))),
  );
  const open = new Map<string, ProtoService>();
  const twice = new Set<string>();
  for (const service of services) {
    if (found.has(service.name) || found.has(`${service.name}Service`)) continue;
    const other = open.get(service.name);
    // Two packages' services of one name can't be told apart by it, unless they are the same file twice.
    if (other !== undefined && other.methods.join() !== service.methods.join())
      twice.add(service.name);
    open.set(service.name, service);
  }
  for (const name of twice) open.delete(name);
  if (open.size === 0) return [];
  const wanted = new Set([...open.values()].flatMap((s) => s.methods.map(keyOf)));
  const owners = yield* ownersOf(evaluator, wanted);
  const endpoints: EndpointDecl[] = [];
  for (const { name, methods } of open.values()) {
    yield;
    const fitting = owners.filter(
      (owner) => methods.every((method) => owner.methods.has(keyOf(method))) && serves(owner, name),
    );
    const [only, second] = fitting;
    if (only === undefined || second !== undefined) continue;
    for (const method of methods) {
      const handler = only.methods.get(keyOf(method));
      const decl = handler?.file.functions[handler.index];
      if (decl === undefined) continue;
      endpoints.push({
        framework: 'proto',
        protocol: 'rpc',
        key: `${name}/${method}`,
        handler: refOf(decl),
        registeredAt: { path: decl.path, line: decl.declarationLine },
        unregistered: true,
      });
    }
  }
  return endpoints;
}

function serves({ name, supertypes }: Owner, service: string): boolean {
  const wanted = keyOf(service).replace(/service$/, '');
  const own = keyOf(name);
  return (
    wanted !== '' &&
    ((own.includes(wanted) && serving.test(own)) ||
      supertypes.some((s) => keyOf(s.slice(s.lastIndexOf('.') + 1)).startsWith(wanted)))
  );
}

function* ownersOf(
  evaluator: Evaluator,
  wanted: ReadonlySet<string>,
): Generator<void, readonly Owner[]> {
  const owners = new Map<string, Owner>();
  for (const file of evaluator.files.values()) {
    if (file.inTest) continue;
    yield;
    // Go spreads a type's methods over the files of its folder.
    const place = file.family?.foldersAreModules === true ? parentOf(file.path) : file.path;
    for (const [index, decl] of file.functions.entries()) {
      const dot = decl.name.lastIndexOf('.');
      if (dot < 0 || decl.anonymous || decl.kind === 'class') continue;
      const key = keyOf(decl.name.slice(dot + 1));
      const owner = decl.name.slice(0, dot);
      if (!wanted.has(key) || standIn.test(owner)) continue;
      const id = `${place}#${owner}`;
      const known = owners.get(id) ?? {
        name: owner.slice(owner.lastIndexOf('.') + 1),
        supertypes: supertypesOf(file, owner),
        methods: new Map<string, Found>(),
      };
      owners.set(id, known);
      if (!known.methods.has(key)) known.methods.set(key, { file, index });
    }
  }
  return [...owners.values()];
}

const supertypesOf = (file: LinkedFile, owner: string): readonly string[] =>
  file.facts.classes.find((c) => file.functions[c.index]?.name === owner)?.supertypes ?? [];
