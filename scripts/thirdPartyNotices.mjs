/** Licences of the packages that are in the bundles or beside them: what dist/THIRD_PARTY_NOTICES.txt says. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const licenceFile = /^(licen[cs]e|copying|notice)(\.(md|txt|markdown)|-[\w.-]+)?$/i;

/**
 * Folders of packages, relative to the project's root.
 *
 * @param {Iterable<string>} inputs files, as in esbuild's metafile; those outside node_modules are our own
 * @returns {string[]} sorted, each once
 */
export function packageFolders(inputs) {
  const found = new Set();
  for (const input of inputs) {
    const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input.replaceAll('\\', '/'));
    if (folder !== null) found.add(folder[0]);
  }
  return [...found].sort();
}

/**
 * The notices as text: the same for the same packages, whatever their order. Throws where a package has no licence to show.
 *
 * @param {string} root folder that the packages' folders are relative to
 * @param {readonly string[]} folders
 */
export function renderNotices(root, folders) {
  const sections = new Map(folders.map((folder) => sectionOf(path.join(root, folder))));
  const titles = [...sections.keys()].sort();
  const rule = '='.repeat(78);
  return [
    'Prodlens contains the following third-party software.',
    ...titles.map((title) => `${rule}\n${title}\n${rule}\n\n${sections.get(title)}`),
  ].join('\n\n');
}

function sectionOf(folder) {
  const { name, version, license } = JSON.parse(
    readFileSync(path.join(folder, 'package.json'), 'utf8'),
  );
  const text = licenceText(folder);
  if (typeof license !== 'string' || text === '')
    throw new Error(`${name} is bundled, but says no licence: look for it, or do without it`);
  return [`${name} ${version} (${license})`, `${text}\n`];
}

/** Of the files called so; some packages have it at the end of their README alone. '' for none. */
function licenceText(folder) {
  const read = (file) =>
    readFileSync(path.join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim();
  const names = readdirSync(folder).sort();
  const files = names.filter((name) => licenceFile.test(name));
  if (files.length > 0) return files.map(read).join('\n\n');
  const readme = names.find((name) => /^readme\.md$/i.test(name));
  const section = /^(?:#+ *Licen[cs]e *|Licen[cs]e *\n-+ *)\n+([^]*Copyright[^]*)/im;
  return readme === undefined ? '' : (section.exec(read(readme))?.[1] ?? '').trim();
}
