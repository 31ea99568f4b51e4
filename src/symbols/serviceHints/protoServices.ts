import type { HintFacts, HintText, ProtoService } from './hints.ts';

const mostServices = 200;
const mostMethods = 500;

/** Services of a .proto file: https://protobuf.dev/reference/protobuf/proto3-spec/#service_definition */
export function readProto({ text }: HintText): Partial<HintFacts> {
  // A string may hold what looks like a comment, never a service.
  const bare = text.replace(/\/\*[^]*?\*\/|\/\/[^\n]*/g, ' ');
  const services: ProtoService[] = [];
  const declared = /\bservice\s+(\w+)\s*\{/g;
  for (const match of bare.matchAll(declared)) {
    if (services.length >= mostServices) break;
    const from = match.index + match[0].length;
    const body = bare.slice(from, endOfBlock(bare, from));
    const methods = [...body.matchAll(/\brpc\s+(\w+)\s*\(/g)].map((m) => m[1] ?? '');
    if (methods.length > 0)
      services.push({ name: match[1] ?? '', methods: methods.slice(0, mostMethods) });
  }
  return services.length === 0 ? {} : { protoServices: services };
}

/** Where the brace that is open at `from` is closed. */
function endOfBlock(text: string, from: number): number {
  let open = 1;
  for (let i = from; i < text.length; i += 1) {
    const char = text[i];
    if (char === '{') open += 1;
    else if (char === '}' && (open -= 1) === 0) return i;
  }
  return text.length;
}
