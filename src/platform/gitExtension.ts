import * as vscode from 'vscode';
import type { Disposable } from './disposables.ts';
import { DisposableStore, Emitter } from './disposables.ts';

/** The part of VS Code's built-in git extension that we use (its `api/git.d.ts`, version 1). */
interface GitApi {
  readonly git: { readonly path: string };
  readonly repositories: readonly GitRepository[];
  readonly onDidOpenRepository: vscode.Event<GitRepository>;
}

interface GitRepository {
  readonly state: {
    readonly HEAD?: {
      readonly name?: string;
      readonly commit?: string;
      readonly ahead?: number;
      readonly behind?: number;
    };
    readonly onDidChange: vscode.Event<void>;
  };
}

/** Where git is, and news of the window's repositories, by VS Code's own git extension. */
export class GitExtension implements Disposable {
  readonly #store = new DisposableStore();
  readonly #news = this.#store.add(new Emitter<undefined>());
  readonly #heads = new Map<GitRepository, string>();
  #api: Promise<GitApi | undefined> | undefined;

  /** A repository was found, or its HEAD or what is fetched of it moved. Nothing is told before git was first asked for. */
  readonly onDidChangeRepositories = (listener: () => void): Disposable => this.#news.on(listener);

  /** Path of the git program that VS Code uses; undefined without one. */
  async path(): Promise<string | undefined> {
    // Waiting for the extension's start is paid for by who needs git, not by activation.
    this.#api ??= this.#open();
    const api = await this.#api;
    if (api === undefined) this.#api = undefined;
    return api?.git.path;
  }

  async #open(): Promise<GitApi | undefined> {
    const extension = vscode.extensions.getExtension<{ getAPI(version: 1): GitApi }>('vscode.git');
    if (extension === undefined) return undefined;
    try {
      const api = (await extension.activate()).getAPI(1);
      api.repositories.forEach(this.#follow);
      this.#store.add(
        api.onDidOpenRepository((repository) => {
          this.#follow(repository);
          this.#news.fire(undefined);
        }),
      );
      return api;
    } catch {
      // Git is switched off or not installed.
      return undefined;
    }
  }

  readonly #follow = (repository: GitRepository): void => {
    if (this.#heads.has(repository)) return;
    this.#heads.set(repository, headOf(repository));
    this.#store.add(
      repository.state.onDidChange(() => {
        // It also tells of every saved file.
        const head = headOf(repository);
        if (head === this.#heads.get(repository)) return;
        this.#heads.set(repository, head);
        this.#news.fire(undefined);
      }),
    );
  };

  dispose(): void {
    this.#store.dispose();
  }
}

function headOf({ state: { HEAD } }: GitRepository): string {
  return JSON.stringify([HEAD?.name, HEAD?.commit, HEAD?.ahead, HEAD?.behind]);
}
