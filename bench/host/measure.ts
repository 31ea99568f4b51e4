/**
 * The measuring extension: runs in the extension host beside Prodlens and an empty extension, does the one task that its folder
 * holds, writes the result there.
 */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import * as vscode from 'vscode';
import type { ProdlensApi } from '../../src/api.ts';
import type { HostResult, HostTask } from './task.ts';

const folder = process.env['PRODLENS_BENCH_FOLDER'] ?? '';
const prodlens = 'prodlens.prodlens';
const empty = 'prodlens-bench.empty';

export async function activate(): Promise<void> {
  const task = JSON.parse(readFileSync(path.join(folder, 'task.json'), 'utf8')) as HostTask;
  let result: HostResult;
  try {
    result = await run(task);
  } catch (error) {
    result = { failed: String(error) };
  }
  // Renamed, so that who waits for it never reads half of it.
  writeFileSync(path.join(folder, 'result.tmp'), JSON.stringify(result));
  renameSync(path.join(folder, 'result.tmp'), path.join(folder, 'result.json'));
}

function run(task: HostTask): Promise<HostResult> {
  switch (task.kind) {
    case 'activation':
      return activation(task.prodlensFirst);
    case 'annotation':
      return annotation(task);
    case 'blocking':
      return blocking(task);
  }
}

function extension(id: string): vscode.Extension<unknown> {
  const found = vscode.extensions.getExtension(id);
  if (found === undefined || found.isActive) throw new Error(`${id} is missing or active already`);
  return found;
}

/** CPU time of this thread where Node tells it (24): the same however busy the machine is. Else the clock. */
function threadMillis(): number {
  const { threadCpuUsage } = process as unknown as {
    readonly threadCpuUsage?: () => { readonly user: number; readonly system: number };
  };
  if (threadCpuUsage === undefined) return performance.now();
  const { user, system } = threadCpuUsage.call(process);
  return (user + system) / 1_000;
}

async function activation(prodlensFirst: boolean): Promise<HostResult> {
  // The first activation after the start waits for a window that is still being drawn.
  await extension('prodlens-bench.warm').activate();
  const milliseconds: Record<string, number> = {};
  for (const id of prodlensFirst ? [prodlens, empty] : [empty, prodlens]) {
    const one = extension(id);
    const start = threadMillis();
    await one.activate();
    milliseconds[id] = threadMillis() - start;
  }
  return { empty: milliseconds[empty] ?? NaN, prodlens: milliseconds[prodlens] ?? NaN };
}

/** Milliseconds from VS Code's news that the file is open to insights with numbers for it. */
function opened(api: ProdlensApi, uri: vscode.Uri, name: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let start: number | undefined;
    const look = (): void => {
      api.functions(uri).then((all) => {
        if (start === undefined || !all.some((f) => f.name === name && f.state === 'observed'))
          return;
        listening.dispose();
        resolve(performance.now() - start);
        start = undefined;
      }, reject);
    };
    const listening = vscode.Disposable.from(
      vscode.workspace.onDidOpenTextDocument((document) => {
        if (document.uri.fsPath !== uri.fsPath) return;
        start = performance.now();
        look();
      }),
      api.onDidChangeInsights(look),
    );
    vscode.workspace.openTextDocument(uri).then((document) => {
      void vscode.window.showTextDocument(document);
    }, reject);
  });
}

async function annotation(task: HostTask & { kind: 'annotation' }): Promise<HostResult> {
  if (task.forget !== undefined) rmSync(task.forget, { recursive: true, force: true });
  if (task.settled) {
    // Outside the workspace: none of ours, all of VS Code's.
    const file = path.join(folder, 'other.js');
    writeFileSync(file, 'function other() {}\n');
    const other = await vscode.workspace.openTextDocument(file);
    await vscode.window.showTextDocument(other);
    await outlined(other.uri);
    // In sight it would have the index started for it.
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  }
  const api = (await extension(prodlens).activate()) as ProdlensApi;
  await vscode.commands.executeCommand('prodlens.startLocalReceiver');
  if (task.traffic) {
    await signal('ready');
    await until('go');
  }
  const milliseconds: number[] = [];
  let outline: number | undefined;
  for (const { file, name } of task.files) {
    const uri = vscode.Uri.file(file);
    const start = performance.now();
    const own = opened(api, uri, name);
    if (outline === undefined) {
      await outlined(uri);
      outline = performance.now() - start;
    }
    milliseconds.push(await own);
  }
  // The next window would open them again by itself.
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  return { milliseconds, outline };
}

/** Waits until VS Code itself knows the functions of a document. */
async function outlined(uri: vscode.Uri): Promise<void> {
  for (;;) {
    const symbols = await vscode.commands.executeCommand<unknown[] | undefined>(
      'vscode.executeDocumentSymbolProvider',
      uri,
    );
    if (symbols !== undefined && symbols.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

async function blocking(task: HostTask & { kind: 'blocking' }): Promise<HostResult> {
  if (task.prodlens) {
    const api = (await extension(prodlens).activate()) as ProdlensApi;
    await vscode.commands.executeCommand('prodlens.startLocalReceiver');
    const uri = vscode.Uri.file(task.file);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
    await api.functions(uri);
  } else {
    await extension(empty).activate();
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(task.file));
  }
  const delay = monitorEventLoopDelay({ resolution: 1 });
  await signal('ready');
  await until('go');
  delay.enable();
  await until('stop');
  delay.disable();
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  const at = (percent: number): number => delay.percentile(percent) / 1e6;
  return { p50: at(50), p99: at(99), p999: at(99.9), max: delay.max / 1e6, samples: delay.count };
}

async function signal(name: string): Promise<void> {
  writeFileSync(path.join(folder, name), '');
  await Promise.resolve();
}

function until(name: string): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (!existsSync(path.join(folder, name))) return;
      clearInterval(timer);
      resolve();
    }, 20);
  });
}
