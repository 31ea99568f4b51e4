import assert from 'node:assert/strict';
import { createAttributor } from '../../../src/attribution/attributor.ts';
import type { FunctionDecl, FunctionId } from '../../../src/domain/functionDecl.ts';
import type { CodeLocation, OperationId } from '../../../src/domain/operation.ts';
import { serviceKey } from '../../../src/domain/service.ts';
import { noFacts } from './noFacts.ts';

const place = { line: 0, character: 0 };
const range = { start: place, end: place };
const decl = (name: string, count: number): FunctionDecl =>
  ({
    id: `src/shelf.php#${name}${count}` as FunctionId,
    name,
    path: '/w/src/shelf.php',
    language: 'php',
    kind: 'method',
    range,
    nameRange: range,
    declarationLine: count,
    anonymous: false,
  }) as unknown as FunctionDecl;

describe('lines of code attributes', () => {
  const asked: string[] = [];
  const explained = (functionName: string | undefined): string => {
    asked.length = 0;
    const code: CodeLocation = {
      filePath: '/srv/src/shelf.php',
      line: 7,
      release: '1',
      ...(functionName !== undefined && { functionName }),
    };
    return createAttributor({
      ...noFacts,
      functions: [decl('Shelf.take', 1), decl('Shelf.put', 2), decl('Box.put', 3)],
      atLineOf: (path) => {
        asked.push(path);
        return undefined;
      },
    }).attribute({
      id: 'x' as OperationId,
      service: serviceKey('shop'),
      source: 'span',
      kind: 'internal',
      name: 'x',
      scope: 's',
      code,
    }).explanation;
  };

  it('have a release’s source read only where they decide', () => {
    assert.match(explained('Shelf.take'), /code\.function\.name is Shelf\.take$/);
    assert.deepEqual(asked, []);
    assert.match(explained('missing'), /no function there is called missing/);
    assert.deepEqual(asked, []);
    assert.match(explained('put'), /line 7 can't tell: the source of release 1 isn't known/);
    assert.deepEqual(asked, ['/w/src/shelf.php']);
    explained(undefined);
    assert.deepEqual(asked, ['/w/src/shelf.php']);
  });
});
