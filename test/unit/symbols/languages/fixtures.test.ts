import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { languageOfPath } from '../../../../src/symbols/languages/registry.ts';
import { projectRoot, testPool, withSource } from '../grammars.ts';

// `<declaration line> <first>-<last line> <kind> <name>`, lines as an editor numbers them; `*` marks made-up names.
const expected: Readonly<Record<string, string>> = {
  'OwnerController.java': `
    5 3-48 class OwnerController
    6 6-6 arrow OwnerController.upper
    8 8-10 constructor OwnerController.OwnerController
    14 12-17 method OwnerController.find
    19 19-21 method OwnerController.find~2
    23 23-29 method OwnerController.register
    24 24-24 arrow OwnerController.register.GET /live handler *
    27 26-27 method OwnerController.register.run
    31 31-33 class OwnerController.Visitor
    32 32-32 method OwnerController.Visitor.visit
    35 35-41 class OwnerController.Kind
    38 38-40 method OwnerController.Kind.label
    43 43-47 class OwnerController.Point
    44 44-46 constructor OwnerController.Point.Point
  `,
  'Orders.cs': `
    7 5-36 class OrdersController
    9 9-9 arrow OrdersController._twice
    11 11-11 constructor OrdersController.OrdersController
    16 14-21 method OrdersController.Get
    18 18-18 function OrdersController.Get.Local
    25 25-28 accessor OrdersController.Count
    30 30-30 accessor OrdersController.Title
    32 32-35 class OrdersController.Line
    34 34-34 method OrdersController.Line.Price
    38 38-42 class IOrders
    41 41-41 method IOrders.All
    44 44-47 class Order
    46 46-46 method Order.Upper
    49 49-61 class OrderEndpoints
    51 51-60 method OrderEndpoints.MapOrders
    54 54-54 arrow GET /{id} handler *
    55 55-58 arrow POST / handler *
  `,
  'UserController.php': `
    9 9-9 arrow GET /z handler *
    12 12-16 class UserController
    14 14-14 constructor UserController.__construct
    15 15-15 method UserController.show
    15 15-15 arrow UserController.show.$f
    15 15-15 arrow UserController.show.$g
    17 17-17 function helper
    18 18-18 class T
    18 18-18 method T.a
  `,
  'users_controller.rb': `
    1 1-18 class Admin
    2 2-17 class Admin.UsersController
    5 5-5 method Admin.UsersController.index
    6 6-6 method Admin.UsersController.build
    8 8-8 method Admin.UsersController.inner
    11 11-13 method Admin.UsersController.set
    19 19-19 class Api.V1.Thing
    20 20-22 arrow GET /hello/:name handler *
  `,
  'Service.kt': `
    5 5-5 function topLevel
    7 7-7 function extension
    9 9-24 class Service
    10 10-10 constructor Service.constructor
    13 13-13 method Service.create
    16 16-19 method Service.run
    21 21-23 class Service.Part
    22 22-22 method Service.Part.go
    26 26-28 class Single
    27 27-27 method Single.only
    30 30-32 class Api
    31 31-31 method Api.call
  `,
  'app.py': `
    4 4-8 function plain
    5 5-6 function plain.inner
    13 11-14 function read_user
    17 17-34 class Cart
    18 18-19 constructor Cart.__init__
    22 21-23 accessor Cart.total
    26 25-27 accessor Cart.total~2
    30 29-31 method Cart.load
    33 33-34 class Cart.Line
    34 34-34 method Cart.Line.price
    37 37-37 class Empty
  `,
  'component.jsx': `
    1 1-6 class Page
    2 2-2 arrow Page.onClick
    3 3-5 method Page.render
  `,
  'component.tsx': `
    1 1-7 arrow List
    9 9-11 function default
    13 13-13 arrow after
    13 13-13 arrow late
  `,
  'main.go': `
    5 5-5 function ready
    7 7-19 function main
    8 8-10 function GET /users/{id} handler *
    11 11-11 function GET /orders handler *
    12 12-12 function POST /wrapped handler *
    16 16-16 function main.local
    17 17-17 function main.late
    21 21-23 method Server.Handle
    25 25-25 method Server.String
    27 27-27 function Map
  `,
  'service.rs': `
    5 5-11 function app
    6 6-6 arrow app.answer
    7 7-7 function app.inner
    9 9-9 arrow GET /health handler *
    10 10-10 arrow GET /numbers handler *
    17 14-19 function create
    25 25-36 class Store
    28 28-30 method Store.new
    33 32-35 method Store.find
    38 38-40 class Store~2
    39 39-39 method Store.handle
    42 42-47 class Repository
    44 44-46 method Repository.count
    51 51-51 function admin.users.list
    53 53-55 class admin.Admin
    54 54-54 method admin.Admin.run
    65 65-69 function resources
    66 66-66 arrow GET /orders handler *
    67 67-67 arrow ALL /plain handler *
  `,
  'typescript.ts': `
    5 3-11 function parse
    6 6-6 arrow parse.clean
    7 7-9 function parse.inner
    14 13-43 class UsersController
    16 16-16 arrow UsersController.handler
    17 17-17 arrow UsersController.#count
    19 19-21 constructor UsersController.constructor
    23 23-25 accessor UsersController.size
    27 27-27 accessor UsersController.size~2
    31 29-33 method UsersController.find
    37 35-39 method UsersController.findOne
    41 41-41 method UsersController.quoted name
    42 42-42 method UsersController.[Symbol.iterator]
    45 45-48 class Repository
    47 47-47 method Repository.save
    51 51-51 arrow handlers.create
    52 52-52 method handlers.remove
    53 53-53 function handlers.nested.list
    56 56-60 arrow wrapped
    63 63-63 arrow GET /users/:id handler *
    64 64-64 arrow POST /users middleware *
    64 64-64 arrow POST /users handler *
    67 67-67 arrow GET /orders handler *
    68 68-68 arrow DELETE /orders handler *
    69 69-71 arrow on('message') callback *
    72 72-72 arrow setInterval callback *
    73 73-73 arrow (immediate function) *
    74 74-74 function legacy
    75 75-75 arrow late
    76 76-76 function Router.mount
    77 77-77 arrow default
    79 79-79 function Inner.deep
    81 81-83 class Named
    82 82-82 method Named.run
    86 86-86 arrow Outer.Middle.late
    87 87-89 class Outer.Middle.Store
    88 88-88 method Outer.Middle.Store.take
  `,
  'worker.js': `
    4 4-6 arrow module.exports
    5 5-5 arrow GET /from-factory handler *
    8 8-8 function pages
    10 10-12 function Queue
    11 11-11 function Queue.take
    14 14-16 function Queue.put
    18 18-18 arrow late
    20 20-20 arrow GET /x handler *
    21 21-21 arrow use('/static') callback *
    22 22-24 arrow app.listen callback *
  `,
};

describe('functions of every language', () => {
  const pool = testPool();
  after(() => {
    pool.dispose();
  });

  for (const [name, table] of Object.entries(expected))
    it(name, async () => {
      const text = readFileSync(path.join(projectRoot, 'test/fixtures/symbols', name), 'utf8');
      const language = languageOfPath(name);
      assert.ok(language);
      const rows = await withSource(pool, language, text, (file) => {
        assert.equal(file.root.hasError, false, 'the fixture itself must parse');
        return file.functions.map(
          (f) =>
            `${f.declarationLine + 1} ${f.range.start.line + 1}-${f.range.end.line + 1} ${f.kind} ${f.id.slice('src/file#'.length)}${f.anonymous ? ' *' : ''}`,
        );
      });
      assert.deepEqual(
        rows,
        table
          .trim()
          .split('\n')
          .map((row) => row.trim()),
      );
    });

  it('selects the name, in UTF-16 columns after characters outside the basic plane', async () => {
    const text = readFileSync(
      path.join(projectRoot, 'test/fixtures/symbols/component.tsx'),
      'utf8',
    );
    await withSource(pool, 'typescriptreact', text, (file) => {
      const late = file.functions.find((f) => f.name === 'late');
      assert.ok(late);
      const { start, end } = late.selectionRange;
      assert.equal(text.split('\n')[start.line]?.slice(start.character, end.character), 'late');
    });
  });

  it('finds the function a node is in and the one it declares', async () => {
    await withSource(pool, 'python', 'class A:\n  def f(self):\n    x = 1\ny = 2\n', (file) => {
      const [assignment] = file.root.descendantsOfType('assignment');
      assert.ok(assignment);
      assert.equal(file.enclosing(assignment)?.name, 'A.f');
      const [definition] = file.root.descendantsOfType('function_definition');
      assert.ok(definition);
      assert.equal(file.declaredBy(definition)?.name, 'A.f');
      const outside = file.root.descendantsOfType('assignment').at(-1);
      assert.ok(outside);
      assert.equal(file.enclosing(outside), undefined);
    });
  });

  it('survives nesting that would overflow a recursive walk', async () => {
    const depth = 20_000;
    const text = `const f = () => ${'['.repeat(depth)}${']'.repeat(depth)};\nfunction after() {}\n`;
    const names = await withSource(pool, 'javascript', text, (f) => f.functions.map((x) => x.name));
    assert.deepEqual(names, ['f', 'after']);
    const nested = `${'function f() {'.repeat(500)}${'}'.repeat(500)}`;
    const found = await withSource(pool, 'javascript', nested, (f) => f.functions.length);
    assert.equal(found, 500);
  }).timeout(60_000);
});
