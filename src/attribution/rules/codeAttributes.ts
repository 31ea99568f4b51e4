import type { FunctionDecl, FunctionRef } from '../../domain/functionDecl.ts';
import { mayBeWritten, type CodeLocation } from '../../domain/operation.ts';
import { methodOwners } from '../classMethods.ts';
import { mostShared, nameTokens, sharedTokens } from '../nameTokens.ts';
import {
  decide,
  noOwner,
  pass,
  passBecause,
  type Rule,
  type RuleContext,
  type Verdict,
} from '../rule.ts';
import { refOf } from '../workspaceIndex.ts';

const libraryPath =
  /(?:^|\/)(?:node_modules|site-packages|dist-packages|vendor|\.venv|venv|\.cargo|cargo\/registry|jars|gems)\/|^node:|^<|^\/usr\/(?:lib|local\/(?:lib|go))\/|(?:^|\/)pkg\/mod\//;

/** `code.*` attributes: the file by its longest unique end, the function by its name's parts, the line, as it is in the
   release's text, only to tell equals apart. */
export const codeAttributes: Rule = {
  id: 'code-attributes',
  title: 'code.* attributes',
  apply: (context) => {
    const { code, kind, task } = context.operation;
    if (code === undefined) return pass;
    const verdict =
      code.filePath === undefined
        ? byName(context, code.functionName ?? '')
        : byFile(context, code, code.filePath);
    // An entry span, and a job's, may point into its framework and still have a route or a name.
    if (verdict.kind === 'none' && (kind === 'server' || kind === 'consumer' || task !== undefined))
      return passBecause(verdict.explanation);
    return verdict;
  },
};

function byFile(context: RuleContext, code: CodeLocation, runtimePath: string): Verdict {
  const { index, step } = context;
  if (libraryPath.test(runtimePath))
    return noOwner(`code.file.path points into a library (${tail(runtimePath)})`);
  const source = index.facts.sourceOf?.(runtimePath, code.line, code.column);
  if (source !== undefined)
    step('found', `source map: ${tail(runtimePath)} was built from ${tail(source.path)}`);
  const wanted = source?.path ?? runtimePath;
  const match = index.files.matching(wanted);
  if (match.kind === 'none')
    return byNameElse(context, code, `${tail(wanted)} is not in the workspace`);
  const paths = match.kind === 'file' ? [match.path] : match.paths;
  const functions = paths.flatMap((path) => index.files.functionsIn(path));
  const because = `code.file.path ends like ${tail(paths[0] ?? wanted)}`;
  // Asked only where it decides: the source of every release that it is asked of has to be read.
  const line = (): FollowedLine => lineOf(context, paths, code, source !== undefined);
  if (code.functionName === undefined) return byLine(context, functions, line(), because);
  const named = bestNamed(functions, code.functionName);
  if (named.length === 0)
    return noOwner(`${because}, but no function there is called ${code.functionName}`);
  const confidence = match.kind === 'file' && match.segments > 1 ? 'exact' : 'strong';
  const followed = named.length > 1 ? line() : undefined;
  return decide(
    context,
    narrowed(named.map(refOf), followed?.functions),
    confidence,
    `${because} and code.function.name is ${code.functionName}${followed?.note ?? ''}`,
  );
}

function byNameElse(context: RuleContext, code: CodeLocation, note: string): Verdict {
  if (code.functionName === undefined) return noOwner(note);
  const named = byName(context, code.functionName);
  return named.kind === 'owned' ? named : noOwner(note);
}

/** What the line says: functions of the present text, or why it says nothing. */
interface FollowedLine {
  /** undefined: it can't be followed, or is in no function. */
  readonly functions: readonly FunctionRef[] | undefined;
  /** The function that it is in isn't there any more. */
  readonly gone: boolean;
  readonly note: string;
}

/** A line is one of the text that was built, and means nothing in another one before it was followed there. */
function lineOf(
  { index, operation: { service } }: RuleContext,
  paths: readonly string[],
  { functionName, line, release: version }: CodeLocation,
  mapped: boolean,
): FollowedLine {
  const cannot = (why: string): FollowedLine => ({
    functions: undefined,
    gone: false,
    note: line === undefined ? '; no line is given' : `; line ${line} can't tell: ${why}`,
  });
  if (line === undefined) return cannot('');
  if (mapped) return cannot('the source map may be of another build');
  if (version === undefined)
    return cannot(
      functionName === undefined
        ? 'the spans name no service.version'
        : "it isn't known of which release it is",
    );
  const found = paths.map((path) => index.facts.atLineOf?.(path, { service, version }, line - 1));
  if (found.includes(undefined)) return cannot(`the source of release ${version} isn't known`);
  const functions = found.filter((at) => typeof at === 'object');
  const gone = functions.length === 0 && found.includes('gone');
  if (functions.length === 0 && !gone) return cannot(`it is in no function of release ${version}`);
  const [at] = functions;
  const note = `; line ${line} of release ${version} is in ${at?.name ?? 'a function that is gone'}`;
  return { functions, gone, note };
}

/** The one that the line is in; all, if that can't be told. */
function narrowed(
  candidates: readonly FunctionRef[],
  atLine: readonly FunctionRef[] | undefined,
): readonly FunctionRef[] {
  const at = candidates.filter((ref) => atLine?.some((f) => isSame(f, ref)));
  return at.length === 1 ? at : candidates;
}

const isSame = (a: FunctionRef, b: FunctionRef): boolean => a.id === b.id && a.path === b.path;

/**
 * Rust's spans give file and line; `#[instrument]` calls the span after its function, the macros after a literal. Where the line can't be
 * followed the name has to say which function it is.
 */
function byLine(
  context: RuleContext,
  functions: readonly FunctionDecl[],
  line: FollowedLine,
  because: string,
): Verdict {
  const { index, operation } = context;
  const { functions: at, note } = line;
  if (line.gone) return noOwner(because + note);
  const files = new Set(functions.map((f) => f.path));
  const named = functions
    .filter(
      (f) =>
        f.kind !== 'class' &&
        mayBeWritten(operation.name, nameTokens(f.name).at(-1) ?? '', operation.folded),
    )
    .map(refOf);
  const making = index
    .spans(operation.name, operation.folded)
    .flatMap(({ owner }) => (owner !== undefined && files.has(owner.path) ? [owner] : []));
  const agreeing = [...named, ...making];
  if (at !== undefined) {
    const agrees = at.some((f) => agreeing.some((other) => isSame(f, other)));
    if (named.length > 0 && !agrees)
      return noOwner(`${because}${note}, but the span is named like another function there`);
    return decide(context, at, agrees ? 'exact' : 'strong', because + note);
  }
  if (agreeing.length === 0)
    return noOwner(`${because}, but no function there has the span’s name${note}`);
  const has = 'a function there has the span’s name';
  return decide(context, agreeing, 'strong', `${because} and ${has}${note}`);
}

/** Without a file: class and package, or module path, must agree; a bare function name is never enough. */
function byName(context: RuleContext, functionName: string): Verdict {
  const { index } = context;
  const tokens = nameTokens(functionName);
  const method = tokens.at(-1);
  if (method === undefined || tokens.length < 2)
    return noOwner(`code.function.name is ${functionName || 'empty'}: a bare name is not enough`);
  const owner = tokens.slice(0, -1);
  const className = owner.at(-1) ?? '';
  const classes = mostShared(
    index.classes(className).filter((c) => endsLike(nameTokens(c.qualifiedName), owner)),
    (c) => nameTokens(c.qualifiedName),
    owner,
  );
  const real = classes.some((c) => !c.inTest) ? classes.filter((c) => !c.inTest) : classes;
  if (real.length > 0) {
    const found = real.flatMap((c) => methodOwners(index, c, method));
    if (found.length === 0)
      return noOwner(
        `${className} declares no ${method} in the workspace: it is inherited from a library`,
      );
    const whole =
      real.length === 1 && nameTokens(real[0]?.qualifiedName ?? '').length === owner.length;
    return decide(
      context,
      found,
      whole ? 'exact' : 'strong',
      `code attributes name ${functionName}`,
    );
  }
  const functions = index.files.named(method).filter((decl) => {
    const path = decl.id
      .slice(0, decl.id.indexOf('#'))
      .replace(/\.\w+$/, '')
      .replace(/\/(?:__init__|index|mod)$/, '');
    const whole = [...path.split('/'), ...nameTokens(decl.name)];
    return (
      sharedTokens(whole, tokens) === tokens.length ||
      sharedTokens(whole, tokens) > nameTokens(decl.name).length
    );
  });
  const best = bestShared(functions, tokens);
  if (best.length === 0) return noOwner(`${functionName} is not in the workspace`);
  return decide(
    context,
    best.map(refOf),
    'strong',
    `code.function.name ${functionName} agrees with module and function`,
  );
}

function bestShared(
  functions: readonly FunctionDecl[],
  tokens: readonly string[],
): readonly FunctionDecl[] {
  const scored = functions.map((decl) => {
    const path = decl.id.slice(0, decl.id.indexOf('#')).replace(/\.\w+$/, '');
    return { decl, score: sharedTokens([...path.split('/'), ...nameTokens(decl.name)], tokens) };
  });
  const most = Math.max(0, ...scored.map((s) => s.score));
  return scored.filter((s) => s.score === most).map((s) => s.decl);
}

/** Functions of a file whose name shares the most parts with the telemetry's, at least the last. */
function bestNamed(
  functions: readonly FunctionDecl[],
  functionName: string,
): readonly FunctionDecl[] {
  const tokens = nameTokens(functionName);
  const anonymous = tokens.length === 0;
  if (anonymous) return functions.filter((f) => f.anonymous);
  let most = 0;
  let best: FunctionDecl[] = [];
  for (const decl of functions) {
    if (decl.kind === 'class') continue;
    const own = nameTokens(decl.name);
    const shared = sharedTokens(own, tokens);
    // The shorter of the two names must agree whole: `A.get` is not `B.get`.
    if (shared === 0 || shared < Math.min(own.length, tokens.length)) continue;
    if (shared > most) {
      most = shared;
      best = [decl];
    } else if (shared === most) best.push(decl);
  }
  return best;
}

/** One name is the end of the other. */
const endsLike = (a: readonly string[], b: readonly string[]): boolean =>
  sharedTokens(a, b) === Math.min(a.length, b.length);

const tail = (path: string): string => path.replace(/\\/g, '/').split('/').slice(-3).join('/');
