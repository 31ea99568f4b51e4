import * as v from 'valibot';
import type { Result } from '../../../domain/result.ts';
import { fail, ok } from '../../../domain/result.ts';

const argv = v.pipe(
  v.array(v.pipe(v.string(), v.maxLength(4096))),
  v.minLength(1, 'needs at least the program'),
  v.maxLength(64, 'at most 64 arguments'),
  v.check((words) => words[0] !== '' && !(words[0] ?? '').startsWith('-'), 'the program is empty'),
  v.check(
    (words) => !/[{}]/.test(words[0] ?? ''),
    'the program itself can not carry a placeholder',
  ),
);

const shape = v.object({
  list: argv,
  preview: v.optional(argv),
  rollBack: argv,
  timeoutSeconds: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(3600)), 300),
  versionPattern: v.optional(
    v.pipe(
      v.string(),
      v.maxLength(200),
      v.check(isPattern, 'is not a regular expression with one group'),
    ),
  ),
});

/** Settings of a target of the `command` provider: argv arrays, never a shell line. */
export type CommandSettings = v.InferOutput<typeof shape>;

/** The placeholders that an argument may carry. `{reason}` only as a whole argument. */
export const placeholders = ['{to}', '{from}', '{reason}'] as const;

export function decodeCommandSettings(settings: unknown): Result<CommandSettings> {
  const parsed = v.safeParse(shape, settings);
  if (!parsed.success) {
    const issue = parsed.issues[0];
    const place = v.getDotPath(issue) ?? 'target';
    return fail(
      'invalid',
      `the deploy target's ${place} is wrong: ${issue.message}`,
      'Correct the target in the setting prodlens.environments.',
    );
  }
  for (const [name, words] of [
    ['list', parsed.output.list],
    ['preview', parsed.output.preview ?? []],
    ['rollBack', parsed.output.rollBack],
  ] as const)
    for (const word of words) {
      const problem = placeholderProblem(name, word);
      if (problem !== undefined)
        return fail('invalid', problem, 'Correct the target in the setting prodlens.environments.');
    }
  if (!parsed.output.rollBack.some((word) => word.includes('{to}')))
    return fail(
      'invalid',
      "the deploy target's rollBack names no {to}: it would not know where to go",
      'Put {to} where the id of the wanted release belongs.',
    );
  return ok(parsed.output);
}

function placeholderProblem(name: string, word: string): string | undefined {
  for (const found of word.match(/\{[a-zA-Z]+\}/g) ?? []) {
    if (!(placeholders as readonly string[]).includes(found))
      return `${name} has an unknown placeholder ${found}; known: ${placeholders.join(', ')}`;
    if (name === 'list') return `list takes no placeholders, but has ${found}`;
    if (found === '{reason}' && word !== '{reason}')
      return '{reason} must be an argument of its own (or read PRODLENS_REASON)';
  }
  return undefined;
}

function isPattern(source: string): boolean {
  try {
    return (new RegExp(`${source}|`, 'u').exec('')?.length ?? 0) === 2;
  } catch {
    return false;
  }
}
