import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { build, type Plugin } from 'esbuild';
import type * as Workspace from '../../../bench/attributionWorkspace.ts';
import type * as Attributors from '../../../src/attribution/attributor.ts';
import { serviceKey } from '../../../src/domain/service.ts';
import { fixtures, operationOf, readExpected, tablesOf, type Row } from './expectations.ts';

const root = process.env['PRODLENS_ROOT'] ?? process.cwd();

/** The last three frameworks of the list, with their own files and the fixtures that show them. */
const last: Readonly<Record<string, { files: readonly string[]; fixture: string; words: RegExp }>> =
  {
    'ASP.NET Core': {
      files: ['aspNetMinimal', 'aspNetMvc'],
      fixture: 'aspnet',
      words: /asp\.?net|WebApplication|EndpointRoute|\bMap(?:Get|Group)/i,
    },
    axum: { files: ['axum'], fixture: 'axum', words: /axum/i },
    'actix-web': { files: ['actix'], fixture: 'actix', words: /actix/i },
  };

interface Built {
  readonly readWorkspace: typeof Workspace.readWorkspace;
  readonly createAttributor: typeof Attributors.createAttributor;
}

/** The registry without the lines of some frameworks. */
const without = (files: readonly string[]): Plugin => ({
  name: 'registry',
  setup: (bundle) => {
    bundle.onLoad({ filter: /symbols[/\\]frameworks[/\\]registry\.ts$/ }, async (args) => {
      const text = await readFile(args.path, 'utf8');
      const names = new RegExp(`^(?:  |import \\{ )(?:${files.join('|')})(?:,| \\} from .*)$`);
      const lines = text.split('\n');
      const kept = lines.filter((line) => !names.test(line));
      assert.equal(
        lines.length - kept.length,
        2 * files.length,
        'a line of import and one of the list',
      );
      return { contents: kept.join('\n'), loader: 'ts' };
    });
  },
});

/** The code that reads workspaces and attributes, built without some frameworks: it must not need their files. */
async function builtWithout(files: readonly string[], folder: string): Promise<Built> {
  const outfile = path.join(folder, 'built.cjs');
  const { metafile } = await build({
    absWorkingDir: root,
    stdin: {
      resolveDir: root,
      loader: 'ts',
      contents:
        "export { readWorkspace } from './bench/attributionWorkspace.ts'; export { createAttributor } from './src/attribution/attributor.ts';",
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    packages: 'external',
    plugins: [without(files)],
    metafile: true,
    logLevel: 'silent',
  });
  for (const name of files)
    assert.equal(metafile.inputs[`src/symbols/frameworks/${name}.ts`], undefined);
  await writeFile(path.join(folder, 'package.json'), '{}');
  return createRequire(outfile)(outfile) as Built;
}

async function sourceFiles(): Promise<readonly string[]> {
  const names = await readdir(path.join(root, 'src'), { recursive: true });
  return names.map((name) => name.split(path.sep).join('/')).filter((name) => name.endsWith('.ts'));
}

/** Examples in comments may be of any framework. */
const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*/g, '');

/** Rows about requests: what spans made by hand say doesn't come from a framework. */
const aboutRequests = ({ http, raw }: Row): boolean => http !== undefined || raw !== undefined;

describe('a framework is its file and a line of the registry', function () {
  this.timeout(60_000);
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(root, 'out', 'registry-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const [name, { files, fixture, words }] of Object.entries(last)) {
    it(`${name}: no other file of the source speaks of it`, async () => {
      const own = new Set(['registry', ...files].map((file) => `symbols/frameworks/${file}.ts`));
      for (const file of await sourceFiles())
        if (!own.has(file))
          assert.doesNotMatch(
            withoutComments(await readFile(path.join(root, 'src', file), 'utf8')),
            words,
            file,
          );
    });

    it(`${name}: without them nothing of it is found, and everything else is there`, async () => {
      const place = await mkdtemp(path.join(folder, fixture));
      const { readWorkspace, createAttributor } = await builtWithout(files, place);
      const expected = readExpected(fixture);
      const seen = (expected.seen ?? [expected.service]).map((one) => serviceKey(one));
      const { facts } = await readWorkspace(path.join(fixtures, fixture), seen);
      assert.ok(facts.functions.length > 0);
      assert.deepEqual([...facts.routes, ...facts.openRoutes], []);
      const attributor = createAttributor(facts);
      const tables = tablesOf(facts);
      const rows = expected.operations.filter(aboutRequests);
      const owned = rows.filter(({ owner, line }) => (owner ?? line) !== undefined);
      assert.ok(owned.length >= 10, 'the fixture shows what the file is for');
      for (const row of rows)
        assert.equal(
          attributor.attribute(operationOf(expected, row, tables)).kind,
          'none',
          JSON.stringify(row),
        );
    });
  }
});
