import assert from 'node:assert/strict';
import { milliseconds } from '../../../../src/domain/units.ts';
import { readStack } from '../../../../src/telemetry/local/core/stackTraces.ts';
import { at, child, exception, newCore, request, t0 } from './builders.ts';

const read = (stack: string) => {
  const { frames, thrown, causes } = readStack(stack);
  return { frames: frames.map((f) => `${f.functionName ?? '-'}:${f.line ?? 0}`), thrown, causes };
};

const python = (title: string, ...frames: readonly string[]) => {
  const lines = frames.map((frame) => {
    const [name = '', line = '', text] = frame.split('|');
    const place = `  File "/app/${name}.py", line ${line}, in ${name}\n`;
    return text === undefined ? place : `${place}    ${text}\n`;
  });
  return `Traceback (most recent call last):\n${lines.join('')}${title}\n`;
};
const cause = '\nThe above exception was the direct cause of the following exception:\n\n';
const context = '\nDuring handling of the above exception, another exception occurred:\n\n';

const java = `com.shop.CheckoutFailed: order 7
\tat com.shop.Checkout.pay(Checkout.java:31)
\tat com.shop.Api.post(Api.java:12)
\tSuppressed: java.io.IOException: close
\t\tat com.shop.Connection.close(Connection.java:77)
\t\tat com.shop.Checkout.pay(Checkout.java:33)
\t\t... 1 more
\tCaused by: java.lang.IllegalStateException: twice
\t\tat com.shop.Connection.flush(Connection.java:70)
Caused by: com.shop.CardDeclined: card 12
\tat com.shop.Cards.charge(Cards.java:55)
\tat com.shop.Checkout.pay(Checkout.java:29)
\t... 1 more
Caused by: java.sql.SQLException: deadlock
\tat org.postgresql.Driver.run(Driver.java:9)
\tat com.shop.Ledger.write(Ledger.java:101)
\tat com.shop.Cards.charge(Cards.java:50)
\t... 2 more`.replace('\n\tCaused by: java.lang', '\n\t\tCaused by: java.lang');

describe('causes in stack traces', () => {
  it('of Java: the root cause threw, what was suppressed is no part of it', () => {
    assert.deepEqual(read(java), {
      frames: [
        'com.shop.Ledger.write:101',
        'com.shop.Cards.charge:50',
        'com.shop.Cards.charge:55',
        'com.shop.Checkout.pay:29',
        'com.shop.Checkout.pay:31',
        'com.shop.Api.post:12',
        'org.postgresql.Driver.run:9',
      ],
      thrown: true,
      causes: ['java.sql.SQLException: deadlock', 'com.shop.CardDeclined: card 12'],
    });
  });

  it('of Java: far below what it became', () => {
    const frames = Array.from({ length: 700 }, (_, i) => `\tat org.apache.F.f(F.java:${i + 1})`);
    const deep = `x.Outer\n${frames.join('\n')}\nCaused by: x.Inner\n\tat com.shop.A.b(A.java:3)`;
    assert.equal(read(deep).frames[0], 'com.shop.A.b:3');
    assert.equal(read(deep).thrown, true);
    const endless = `x.Outer\n${[...frames, ...frames, ...frames].join('\n')}\nCaused by: x.Inner`;
    assert.equal(read(endless).thrown, false, 'the root cause was not read');
  });

  it('of Python: the direct cause threw', () => {
    const stack =
      python('KeyError: 7', 'orders|12|stock.take(7)', 'stock|5|self.rows[id]') +
      cause +
      python('shop.OutOfStock: 7', 'api|3|order()', 'orders|14|raise OutOfStock(7) from e');
    assert.deepEqual(read(stack), {
      frames: ['stock:5', 'orders:12', 'orders:14', 'api:3'],
      thrown: true,
      causes: ['KeyError: 7'],
    });
  });

  it('of Python: an exception that was translated is the cause of what it became', () => {
    const stack =
      python('KeyError: 7', 'orders|12|stock.take(7)', 'stock|5|self.rows[id]') +
      context +
      python('shop.OutOfStock: 7', 'api|3|order()', 'orders|14|raise OutOfStock(7)');
    assert.deepEqual(read(stack).frames, ['stock:5', 'orders:12', 'orders:14', 'api:3']);
    assert.equal(read(stack).thrown, true);
  });

  it('of Python: what was handled when something else failed is no cause', () => {
    const handled = python('KeyError: 7', 'orders|12|cache[7]');
    for (const last of ['orders|14|1 / 0', 'fallback|2|raise ValueError()'])
      assert.deepEqual(
        read(handled + context + python('E: x', 'api|3|order()', last)),
        {
          frames: [last.split('|').slice(0, 2).join(':'), 'api:3'],
          thrown: true,
          causes: [],
        },
        last,
      );
  });

  it('of Python: whether it was translated can’t be told without the program’s text', () => {
    const stack =
      python('KeyError: 7', 'orders|12', 'stock|5') +
      context +
      python('E: x', 'api|3', 'orders|14');
    assert.deepEqual(read(stack), { frames: ['orders:14', 'api:3'], thrown: false, causes: [] });
  });

  const group = (members: number): string =>
    `  + Exception Group Traceback (most recent call last):
  |   File "/app/api.py", line 38, in api
  |     gather()
  |   File "/app/gather.py", line 35, in gather
  |     raise ExceptionGroup("g", errs)
  | ExceptionGroup: g (${members} sub-exceptions)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "/app/gather.py", line 33, in gather
    |     take({}, 7)
    |   File "/app/stock.py", line 3, in take
    |     return rows[id]
    |            ~~~~^^^^
    | KeyError: 7
${
  members === 1
    ? ''
    : `    +---------------- 2 ----------------
    | Traceback (most recent call last):
    |   File "/app/gather.py", line 34, in gather
    |     other()
    | ValueError
`
}    +------------------------------------
`;

  it('of Python: the only exception of a group threw, of several none', () => {
    assert.deepEqual(read(group(1)), {
      frames: ['take:3', 'gather:33', 'gather:35', 'api:38'],
      thrown: true,
      causes: ['KeyError: 7'],
    });
    assert.deepEqual(read(group(2)), {
      frames: ['gather:35', 'api:38'],
      thrown: false,
      causes: [],
    });
    const wrapped = group(1) + cause + python('E: x', 'api|3|run()', 'run|9|raise E() from group');
    assert.deepEqual(read(wrapped), { frames: ['run:9', 'api:3'], thrown: false, causes: [] });
  });

  it('of .NET: frames of the cause come first by themselves', () => {
    const stack = `Shop.CheckoutFailed: order 7
 ---> Shop.CardDeclined: card 12
   at Shop.Cards.Charge() in /src/Cards.cs:line 55
   at Shop.Checkout.Pay() in /src/Checkout.cs:line 29
   --- End of inner exception stack trace ---
   at Shop.Checkout.Pay() in /src/Checkout.cs:line 31
 ---> (Inner Exception #1) Shop.Other: y
   at Shop.Other.Run() in /src/Other.cs:line 4<---`;
    assert.deepEqual(read(stack), {
      frames: ['Shop.Cards.Charge:55', 'Shop.Checkout.Pay:29', 'Shop.Checkout.Pay:31'],
      thrown: true,
      causes: ['Shop.CardDeclined: card 12'],
    });
  });

  it('of Ruby: each with its whole backtrace, methods of Ruby itself at the line that called them', () => {
    const stack = `/app/orders.rb:14:in 'Orders#place': order 7 (Shop::OutOfStock)
\tfrom /app/api.rb:3:in 'Api#post'
/app/stock.rb:5:in 'Hash#fetch': key not found: 7 (KeyError)
\tfrom /app/stock.rb:5:in 'Stock#take'
\tfrom /app/orders.rb:12:in 'Orders#place'
\tfrom /app/api.rb:3:in 'Api#post'`;
    assert.deepEqual(read(stack), {
      frames: ['Stock#take:5', 'Orders#place:12', 'Api#post:3', 'Orders#place:14'],
      thrown: true,
      causes: ['KeyError: key not found: 7'],
    });
  });

  it('recorded by spans of their own are one exception with what they became', () => {
    const root = 'java.sql.SQLException';
    const core = newCore();
    const entry = request('/a', {
      code: 500,
      events: [exception('com.shop.CheckoutFailed', 'order 7', java)],
    });
    const inner = child(entry, {
      name: 'charge',
      status: 'error',
      events: [
        exception(
          root,
          'deadlock',
          `${root}: deadlock\n\tat com.shop.Ledger.write(Ledger.java:101)`,
        ),
        exception('com.shop.CardDeclined', 'card 12', java.slice(java.indexOf('com.shop.CardDec'))),
        exception('com.shop.Other', 'beside', 'com.shop.Other\n\tat com.shop.Z.z(Z.java:1)'),
      ],
    });
    core.spans([entry, inner], t0);
    core.settle(t0);
    const { services, stacks } = core.exceptions(
      { window: milliseconds(3_600_000), known: [] },
      at(0),
    );
    assert.deepEqual(
      services.flatMap((s) => s.exceptions.map((e) => [e.type, e.count])),
      [
        [root, 1],
        ['com.shop.Other', 1],
      ],
    );
    const of = services[0]?.exceptions[0]?.stack;
    assert.deepEqual(stacks.find(({ id }) => id === of)?.frames.length, 7, 'the way to the top');
  });
});
