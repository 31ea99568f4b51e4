import { parse, parseAllDocuments } from 'yaml';
import type { HintFacts, HintText, NameHint } from './hints.ts';
import { readPackageAliases, readTsconfigAliases } from './moduleAliases.ts';
import { readOpenApi } from './openApi.ts';
import { readProto } from './protoServices.ts';
import { readProperties, readYamlProperties } from './applicationProperties.ts';

interface HintInput extends HintText {
  readonly absoluteFolder: string;
}

interface HintReader {
  /** Of the base name. */
  readonly file: RegExp;
  /** Of the whole relative path. */
  readonly path?: RegExp;
  readonly read: (input: HintInput) => Partial<HintFacts>;
}

/** One line per kind of file; the first that fits reads it. */
export const hintReaders: readonly HintReader[] = [
  { file: /^(?:[\w.-]+\.)?Dockerfile(?:\.[\w.-]+)?$|^Containerfile$/, read: readAssignments },
  { file: /^\.env(?:\.[\w.-]+)?$|^Procfile$/, read: readAssignments },
  { file: /^(?:docker-)?compose[\w.-]*\.ya?ml$/, read: readCompose },
  { file: /^(?:application|bootstrap)(?:-[\w-]+)?\.properties$/, read: readProperties },
  { file: /^(?:application|bootstrap)(?:-[\w-]+)?\.ya?ml$/, read: readYamlProperties },
  { file: /^microprofile-config\.properties$/, read: readProperties },
  { file: /^package\.json$/, read: readPackageJson },
  {
    file: /^(?:ts|js)config(?:[.-][\w.-]*)?\.json$/,
    read: ({ text, absoluteFolder }) => ({ aliases: readTsconfigAliases(text, absoluteFolder) }),
  },
  { file: /^pyproject\.toml$/, read: readPyproject },
  { file: /^go\.mod$/, read: readGoMod },
  { file: /^pom\.xml$/, read: readPom },
  { file: /^(?:build|settings)\.gradle(?:\.kts)?$/, read: readGradle },
  { file: /^catalog-info\.ya?ml$/, read: readCatalog },
  { file: /\.proto$/, read: readProto },
  { file: /(?:openapi|swagger)[\w.-]*\.(?:ya?ml|json)$/i, read: readOpenApi },
  {
    file: /\.ya?ml$/,
    path: /(?:^|\/)(?:k8s|kube\w*|deploy\w*|manifests?|kustomize|helm|charts?|argocd|gitops|infra\w*)\/|deployment[\w.-]*\.ya?ml$/i,
    read: readKubernetes,
  },
];

const telemetryNames = [
  /\bOTEL_SERVICE_NAME(?:\s*[=:])?\s*["']?([\w./-]+)/g,
  /\bservice\.name=([\w./-]+)/g,
];

const named = (
  input: HintInput,
  name: string,
  what: string,
  strength: NameHint['strength'],
  covers = input.absoluteFolder,
): NameHint => ({ name, covers, source: `${what} in ${input.relativePath}`, strength });

function assignedNames(input: HintInput, text: string, covers?: string): NameHint[] {
  return telemetryNames.flatMap((pattern) =>
    [...text.matchAll(pattern)].map((m) =>
      named(
        input,
        m[1] ?? '',
        pattern.source.includes('OTEL') ? 'OTEL_SERVICE_NAME' : 'service.name',
        'telemetry',
        covers,
      ),
    ),
  );
}

function readAssignments(input: HintInput): Partial<HintFacts> {
  const lines = input.text.split('\n').filter((line) => !/^\s*#/.test(line));
  return { names: assignedNames(input, lines.join('\n')) };
}

function readCompose(input: HintInput): Partial<HintFacts> {
  const services = record(record(parse(input.text))['services']);
  const names: NameHint[] = [];
  for (const [key, value] of Object.entries(services)) {
    const service = record(value);
    const build = service['build'];
    const context = typeof build === 'string' ? build : record(build)['context'];
    if (typeof context !== 'string') continue;
    const dockerfile = record(build)['dockerfile'];
    const covers = joinFolder(
      input.absoluteFolder,
      context,
      typeof dockerfile === 'string' ? dockerfile : '',
    );
    const environment = service['environment'];
    const text = Array.isArray(environment)
      ? environment.filter((e) => typeof e === 'string').join('\n')
      : Object.entries(record(environment))
          .map(([k, v]) => `${k}=${String(v)}`)
          .join('\n');
    names.push(...assignedNames(input, text, covers));
    names.push(named(input, key, 'service', 'package', covers));
  }
  return { names };
}

/** The build's context, or the folder of its Dockerfile below it. */
function joinFolder(base: string, context: string, dockerfile: string): string {
  const parts = base.split('/');
  const folder = dockerfile.includes('/') ? dockerfile.slice(0, dockerfile.lastIndexOf('/')) : '';
  for (const part of `${context}/${folder}`.split('/'))
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  return parts.join('/');
}

function readPackageJson(input: HintInput): Partial<HintFacts> {
  const json = record(JSON.parse(input.text) as unknown);
  const { name } = json;
  const scripts = Object.values(record(json['scripts'])).filter((s) => typeof s === 'string');
  const names = assignedNames(input, scripts.join('\n'));
  if (typeof name === 'string') names.push(named(input, name, 'name', 'package'));
  const aliases = readPackageAliases(json, input.absoluteFolder);
  // The root of a monorepo is no program of its own.
  return json['workspaces'] === undefined
    ? { names, aliases, program: input.absoluteFolder }
    : { names, aliases };
}

function readPyproject(input: HintInput): Partial<HintFacts> {
  const section = /^\[(?:project|tool\.poetry)\]\s*\n((?:(?!^\[).*\n?)*)/m.exec(input.text)?.[1];
  const name = /^[ \t]*name\s*=\s*["']([^"']+)["']/m.exec(section ?? '')?.[1];
  const names = name === undefined ? [] : [named(input, name, 'name', 'package')];
  return section === undefined ? { names } : { names, program: input.absoluteFolder };
}

function readGoMod(input: HintInput): Partial<HintFacts> {
  const written = /^module\s+"?([^\s"]+)/m.exec(input.text)?.[1];
  if (written === undefined) return { program: input.absoluteFolder };
  const module = written.replace(/\/v\d+$/, '');
  const name = module.slice(module.lastIndexOf('/') + 1);
  const names = [named(input, name, 'module', 'package')];
  return { names, program: input.absoluteFolder, moduleName: written };
}

function readPom(input: HintInput): Partial<HintFacts> {
  const own = withoutOthers(input.text);
  const name = /<artifactId>\s*([^<\s]+)\s*<\/artifactId>/.exec(own)?.[1];
  const names = name === undefined ? [] : [named(input, name, 'artifactId', 'package')];
  return own.includes('<modules>') ? { names } : { names, program: input.absoluteFolder };
}

/** A project without what speaks of others: an element that never ends takes the rest with it. */
function withoutOthers(pom: string): string {
  let own = '';
  let from = 0;
  let open: string | undefined;
  for (const { 0: tag, 1: slash, 2: element, index } of pom.matchAll(
    /<(\/?)(parent|dependencies|dependencyManagement|build|profiles)>/g,
  )) {
    if (open === undefined && slash === '') {
      own += pom.slice(from, index);
      open = element;
    } else if (open === element && slash !== '') {
      open = undefined;
      from = index + tag.length;
    }
  }
  return open === undefined ? own + pom.slice(from) : own;
}

function readGradle(input: HintInput): Partial<HintFacts> {
  const name = /rootProject\.name\s*=\s*["']([^"']+)["']/.exec(input.text)?.[1];
  const names = name === undefined ? [] : [named(input, name, 'rootProject.name', 'package')];
  return /(?:^|\/)build\.gradle/.test(input.relativePath)
    ? { names, program: input.absoluteFolder }
    : { names };
}

function readCatalog(input: HintInput): Partial<HintFacts> {
  const names: NameHint[] = [];
  for (const document of parseAllDocuments(input.text)) {
    const json = record(document.toJS());
    const name = record(json['metadata'])['name'];
    if (json['kind'] === 'Component' && typeof name === 'string')
      names.push(named(input, name, 'Backstage component', 'package'));
  }
  return { names };
}

/** A manifest says a service's name, not where its source is: the name counts where a folder of the repository is called like it. */
function readKubernetes(input: HintInput): Partial<HintFacts> {
  const names: NameHint[] = [];
  for (const m of input.text.matchAll(
    /name:\s*OTEL_SERVICE_NAME[ \t\r]*\n\s*value:\s*["']?([\w./-]+)/g,
  )) {
    const name = m[1] ?? '';
    names.push(named(input, name, 'OTEL_SERVICE_NAME', 'telemetry', `*/${name}`));
  }
  return { names };
}

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
