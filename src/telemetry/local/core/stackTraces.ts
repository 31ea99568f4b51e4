import type { StackFrame } from '../../../domain/stats.ts';
import { atChain, pythonChain, rubyChain, type CauseChain } from './stackCauses.ts';

const mostLines = 2000;
const mostFrames = 20;
const longestLine = 1000;

/** `at fn (file:line:column)`, `at async file:line:column`. */
const nodeFrame = /^\s*at (?:async )?(?:(.+?) \()?((?:file:\/\/)?[^()]*?):(\d+):(\d+)\)?$/;
/** `File "path", line 42, in name`. */
const pythonFrame = /^\s*File "([^"]+)", line (\d+)(?:, in (.+))?$/;
/** `at pkg.Class.method(File.java:33)`, with a module or class loader before it. */
const javaFrame = /^\s*at (?:[\w.$@-]*\/)*([\w.$<>]+)\(([^:()]+)(?::(\d+))?\)$/;
/** Go prints the function on one line and `\tpath:line +0x1d` on the next. */
const goPlace = /^\s+(\S.*\.go):(\d+)(?: \+0x[0-9a-f]+)?$/;
const goFunction = /^([\w./*()-]+)\(.*\)$|^created by ([\w./*()-]+)/;
/** Above it are the deferred functions that saw the panic, below it is the one that panicked. */
const goPanic = /^(?:panic|runtime\.gopanic)\(/m;
/** `at Shop.Api.Users.Get(Int32 id) in /src/Users.cs:line 15`; the name may be that of a state machine: `Users.<Get>d__3.MoveNext()`. */
const dotnetFrame = /^\s*at ([^()]+)\(.*\) in (.+):line (\d+)$/;
/** `/app/user.rb:12:in 'User#find'`, with `from` before it and a message after it. */
const rubyFrame = /^\s*(?:from )?(\S[^:]*\.(?:rb|rake|erb)):(\d+):in [`']([^']+)'/;

/** What a stack trace says, whatever the messages in it are. */
export interface ReadStack {
  /**
   * The frame that threw the root cause first, and the application's own before those of libraries and runtimes. Paths are those of the machine
   * that ran the program, unchecked.
   */
  readonly frames: readonly StackFrame[];
  /** The first frames are where it was thrown. */
  readonly thrown: boolean;
  /** `Type: message` of what caused it, the root cause first. Hostile text. */
  readonly causes: readonly string[];
}

/** Stack traces as Node, Python, Java (and PHP's SDK), Go, .NET and Ruby write them. */
export function readStack(stack: string): ReadStack {
  const all = stack.split('\n', mostLines + 1);
  const lines = all.slice(0, mostLines).map((line) => line.slice(0, longestLine));
  const chain = pythonChain(lines);
  const go = chain === undefined ? goFrames(lines) : undefined;
  const { frames, causes, uncertain } =
    chain !== undefined
      ? framesOf(chain, pythonFrames)
      : go !== undefined
        ? { frames: go, causes: [] }
        : lines.some((line) => rubyFrame.test(line))
          ? framesOf(rubyChain(lines), rubyFrames)
          : framesOf(atChain(lines), atFrames);
  const own = frames.filter((frame) => !isLibrary(frame));
  const others = frames.filter(isLibrary);
  return {
    frames: [...own, ...others].slice(0, mostFrames),
    // Go panics are thrown; an error that is recorded has the stack of whoever recorded it. In every other language a stack is the exception's.
    thrown:
      (go === undefined || goPanic.test(stack)) && uncertain !== true && all.length <= mostLines,
    causes,
  };
}

/** A cause's frames come before those of what it caused, which repeat the way that both have in common. */
function framesOf(
  { sections, ...chain }: CauseChain,
  read: (lines: readonly string[]) => readonly StackFrame[],
): Omit<CauseChain, 'sections'> & { readonly frames: readonly StackFrame[] } {
  const frames: StackFrame[] = [];
  const before = new Set<string>();
  for (const section of sections) {
    const found = read(section).map((frame) => ({ frame, key: JSON.stringify(frame) }));
    frames.push(...found.filter(({ key }) => !before.has(key)).map(({ frame }) => frame));
    for (const { key } of found) before.add(key);
  }
  return { ...chain, frames };
}

function atFrames(lines: readonly string[]): StackFrame[] {
  const frames: StackFrame[] = [];
  for (const line of lines) {
    const node = nodeFrame.exec(line);
    if (node !== null) {
      const [, name, file, row, column] = node;
      frames.push({
        ...(name === undefined ? {} : { functionName: name }),
        filePath: (file ?? '').replace(/^file:\/\//, ''),
        line: Number(row),
        column: Number(column),
      });
      continue;
    }
    const dotnet = dotnetFrame.exec(line);
    if (dotnet !== null) {
      const [, name = '', filePath = '', row] = dotnet;
      frames.push({ functionName: dotnetName(name), filePath, line: Number(row) });
      continue;
    }
    const java = javaFrame.exec(line);
    if (java !== null) {
      const [, name, file, row] = java;
      frames.push({
        functionName: name ?? '',
        filePath: javaPath(name ?? '', file ?? ''),
        ...(row === undefined ? {} : { line: Number(row) }),
      });
    }
  }
  return frames;
}

/** Async methods run in a type that is called after them. */
const dotnetName = (name: string): string =>
  name.replace(/[.+]<(\w+)>d(?:__\d+)?(?:`\d+)?\.MoveNext$/, '.$1').replace(/\+/g, '.');

function rubyFrames(lines: readonly string[]): readonly StackFrame[] {
  const frames = lines.flatMap((line) => {
    const [, filePath, row, name] = rubyFrame.exec(line) ?? [];
    if (filePath === undefined) return [];
    const functionName = (name ?? '').replace(/^(?:block|rescue|ensure)(?: \(.*\))? in /, '');
    return { functionName, filePath, line: Number(row) };
  });
  // A method that isn't written in Ruby stands at the line that calls it.
  return frames.filter(
    ({ filePath, line }, i) => frames[i + 1]?.filePath !== filePath || frames[i + 1]?.line !== line,
  );
}

/** Java names the file without its folders: the package gives them. */
function javaPath(qualified: string, file: string): string {
  if (!/\.\w+$/.test(file)) return file;
  const folders = qualified.split('.').slice(0, -2);
  return [...folders.filter((part) => !/^[A-Z]/.test(part)), file].join('/');
}

function pythonFrames(lines: readonly string[]): readonly StackFrame[] {
  const frames = lines.flatMap((line): readonly StackFrame[] => {
    const [, filePath, row, functionName] = pythonFrame.exec(line) ?? [];
    if (filePath === undefined) return [];
    return [
      {
        ...(functionName === undefined ? {} : { functionName }),
        filePath,
        line: Number(row),
      },
    ];
  });
  return frames.reverse();
}

function goFrames(lines: readonly string[]): StackFrame[] | undefined {
  const frames: StackFrame[] = [];
  const panic = lines.findLastIndex((line) => goPanic.test(line));
  for (const [i, line] of lines.entries()) {
    const place = i > panic + 1 ? goPlace.exec(line) : null;
    if (place === null) continue;
    const match = goFunction.exec(lines[i - 1] ?? '');
    const name = match?.[1] ?? match?.[2];
    frames.push({
      ...(name === undefined ? {} : { functionName: name }),
      filePath: place[1] ?? '',
      line: Number(place[2]),
    });
  }
  return frames.length === 0 ? undefined : frames;
}

const libraryPath =
  /[\\/]node_modules[\\/]|^node:|^internal[\\/]|<anonymous>|[\\/](?:site|dist)-packages[\\/]|[\\/]lib[\\/]python\d|^<frozen|[\\/]pkg[\\/]mod[\\/]|[\\/]go[\\/]src[\\/](?:runtime|net|reflect|sync|testing)[\\/]|[\\/]src[\\/]runtime[\\/]|@v\d+\.\d+\.|^(?:runtime|net|reflect|sync|testing)\/|[\\/]gems[\\/]|[\\/]ruby[\\/]\d|[\\/]cargo[\\/]registry[\\/]|^[\\/]rustc[\\/]/;
const libraryName =
  /^(?:java|javax|jakarta|jdk|sun|com\.sun|kotlin|scala|groovy|org\.(?:springframework(?!\.samples)|apache|hibernate|eclipse|jboss|postgresql|h2)|io\.(?:netty|opentelemetry|micrometer|undertow)|reactor|com\.(?:mysql|zaxxer|fasterxml))[.$]/;

const isLibrary = (frame: StackFrame): boolean =>
  libraryPath.test(frame.filePath) ||
  (frame.functionName !== undefined && libraryName.test(frame.functionName)) ||
  frame.functionName === 'runtime.gopanic';
