// Makes the demo's git repository: two tagged releases of a small shop, each with a worktree to run from.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));

/** Nobody's own git settings (signing, hooks, templates) reach into the demo. */
const environment = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_AUTHOR_NAME: 'Shop Demo',
  GIT_AUTHOR_EMAIL: 'demo@shop.example',
  GIT_COMMITTER_NAME: 'Shop Demo',
  GIT_COMMITTER_EMAIL: 'demo@shop.example',
};

/**
 * @param {string} folder an empty folder
 * @param {string} dependencies a node_modules folder for the services
 * @returns {{ repository: string, releases: { version: string, commit: string, folder: string }[] }}
 */
export function createRepository(folder, dependencies) {
  const repository = path.join(folder, 'shop');
  const git = (...args) =>
    execFileSync('git', ['-C', repository, ...args], { env: environment, encoding: 'utf8' }).trim();
  cpSync(path.join(here, 'shop'), repository, { recursive: true });
  git('init', '--quiet', '--initial-branch=main');
  const commit = (version, message) => {
    git('add', '--all');
    git('commit', '--quiet', '--message', message);
    git('tag', `v${version}`);
  };
  commit('1.4.0', 'Take orders, price carts, settle payments');
  cpSync(path.join(here, 'shop-1.5.0'), repository, { recursive: true });
  commit('1.5.0', 'Give large carts a discount');

  mkdirSync(path.join(folder, 'releases'));
  const releases = ['1.4.0', '1.5.0'].map((version) => {
    const worktree = path.join(folder, 'releases', version);
    git('worktree', 'add', '--quiet', '--detach', worktree, `v${version}`);
    symlinkSync(dependencies, path.join(folder, 'releases', version, 'node_modules'), 'junction');
    return { version, commit: git('rev-parse', `v${version}^{commit}`), folder: worktree };
  });
  return { repository, releases };
}
