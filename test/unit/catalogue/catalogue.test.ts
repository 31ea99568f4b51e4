import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { CommandFactories } from '../../../src/commands/registry.ts';
import { registerCommands } from '../../../src/commands/registry.ts';
import type { CommandId } from '../../../src/commands/ids.ts';
import {
  commandIds,
  decodeInsightArgument,
  linkableCommandIds,
} from '../../../src/commands/ids.ts';
import {
  colorIds,
  contextKeys,
  settingIds,
  settings,
  viewIds,
} from '../../../src/config/catalogue.ts';

const root = process.env['PRODLENS_ROOT'] ?? process.cwd();
const read = (name: string): string => readFileSync(path.join(root, name), 'utf8');
interface Step {
  readonly description: string;
  readonly media: {
    readonly image: Readonly<Record<'dark' | 'light' | 'hc' | 'hcLight', string>>;
  };
  readonly completionEvents: readonly string[];
}
interface Manifest {
  readonly icon: string;
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly category: string }[];
    readonly menus: Readonly<Record<string, readonly { command: string; when: string }[]>>;
    readonly configuration: {
      readonly properties: Readonly<
        Record<string, { scope: string; default: unknown; markdownDescription: string }>
      >;
    };
    readonly colors: readonly { id: string; defaults: Readonly<Record<string, string>> }[];
    readonly walkthroughs: readonly { readonly id: string; readonly steps: readonly Step[] }[];
    readonly jsonValidation: readonly { url: string }[];
    readonly views?: Readonly<Record<string, readonly { readonly id: string }[]>>;
  };
  readonly capabilities: { untrustedWorkspaces: { restrictedConfigurations: string[] } };
}
const manifest = JSON.parse(read('package.json')) as Manifest;
const nls = JSON.parse(read('package.nls.json')) as Record<string, string>;
const { contributes } = manifest;
const walkthroughSteps = contributes.walkthroughs.flatMap(({ steps }) => steps);
const sorted = (items: readonly string[]): string[] => [...items].sort();

describe('the catalogue', () => {
  it('names the commands of the manifest, no more and no less', () => {
    assert.deepEqual(sorted(contributes.commands.map((c) => c.command)), sorted(commandIds));
    for (const id of linkableCommandIds) assert.ok(commandIds.includes(id));
  });

  it('registers each command once, and the others when one fails', () => {
    const registered: string[] = [];
    const failed: string[] = [];
    const factories = Object.fromEntries(
      commandIds.map((id) => [
        id,
        () => {
          if (id === 'prodlens.explain') throw new Error('broken');
          return () => undefined;
        },
      ]),
    ) as unknown as CommandFactories;
    registerCommands(
      {
        register: (id: CommandId) => {
          registered.push(id);
          return { dispose: () => undefined };
        },
        failed: (id) => failed.push(id),
      },
      factories,
    );
    assert.deepEqual(failed, ['prodlens.explain']);
    assert.deepEqual(
      sorted([...registered, ...failed]),
      sorted(contributes.commands.map((c) => c.command)),
    );
  });

  it('names the settings of the manifest with their scopes and defaults', () => {
    const { properties } = contributes.configuration;
    assert.deepEqual(sorted(Object.keys(properties)), sorted(settingIds));
    for (const id of settingIds) {
      const property = properties[id];
      assert.equal(property?.scope, settings[id].scope, id);
      assert.deepEqual(property.default, settings[id].default, id);
    }
    for (const id of manifest.capabilities.untrustedWorkspaces.restrictedConfigurations)
      assert.ok((settingIds as readonly string[]).includes(id), id);
  });

  it('names the views of the manifest', () => {
    const views = Object.values(contributes.views ?? {}).flat();
    assert.deepEqual(sorted(views.map((view) => view.id)), sorted(viewIds));
  });

  it('names the colours of the manifest, each for every kind of theme', () => {
    assert.deepEqual(sorted(contributes.colors.map((c) => c.id)), sorted(colorIds));
    for (const { id, defaults } of contributes.colors)
      assert.deepEqual(
        sorted(Object.keys(defaults)),
        ['dark', 'highContrast', 'highContrastLight', 'light'],
        id,
      );
  });

  it('has a text for every key of the manifest, and no text too many', () => {
    const used = [...read('package.json').matchAll(/"%([^%"]+)%"/g)].map((m) => m[1] ?? '');
    assert.deepEqual(sorted([...new Set(used)]), sorted(Object.keys(nls)));
  });

  it('uses in menus only commands and context keys that exist', () => {
    for (const item of Object.values(contributes.menus).flat()) {
      assert.ok((commandIds as readonly string[]).includes(item.command), item.command);
      for (const [key] of item.when.matchAll(/\bprodlens\.\w+/g))
        assert.ok((contextKeys as readonly string[]).includes(key), key);
    }
    const whens = [
      ...Object.values(contributes.menus)
        .flat()
        .map((i) => i.when),
      ...walkthroughSteps.flatMap((step) => step.completionEvents),
    ];
    for (const key of contextKeys)
      assert.ok(
        whens.some((when) => when.includes(key)),
        key,
      );
  });

  it('uses in the walkthrough only commands and context keys that exist', () => {
    assert.equal(walkthroughSteps.length, 3);
    for (const { description, completionEvents } of walkthroughSteps) {
      const text = nls[description.replaceAll('%', '')] ?? '';
      const links = [...text.matchAll(/\(command:([^)]+)\)/g)].map(([, id = '']) => id);
      assert.ok(links.length > 0, description);
      const events = completionEvents.map((event) => event.split(':'));
      for (const id of [...links, ...events.map(([kind, id]) => (kind === 'onCommand' ? id : ''))])
        if (id?.startsWith('prodlens.') === true)
          assert.ok((commandIds as readonly string[]).includes(id), id);
      for (const [kind, id = ''] of events)
        if (kind === 'onContext') assert.ok((contextKeys as readonly string[]).includes(id), id);
    }
  });

  it('names files that exist', () => {
    const pictures = walkthroughSteps.flatMap(({ media }) => Object.values(media.image));
    assert.equal(new Set(pictures).size, 12);
    for (const file of [
      manifest.icon,
      ...contributes.jsonValidation.map((v) => v.url),
      ...pictures,
    ])
      assert.ok(existsSync(path.join(root, file)), file);
  });
});

describe('the argument of a command', () => {
  it('is taken only as an opaque id', () => {
    const id = '0123456789abcdef';
    assert.deepEqual(decodeInsightArgument(id), { insight: id });
    assert.deepEqual(decodeInsightArgument({ insight: id, kind: 'slow' }), {
      insight: id,
      kind: 'slow',
    });
    for (const other of [
      undefined,
      null,
      7,
      'file:///etc/passwd',
      { insight: '../x', kind: 'rm' },
      [id],
    ])
      assert.deepEqual(decodeInsightArgument(other), {});
  });
});
