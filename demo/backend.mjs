// `--backend NAME`: the demo on real servers, with the pipeline of the README.
import { step } from '../scripts/harness/steps.mjs';
import { combinations } from '../scripts/backends/combinations.mjs';
import { tempo } from '../scripts/backends/tempo.mjs';

/**
 * @param {readonly string[]} args of the command line
 * @returns {undefined | string | { patience: number, sampled: boolean, start(folder: string): Promise<{ variables: Record<string, string>,
 *   connections: { metrics?: object, traces: object }, stop(): Promise<void> }> }} undefined: none is asked for; a text: why it can't be had
 */
export function chosenBackend(args) {
  const at = args.indexOf('--backend');
  if (at < 0) return undefined;
  const name = args[at + 1];
  const combination = Object.hasOwn(combinations, name ?? '') ? combinations[name] : undefined;
  if (combination === undefined)
    return `--backend takes one of: ${Object.keys(combinations).join(', ')}`;
  const binary = args.indexOf('--tempo');
  if (binary >= 0) tempo.binary = args[binary + 1];
  if (name.includes('tempo') && tempo.leftOut() !== undefined)
    return `Tempo isn’t fetched (its licence is the AGPL). Give a binary of it: npm run demo -- --backend ${name} --tempo PATH`;
  return {
    // Scrapes, slots and refreshes come one after the other; the local receiver has spans at once.
    patience: 3,
    // A sample of traces tells no error ratios, so no verdicts.
    sampled: !name.includes('+'),
    async start(folder) {
      await step(`obtaining ${name} (the first time it is built)`, () => combination.obtain());
      const { metrics, traces, variables, stop } = await step(`starting ${name}`, () =>
        combination.start(folder),
      );
      for (const [signal, connection] of Object.entries({ metrics, traces }))
        if (connection !== undefined)
          console.log(`${signal}: ${connection.kind} at ${connection.url}`);
      return {
        variables,
        connections: { ...(metrics === undefined ? {} : { metrics }), traces },
        stop,
      };
    },
  };
}
