/** A stack trace by the exceptions that it tells of. */
export interface CauseChain {
  /** Lines about the root cause, then about what came of it, the exception itself last. */
  readonly sections: readonly (readonly string[])[];
  /** `Type: message` of the causes, as printed. */
  readonly causes: readonly string[];
  /** What was printed before may be the cause, or may have been dealt with: that can't be told. */
  readonly uncertain?: true;
}

const pythonHead = /^\s*Traceback \(most recent call last\)/;
const pythonCause = /^The above exception was the direct cause of the following exception:\s*$/;
const pythonContext = /^During handling of the above exception, another exception occurred:\s*$/;
const pythonPlace = /^\s*File "([^"]+)", line \d+(?:, in (.+))?$/;

/**
 * Python prints causes first. What was *being handled* when an exception came up is its cause only if it was translated: the function that
 * handled the one has a `raise` for the other. What else fails while an exception is handled fails for a reason of its own.
 * https://docs.python.org/3/library/exceptions.html#exception-context
 */
export function pythonChain(lines: readonly string[]): CauseChain | undefined {
  const group = groupChain(lines);
  if (group !== undefined) return group;
  if (!lines.some((line) => pythonPlace.test(line))) return undefined;
  const printed: { readonly link?: string; readonly lines: string[] }[] = [{ lines: [] }];
  for (const line of lines)
    if (pythonCause.test(line) || pythonContext.test(line)) printed.push({ link: line, lines: [] });
    else printed.at(-1)?.lines.push(line);
  const sections: (readonly string[])[] = [];
  const causes: string[] = [];
  let link: string | undefined;
  for (const one of printed.reverse()) {
    const section = one.lines.slice(
      Math.max(
        0,
        one.lines.findLastIndex((line) => pythonHead.test(line)),
      ),
    );
    const [later] = sections;
    if (later !== undefined) {
      const cause = pythonContext.test(link ?? '') ? isTranslated(section, later) : true;
      // Which of a group's exceptions it came of can't be read here.
      const grouped = cause === true && section.some((line) => groupHead.test(line));
      if (cause === undefined || grouped) return { sections, causes, uncertain: true };
      if (!cause) break;
      causes.unshift(...pythonTitle(section));
    }
    sections.unshift(section);
    link = one.link;
  }
  return { sections, causes };
}

const groupHead = /^\s*\+ Exception Group Traceback \(most recent call last\)/;
const groupMember = /^\s*(?:\+-)?\+-+ (\d+) -+$/;

/** What ends with a group of exceptions; the only one in it is its cause. Of several none is. https://peps.python.org/pep-0654/ */
function groupChain(lines: readonly string[]): CauseChain | undefined {
  const start = lines.findLastIndex((line) => groupHead.test(line) && line.startsWith('  + '));
  if (start < 0 || lines.slice(start).some((line) => pythonHead.test(line))) return undefined;
  const own: string[] = [];
  const member: string[] = [];
  let members = 0;
  for (const line of lines.slice(start + 1)) {
    if (groupMember.test(line)) members += 1;
    const inside = /^ {2}((?: {2})*)\| ?(.*)$/.exec(line);
    if (inside?.[1] === '') own.push(inside[2] ?? '');
    else if (members > 0) member.push(line.slice(2));
  }
  if (members !== 1) return { sections: [own], causes: [], uncertain: true };
  const nested = pythonChain(member.map((line) => line.replace(/^ {2}\| ?/, '')));
  return nested === undefined
    ? { sections: [own], causes: [], uncertain: true }
    : {
        ...nested,
        sections: [...nested.sections, own],
        causes: [...nested.causes, ...pythonTitle(nested.sections.at(-1) ?? [])],
      };
}

/** undefined: the program's text isn't printed, so it can be either. */
function isTranslated(handled: readonly string[], raised: readonly string[]): boolean | undefined {
  // A traceback begins where the exception was caught.
  const [, file, name] = pythonPlace.exec(handled.find((l) => pythonPlace.test(l)) ?? '') ?? [];
  const at = raised.findLastIndex((line) => pythonPlace.test(line));
  const [, raisingFile, raisingName] = pythonPlace.exec(raised[at] ?? '') ?? [];
  if (file === undefined || file !== raisingFile || name !== raisingName) return false;
  const statement = raised[at + 1];
  return statement?.startsWith('    ') === true ? /^raise\b/.test(statement.trim()) : undefined;
}

function pythonTitle(section: readonly string[]): readonly string[] {
  const last = section.findLastIndex((line) => pythonPlace.test(line));
  const title = section.slice(last + 1).find((line) => /^\w/.test(line));
  return title === undefined ? [] : [title];
}

/** Java, PHP's SDK, and Node where it prints causes. */
const causedBy = /^(\s*)(?:[Cc]aused by: |\[cause\]: )(.*)$/;
const suppressed = /^(\s*)Suppressed: /;
const dotnetCause = /^\s*---> (?!\(Inner Exception #)(.*)$/;
const dotnetOther = /^\s*---> \(Inner Exception #/;

/**
 * Java prints causes last, without the lines that they share with what they caused. .NET prints their frames first.
 * https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/lang/Throwable.html#printStackTrace()
 */
export function atChain(lines: readonly string[]): CauseChain {
  const sections: string[][] = [[]];
  const causes: string[] = [];
  let beside: number | undefined;
  for (const line of lines) {
    // Another of the exceptions that a task failed with: nothing caused by it, or causing it.
    if (dotnetOther.test(line)) break;
    const cause = causedBy.exec(line);
    const indent = cause?.[1]?.length ?? 0;
    // What failed while resources were closed has a stack, and causes, of its own.
    if (beside !== undefined && (cause === null || indent >= beside)) continue;
    beside = suppressed.exec(line)?.[1]?.length;
    const title = cause?.[2] ?? dotnetCause.exec(line)?.[1];
    if (title !== undefined) causes.unshift(title);
    if (cause !== null) sections.unshift([]);
    else sections[0]?.push(line);
  }
  return { sections, causes };
}

/** A Ruby backtrace's first line has the message and class; the others begin with `from`. */
const rubyHead = /^\S[^:]*\.(?:rb|rake|erb):\d+:in [`'][^']+': (.*) \(([\w:]+)\)$/;

/** Ruby prints causes last, each with its whole backtrace. https://docs.ruby-lang.org/en/3.4/Exception.html#method-i-full_message */
export function rubyChain(lines: readonly string[]): CauseChain {
  const sections: string[][] = [[]];
  const causes: string[] = [];
  let heads = 0;
  for (const line of lines) {
    const [, message, type] = rubyHead.exec(line) ?? [];
    if (type !== undefined && heads++ > 0) {
      causes.unshift(`${type}: ${message ?? ''}`);
      sections.unshift([]);
    }
    sections[0]?.push(line);
  }
  return { sections, causes };
}
