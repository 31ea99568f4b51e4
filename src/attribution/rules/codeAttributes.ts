import type { FunctionDecl } from '../../domain/functionDecl.ts';
import type { CodeLocation } from '../../domain/operation.ts';
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

/** `code.*` attributes: the file by its longest unique end, the function by its name's parts, the line only to tell equals apart. */
export const codeAttributes: Rule = {
  id: 'code-attributes',
  title: 'code.* attributes',
  apply: (context) => {
    const { code, kind } = context.operation;
    if (code === undefined) return pass;
    const verdict =
      code.filePath === undefined
        ? byName(context, code.functionName ?? '')
        : byFile(context, code, code.filePath);
    // An entry span may point into its framework and still have a route.
    if (verdict.kind === 'none' && (kind === 'server' || kind === 'consumer'))
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
  const line = source === undefined ? code.line : source.line;
  const functions = paths.flatMap((path) => index.files.functionsIn(path));
  const because = `code.file.path ends like ${tail(paths[0] ?? wanted)}`;
  if (code.functionName === undefined) return byLine(context, functions, line, because);
  const named = bestNamed(functions, code.functionName);
  if (named.length === 0)
    return noOwner(`${because}, but no function there is called ${code.functionName}`);
  const confidence = match.kind === 'file' && match.segments > 1 ? 'exact' : 'strong';
  return decide(
    context,
    tieBreak(named, line).map(refOf),
    confidence,
    `${because} and code.function.name is ${code.functionName}`,
  );
}

function byNameElse(context: RuleContext, code: CodeLocation, note: string): Verdict {
  if (code.functionName === undefined) return noOwner(note);
  const named = byName(context, code.functionName);
  return named.kind === 'owned' ? named : noOwner(note);
}

function byLine(
  context: RuleContext,
  functions: readonly FunctionDecl[],
  line: number | undefined,
  because: string,
): Verdict {
  if (line === undefined) return noOwner(`${because}, but neither function nor line is given`);
  const inside = functions.filter(
    (f) => f.kind !== 'class' && f.range.start.line < line && f.range.end.line >= line - 1,
  );
  const innermost = inside.at(-1);
  if (innermost === undefined) return noOwner(`${because}, but no function is at line ${line}`);
  // Rust's `#[instrument]` gives file and line, and calls the span after the function.
  const named = nameTokens(innermost.name).at(-1) === context.operation.name;
  return decide(
    context,
    [refOf(innermost)],
    named || context.index.spans(context.operation.name).some((s) => s.owner?.id === innermost.id)
      ? 'exact'
      : 'weak',
    `${because} and line ${line} lies in the function${named ? ' that the span is named after' : ''}`,
  );
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
      .replace(/\/(?:__init__|index)$/, '');
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

function tieBreak(
  functions: readonly FunctionDecl[],
  line: number | undefined,
): readonly FunctionDecl[] {
  if (functions.length < 2 || line === undefined) return functions;
  const at = functions.filter((f) => f.declarationLine === line - 1);
  if (at.length === 1) return at;
  const inside = functions.filter((f) => f.range.start.line < line && f.range.end.line >= line - 1);
  return inside.length === 1 ? inside : functions;
}

/** One name is the end of the other. */
const endsLike = (a: readonly string[], b: readonly string[]): boolean =>
  sharedTokens(a, b) === Math.min(a.length, b.length);

const tail = (path: string): string => path.replace(/\\/g, '/').split('/').slice(-3).join('/');
