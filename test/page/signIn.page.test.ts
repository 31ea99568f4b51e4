import assert from 'node:assert/strict';
import { access, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

import {
  startProdlens,
  VsCodeWindow,
  waitUntil,
  type Harness,
  type ThemeKind,
} from '../harness/page.ts';
import { temporaryWorkspace } from '../harness/workspace.ts';
import { startSignInStage, type SignInStage } from './signInStage.ts';

/**
 * The ways to sign in and to be reached, in a remote window: settings, files, programs, proxy and certificates are the remote machine's, the secrets
 * the person's own VS Code's.
 */
describe('signing in from a remote window', () => {
  let stage: SignInStage;
  let workspace: Awaited<ReturnType<typeof temporaryWorkspace>>;
  let harness: Harness;
  let window: VsCodeWindow;

  const place = (name: string): string => path.join(stage.folder, name);
  const exists = (file: string): Promise<boolean> =>
    access(file).then(
      () => true,
      () => false,
    );

  before(async () => {
    stage = await startSignInStage();
    workspace = await temporaryWorkspace({
      'orders.js': 'function place() {}\n',
      '.vscode/settings.json': JSON.stringify({
        'prodlens.environments': [planted('planted by the repository', 'by-repository')],
      }),
    });
    harness = await startProdlens({
      workspace: workspace.folder,
      // As a devcontainer.json of the repository could write them, too.
      settings: { 'prodlens.environments': [planted('planted on the machine', 'by-machine')] },
      // In a browser VS Code takes its own network’s settings from the person, not from the remote machine.
      userSettings: { 'http.proxy': `http://127.0.0.1:${stage.proxy.port}` },
      env: { NODE_EXTRA_CA_CERTS: place('extra.pem'), SSL_CERT_FILE: place('system.pem') },
    });
    window = await VsCodeWindow.open(harness);
    // The palette lists what is known when it opens: the extension first.
    await window.waitForStatus(/planted/);
  });
  after(async () => {
    await harness.stop();
    await stage.stop();
    await workspace.remove();
  });

  /** An environment whose token program leaves a trace when it runs. */
  function planted(name: string, trace: string) {
    const command = ['/usr/bin/touch', place(trace)];
    return {
      name,
      traces: { kind: 'jaeger', url: stage.guarded, auth: { type: 'command', command } },
    };
  }

  const machineSettings = async (): Promise<{
    readonly text: string;
    readonly environments: readonly unknown[];
  }> => {
    const file = path.join(harness.serverDataDir, 'data', 'Machine', 'settings.json');
    const text = await readFile(file, 'utf8');
    const all = JSON.parse(text) as Record<string, readonly unknown[] | undefined>;
    return { text, environments: all['prodlens.environments'] ?? [] };
  };

  async function begin(address: string): Promise<void> {
    await window.runCommand('Prodlens: Connect a Backend…');
    await window.quickInput.waitFor('Connect a Backend');
    await window.quickInput.fill(address);
    await window.quickInput.accept();
  }

  /** In VS Code's own dialog for files of a remote machine a path can be typed. */
  async function chooseFile(title: RegExp, name: string, picture?: string): Promise<void> {
    await window.quickInput.waitFor(title);
    // It puts the folder of the workspace there when it has read it.
    await window.quickInput.items();
    await window.quickInput.fill(place(name));
    if (picture !== undefined) await look(picture);
    await window.quickInput.acceptExactly(name);
  }

  async function giveSecret(prompt: RegExp, secret: string, picture?: string): Promise<void> {
    await window.quickInput.waitForMessage(prompt);
    if (picture !== undefined) await look(picture);
    await window.quickInput.fill(secret);
    await window.quickInput.accept();
  }

  async function nameIt(name: string): Promise<void> {
    const { quickInput } = window;
    await quickInput.waitFor(/Jaeger answers\. Which environment is it of\?/);
    await quickInput.choose('New environment');
    await quickInput.waitForMessage(/Jaeger answers/);
    await quickInput.fill(name);
    await quickInput.accept();
    await quickInput.waitFor(new RegExp(`Is ${name} an environment of production\\?`));
    await quickInput.choose('Not production');
    await window.notifications.waitFor(new RegExp(`Jaeger gives ${name} its traces: Front, stock`));
  }

  it('runs no program that a repository’s settings name, and one of the machine’s only when it was approved', async () => {
    const { quickInput } = window;
    await window.waitForStatus(/planted on the machine/);
    await waitUntil('the reason why there are no numbers', async () =>
      (await window.statusBar()).some(({ label }) => label.includes('may not run yet')),
    );
    await window.runCommand('Prodlens: Select Environment…');
    const labels = (await quickInput.items()).map(({ label }) => label).join();
    assert.doesNotMatch(labels, /planted by the repository/);
    await quickInput.choose('planted on the machine');
    const { detail } = await window.dialog.read();
    assert.ok(detail.includes(place('by-machine')), detail);
    await window.dialog.press('Cancel');
    assert.deepEqual(
      [await exists(place('by-repository')), await exists(place('by-machine'))],
      [false, false],
    );
  });

  it('tells what the proxy of http.proxy answers', async () => {
    await begin('https://nobody.jaeger.test');
    await window.notifications.waitFor(/The proxy can’t connect to https:\/\/nobody\.jaeger\.test/);
  });

  it('takes an authority, a certificate and its key from files, and asks again for what was wrong', async () => {
    const { quickInput } = window;
    await begin(stage.secured);
    await quickInput.waitFor(/comes from an unknown authority/);
    await look('authority');
    await quickInput.choose('Certificate authority…');
    await chooseFile(/Certificate authority \(PEM\)/, 'client.key', 'authority-file');
    await quickInput.waitFor(/client\.key holds no certificate in PEM form/);
    await look('authority-unusable');
    await quickInput.choose('Certificate authority…');
    await chooseFile(/Certificate authority \(PEM\)/, 'own.pem');
    await quickInput.waitFor(/wants a client certificate|closed the connection/);
    await look('client-certificate');
    await quickInput.choose('Client certificate…');
    await chooseFile(/Client certificate \(PEM or PFX\)/, 'client.pem');
    await chooseFile(/Its private key \(PEM\)/, 'client.key');
    await giveSecret(/^Passphrase of .*client\.key\. It is kept/, 'mistyped s3cret', 'passphrase');
    await giveSecret(
      /^That passphrase was wrong\. Passphrase of/,
      'right s3cret',
      'passphrase-wrong',
    );
    await nameIt('mutual');
    assert.deepEqual((await machineSettings()).environments.slice(1), [
      {
        name: 'mutual',
        traces: {
          kind: 'jaeger',
          url: stage.secured,
          tls: {
            caFile: place('own.pem'),
            certFile: place('client.pem'),
            keyFile: place('client.key'),
            passphrase: true,
          },
        },
      },
    ]);
  });

  it('takes a tenant, several headers and a program, which runs once it is approved', async () => {
    const { quickInput } = window;
    await begin(stage.guarded);
    await quickInput.waitFor(/wants credentials\. How do you sign in\?/);
    await look('ways');
    await quickInput.choose('Tenant');
    await quickInput.waitForMessage(/^Name of the tenant/);
    await look('tenant');
    await quickInput.fill('shop');
    await quickInput.accept();
    for (const [name, value] of [
      ['X-Api-Key', 'key-s3cret'],
      ['X-Team', 'team-s3cret'],
    ] as const) {
      await quickInput.waitFor(/wants credentials, or those given are wrong/);
      await quickInput.choose('Another header');
      await quickInput.waitForMessage(/^Name of the header/);
      if (name === 'X-Api-Key') await look('header');
      await quickInput.fill(name);
      await quickInput.accept();
      await giveSecret(new RegExp(`^Value of the header ${name}`), value);
    }
    await quickInput.waitFor(/wants credentials, or those given are wrong/);
    await quickInput.choose('A program that prints a token');
    await quickInput.waitForMessage(/It is run without a shell/);
    await look('program');
    await quickInput.fill(`${place('print-token')} --for "the shop"`);
    await quickInput.accept();
    const asked = await window.dialog.read();
    assert.match(asked.message, /Allow Prodlens to run this program/);
    assert.ok(asked.message.includes(stage.guarded), 'names where the token goes');
    assert.ok(asked.detail.includes(`${place('print-token')} --for "the shop"`), asked.detail);
    await look('approval');
    await window.dialog.press('Allow');
    await nameIt('guarded');
    const { text, environments } = await machineSettings();
    assert.doesNotMatch(text, /s3cret/);
    assert.deepEqual(environments[2], {
      name: 'guarded',
      traces: {
        kind: 'jaeger',
        url: stage.guarded,
        auth: { type: 'command', command: [place('print-token'), '--for', 'the shop'] },
        headers: { 'X-Scope-OrgID': 'shop' },
        secretHeaders: ['X-Api-Key', 'X-Team'],
      },
    });
  });

  it('goes through http.proxy, and trusts what the remote machine’s system, NODE_EXTRA_CA_CERTS or the connection name', async () => {
    for (const name of ['extra', 'system'] as const) {
      await begin(`https://${name}.jaeger.test`);
      await nameIt(name);
    }
    await begin('https://own.jaeger.test');
    await window.quickInput.waitFor(/comes from an unknown authority/);
    await window.quickInput.choose('Certificate authority…');
    await chooseFile(/Certificate authority \(PEM\)/, 'own.pem');
    await nameIt('own');
    const asked = new Set(stage.proxy.asked.map(({ line }) => line));
    for (const name of ['extra', 'system', 'own', 'nobody'])
      assert.ok(asked.has(`CONNECT ${name}.jaeger.test:443`));
    assert.ok(
      [...asked].every((line) => line.endsWith('.jaeger.test:443')),
      'this machine itself isn’t asked for through it',
    );
  });

  it('is all of a remote window: settings are in its machine’s settings, secrets on neither its disk nor in its logs', async () => {
    await window.runCommand('Prodlens: Diagnose…');
    const lines = async (): Promise<string> =>
      (await window.page.locator('.view-line').allInnerTexts()).join('\n');
    await waitUntil(
      'the kind of the window',
      async () => /remote[^a-z]+(?!no\b)\w/.test(await lines()),
      undefined,
      lines,
    );
    const names = (await machineSettings()).environments.map(
      (one) => (one as { readonly name: string }).name,
    );
    assert.deepEqual(names, [
      'planted on the machine',
      'mutual',
      'guarded',
      'extra',
      'system',
      'own',
    ]);
    const user = await readFile(
      path.join(harness.serverDataDir, 'data', 'User', 'settings.json'),
      'utf8',
    );
    assert.doesNotMatch(user, /prodlens/);
    assert.deepEqual(await filesWith(harness.serverDataDir, 's3cret'), []);
    assert.deepEqual(await filesWith(workspace.folder, 's3cret'), []);
  });

  /** With PRODLENS_PICTURES=<folder> in the environment: what the step looks like in each kind of theme. */
  async function look(name: string): Promise<void> {
    const pictures = process.env['PRODLENS_PICTURES'];
    if (pictures === undefined) return;
    for (const theme of ['light', 'highContrast', 'dark'] satisfies ThemeKind[]) {
      await window.setTheme(theme);
      await window.screenshot(path.join(pictures, `${name}-${theme}.png`));
    }
  }
});

/** Files below a folder that hold a text. */
async function filesWith(folder: string, text: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const file = path.join(entry.parentPath, entry.name);
        return (await readFile(file)).includes(text) ? [file] : [];
      }),
  );
  return found.flat();
}
