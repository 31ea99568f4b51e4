/** What the README tells people to write, read from it: it is tried as it stands, with addresses of the servers that run. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** @param {string} name of the block, in the comment before it @param {Record<string, string>} addresses host:port by those of the README */
export function readmeBlock(name, addresses) {
  const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
  const block = new RegExp(`<!-- tried: ${name} -->\\n\`\`\`\\w+\\n([^]*?)\`\`\``).exec(
    readme,
  )?.[1];
  if (block === undefined) throw new Error(`the README has no block “tried: ${name}”`);
  return block.replace(/\b127\.0\.0\.1:\d+/g, (address) => addresses[address] ?? address);
}

/** @returns {object} of a block in YAML */
export const readmeYaml = (name, addresses) => parse(readmeBlock(name, addresses));

/** @param {RegExp} wanted of the comment at a line's end @returns {Record<string, string>} environment variables of the line */
export function readmeVariables(wanted, addresses) {
  for (const line of readmeBlock('services', addresses).split('\n')) {
    const [variables, comment = ''] = line.split(' # ');
    if (wanted.test(comment))
      return Object.fromEntries(variables.split(' ').map((one) => one.split(/=(.*)/s, 2)));
  }
  throw new Error(`the README starts no services for ${wanted}`);
}

/** @returns {{ name: string, metrics?: object, traces?: object }} the one entry of `prodlens.environments` */
export const readmeEnvironment = (addresses) =>
  JSON.parse(`{${readmeBlock('environment', addresses)}}`)['prodlens.environments'][0];
