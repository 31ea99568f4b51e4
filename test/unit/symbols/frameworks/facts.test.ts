import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readWorkspace } from '../../../../bench/attributionWorkspace.ts';
import { linkFacts, type FileFacts } from '../../../../src/symbols/frameworks/facts.ts';
import { builderWordsOf } from '../../../../src/symbols/frameworks/builderWords.ts';
import { frameworks, vocabularyOf } from '../../../../src/symbols/frameworks/registry.ts';
import { fixtures } from '../../attribution/expectations.ts';

const routesOf = (linked: ReturnType<typeof linkFacts>): string[] =>
  linked.routes.map((r) => `${r.method} ${r.path} ${r.handler.id} ${r.unresolved ?? ''}`).sort();

describe('facts of files', () => {
  for (const fixture of [
    'express',
    'fastapi',
    'fastify',
    'koa',
    'hono',
    'express-classes',
    'nest',
    'spring',
    'spans',
  ])
    it(`of ${fixture} link the same after being written and read as JSON`, async () => {
      const { files } = await readWorkspace(path.join(fixtures, fixture), []);
      const again = new Map(
        [...files].map(([file, indexed]) => [
          file,
          { ...indexed, facts: JSON.parse(JSON.stringify(indexed.facts)) as FileFacts },
        ]),
      );
      const linked = linkFacts(again);
      assert.deepEqual(routesOf(linked), routesOf(linkFacts(files)));
      assert.deepEqual(linked.spans, linkFacts(files).spans);
    });

  it('are the same wherever the content lies', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'prodlens-facts-'));
    try {
      cpSync(path.join(fixtures, 'express'), path.join(folder, 'deep/er'), { recursive: true });
      const here = await readWorkspace(path.join(fixtures, 'express'), []);
      const there = await readWorkspace(folder, []);
      for (const [file, { facts }] of here.files) {
        const moved = file.replace(path.join(fixtures, 'express'), path.join(folder, 'deep/er'));
        assert.deepEqual(there.files.get(moved)?.facts, facts, file);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('follow a changed prefix in another file', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'prodlens-facts-'));
    try {
      cpSync(path.join(fixtures, 'express'), folder, { recursive: true });
      const paths = path.join(folder, 'src/paths.ts');
      writeFileSync(paths, readFileSync(paths, 'utf8').replace("'v1'", "'v9'"));
      const { facts } = await readWorkspace(folder, []);
      assert.ok(facts.routes.some((r) => r.method === 'POST' && r.path === '/api/v9/orders'));
      assert.ok(!facts.routes.some((r) => r.path === '/api/v1/orders'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('of modules that re-export from each other link, and end', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'prodlens-facts-'));
    const files: Record<string, string> = {
      'js/a.js': "export * from './b.js';\nexport { gone } from './b.js';\n",
      'js/b.js':
        "export * from './a.js';\nexport { gone } from './a.js';\nexport const list = () => 1;\n",
      'js/app.js':
        "import express from 'express';\nimport { gone, list } from './a.js';\nconst app = express();\napp.get('/x', gone);\napp.get('/y', list);\n",
      'py/app/__init__.py':
        'from fastapi import FastAPI\nfrom . import books, gone\napp = FastAPI()\napp.include_router(gone.router)\napp.include_router(books.router)\n',
      'py/app/books.py':
        "from fastapi import APIRouter\nrouter = APIRouter()\n@router.get('/books')\ndef read():\n  return []\n",
    };
    try {
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
        writeFileSync(path.join(folder, name), text);
      }
      const { facts } = await readWorkspace(folder, []);
      assert.deepEqual(facts.routes.map((r) => `${r.method} ${r.path} ${r.handler.name}`).sort(), [
        'GET /books read',
        'GET /y list',
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('give an anonymous handler below a computed path a function of its own', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'prodlens-facts-'));
    try {
      writeFileSync(
        path.join(folder, 'app.js'),
        "const app = require('express')();\nconst prefix = '/api';\nfunction routes() {\n  app.get(prefix + '/x', (req, res) => res.end());\n  app.post(`${prefix}/y`, async (req, res) => res.end());\n  cache.get(key, () => load());\n}\nroutes();\n",
      );
      const { facts } = await readWorkspace(folder, []);
      assert.deepEqual(
        facts.routes.map((r) => [r.method, r.path, r.handler.name, r.handler.declarationLine]),
        [
          ['GET', '/api/x', "GET prefix + '/x' handler", 3],
          ['POST', '/api/y', 'POST `${prefix}/y` handler', 4],
        ],
      );
      assert.deepEqual(
        facts.functions.filter((f) => /cache|key/.test(f.name)),
        [],
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('name what could not be read of a path', async () => {
    const { facts } = await readWorkspace(path.join(fixtures, 'express'), []);
    const dynamic = [...facts.routes, ...facts.openRoutes].find((r) => r.path === '/dynamic');
    assert.equal(dynamic?.unresolved, 'prefix');
  });
});

describe('registry of frameworks', () => {
  it('gives each id once, and every pattern a word to look for', () => {
    const ids = frameworks.map((f) => f.id);
    assert.equal(new Set(ids).size, ids.length);
    for (const framework of frameworks) {
      const { members, decorators } = vocabularyOf(framework.family);
      const { pathless } = builderWordsOf(framework.family);
      if (framework.kind !== 'router' && framework.kind !== 'controller') continue;
      const words = framework.kind === 'router' ? framework.verbs : framework.methods;
      for (const word of Object.keys(words))
        assert.ok(
          [members, pathless, decorators].some((set) => set.has(word)),
          `${framework.id}: ${word}`,
        );
    }
  });
});
