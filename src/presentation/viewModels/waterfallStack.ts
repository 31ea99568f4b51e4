import type { StackFrame } from '../../domain/stats.ts';

/** A line of a stack trace that names a place in a source file. */
export interface StackLine {
  /** Zero-based line of the text. */
  readonly line: number;
  readonly frame: StackFrame;
}

const mostLines = 200;
const longestLine = 1_000;

const node = /^\s*at (?:async )?(?:(.+?) \()?((?:file:\/\/)?[^()\s][^()]*?):(\d+):(\d+)\)?\s*$/;
const python = /^\s*File "([^"]+)", line (\d+)(?:, in (.+))?\s*$/;
const java = /^\s*at (?:[\w.$@-]*\/)*([\w.$<>]+)\(([^:()]+\.\w+):(\d+)\)\s*$/;
/** On the line above a place. */
const goFunction = /^(?:created by )?([\w./*()-]+?)(?:\(.*\)| in goroutine \d+)?$/;
const go = /^\s+(\S.*\.go):(\d+)(?: \+0x[0-9a-f]+)?\s*$/;

const dotnet = /^\s*at ([^()]+)\(.*\) in (.+):line (\d+)\s*$/;
const ruby = /^\s*(?:from )?(\S[^:]*\.(?:rb|rake|erb)):(\d+):in [`']([^']+)'/;

/** Lines that Node, Python, Java, Go, .NET and Ruby write for a frame. Paths are those of the machine that ran the program, unchecked. */
export function stackLines(stack: string): readonly StackLine[] {
  const found: StackLine[] = [];
  const lines = stack.split(/\r?\n/, mostLines).map((text) => text.slice(0, longestLine));
  for (const [line, text] of lines.entries()) {
    const frame = readFrame(text, lines[line - 1] ?? '');
    if (frame !== undefined) found.push({ line, frame });
  }
  return found;
}

function readFrame(text: string, above: string): StackFrame | undefined {
  const asJava = java.exec(text);
  if (asJava !== null) {
    const [, name = '', file = '', row] = asJava;
    const packages = name
      .split('.')
      .slice(0, -2)
      .filter((part) => !/^[A-Z]/.test(part));
    return { functionName: name, filePath: [...packages, file].join('/'), line: Number(row) };
  }
  const asNode = node.exec(text);
  if (asNode !== null) {
    const [, name, file = '', row, column] = asNode;
    return {
      ...(name === undefined ? {} : { functionName: name }),
      filePath: file.replace(/^file:\/\//, ''),
      line: Number(row),
      column: Number(column),
    };
  }
  const asDotnet = dotnet.exec(text);
  if (asDotnet !== null) {
    const [, functionName = '', filePath = '', row] = asDotnet;
    return { functionName, filePath, line: Number(row) };
  }
  const asRuby = ruby.exec(text);
  if (asRuby !== null) {
    const [, filePath = '', row, functionName = ''] = asRuby;
    return { functionName, filePath, line: Number(row) };
  }
  const asPython = python.exec(text);
  if (asPython !== null) {
    const [, filePath = '', row, name] = asPython;
    return {
      ...(name === undefined ? {} : { functionName: name }),
      filePath,
      line: Number(row),
    };
  }
  const asGo = go.exec(text);
  if (asGo === null) return undefined;
  const functionName = goFunction.exec(above)?.[1];
  return {
    ...(functionName === undefined ? {} : { functionName }),
    filePath: asGo[1] ?? '',
    line: Number(asGo[2]),
  };
}
