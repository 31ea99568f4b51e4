import assert from 'node:assert/strict';
import { messageShape } from '../../../../src/telemetry/local/core/messageShape.ts';
import { readStack } from '../../../../src/telemetry/local/core/stackTraces.ts';

const parseStack = (stack: string) => readStack(stack).frames;
const first = (stack: string) => parseStack(stack)[0];

describe('stack traces', () => {
  it('of Node: own frames before node_modules and node:', () => {
    const stack = `TypeError: x
    at Object.query (/app/node_modules/pg/lib/client.js:1:2)
    at UsersService.findOne (/app/dist/users/users.service.js:45:16)
    at async UsersController.findOne (file:///app/dist/users/users.controller.js:9:3)
    at /app/src/index.ts:163:49
    at process.processTicks (node:internal/process/task_queues:95:5)`;
    assert.deepEqual(
      parseStack(stack).map(
        (f) => `${f.functionName ?? '-'} ${f.filePath}:${f.line ?? 0}:${f.column ?? 0}`,
      ),
      [
        'UsersService.findOne /app/dist/users/users.service.js:45:16',
        'UsersController.findOne /app/dist/users/users.controller.js:9:3',
        '- /app/src/index.ts:163:49',
        'Object.query /app/node_modules/pg/lib/client.js:1:2',
        'process.processTicks node:internal/process/task_queues:95:5',
      ],
    );
  });

  it('of .NET: the method behind a state machine; frames without a file are none', () => {
    const stack = `System.InvalidOperationException: no stock
   at System.Linq.ThrowHelper.ThrowNoElementsException()
   at Shop.Api.OrdersController.<Get>d__3.MoveNext() in /src/Api/OrdersController.cs:line 21
   at Shop.Api.Stock+Shelf.Take(Int32 id, String name) in C:\\src\\Stock.cs:line 7`;
    assert.deepEqual(
      parseStack(stack).map((f) => `${f.functionName ?? '-'} ${f.filePath}:${f.line ?? 0}`),
      [
        'Shop.Api.OrdersController.Get /src/Api/OrdersController.cs:21',
        'Shop.Api.Stock.Shelf.Take C:\\src\\Stock.cs:7',
      ],
    );
  });

  it('of Ruby, old and new quotes: own frames before gems', () => {
    const stack = `/app/vendor/bundle/ruby/3.3.0/gems/rack-3.1/lib/rack.rb:5:in 'Rack.call': no stock (RuntimeError)
\tfrom /app/app/models/order.rb:12:in 'block in Order#take'
\tfrom /app/app/controllers/orders_controller.rb:5:in \`show'`;
    assert.deepEqual(
      parseStack(stack).map((f) => `${f.functionName ?? '-'} ${f.filePath}:${f.line ?? 0}`),
      [
        'Order#take /app/app/models/order.rb:12',
        'show /app/app/controllers/orders_controller.rb:5',
        'Rack.call /app/vendor/bundle/ruby/3.3.0/gems/rack-3.1/lib/rack.rb:5',
      ],
    );
  });

  it('of Rust and PHP, which are written like those of Node and Java', () => {
    assert.equal(first('   5: shop::show\n             at /app/src/items.rs:28:5')?.line, 28);
    const php = first('Exception: x\n at App.Http.UserController.show(UserController.php:12)');
    assert.deepEqual([php?.filePath, php?.line], ['UserController.php', 12]);
  });

  it('of Next.js: brackets in the path', () => {
    assert.equal(
      first('Error\n    at async o (/a/.next/server/chunks/[root-of-the-server]__0e.js:24:19600)')
        ?.line,
      24,
    );
  });

  it('of Python: the cause, then what it became, innermost own frames first', () => {
    const stack = `Traceback (most recent call last):
  File "/app/first.py", line 1, in cause
    boom()
KeyError: 1

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/usr/lib/python3.12/site-packages/starlette/app.py", line 9, in call
    await app()
  File "/app/routes/items.py", line 42, in read_items
    helper()
    ~~~~~~^^
  File "/app/helpers.py", line 7, in helper
ValueError: x`;
    assert.deepEqual(
      parseStack(stack).map((f) => `${f.functionName ?? ''}:${f.line ?? 0}`),
      ['cause:1', 'helper:7', 'read_items:42', 'call:9'],
    );
  });

  it('of Java: the file gets its package, frameworks come last', () => {
    const stack = `java.lang.IllegalStateException: x
\tat org.springframework.data.domain.PageRequest.of(PageRequest.java:80)
\tat java.base/java.util.Optional.orElseThrow(Optional.java:403)
\tat org.springframework.samples.petclinic.owner.OwnerController.lambda$findOwner$0(OwnerController.java:33)
\tat app//com.shop.Cart.add(Cart.java:12)`;
    const frames = parseStack(stack);
    assert.deepEqual(
      frames.slice(0, 2).map((f) => `${f.filePath}:${f.line ?? 0}`),
      [
        'org/springframework/samples/petclinic/owner/OwnerController.java:33',
        'com/shop/Cart.java:12',
      ],
    );
    assert.equal(frames.length, 4);
  });

  it('of Go: the place follows the function', () => {
    const stack = `goroutine 7 [running]:
runtime.gopanic({0x1, 0x2})
\t/usr/local/go/src/runtime/panic.go:770 +0x132
main.(*server).checkout(0xc0001)
\t/src/app/main.go:57 +0x1d`;
    assert.deepEqual(first(stack), {
      functionName: 'main.(*server).checkout',
      filePath: '/src/app/main.go',
      line: 57,
    });
  });

  it('that are none, or endless, give no frames and no delay', () => {
    assert.deepEqual(parseStack('nothing here'), []);
    assert.deepEqual(parseStack(' at '.repeat(100_000)), []);
    assert.ok(parseStack('    at f (/a.js:1:2)\n'.repeat(10_000)).length <= 20);
  });
});

describe('message shape', () => {
  for (const [message, shape] of [
    ['user 42 not found', 'user <n> not found'],
    ['id 123e4567-e89b-12d3-a456-426614174000 gone', 'id <id> gone'],
    ["can't read 'secret' of undefined", "can't read '…' of undefined"],
    ['at 0xdeadbeef01 and deadbeef1234', 'at <id> and <id>'],
    ['timeout after 1.5s\nmore', 'timeout after <n>s'],
  ] as const)
    it(`of ${message.split('\n')[0] ?? ''}`, () => assert.equal(messageShape(message), shape));
});
