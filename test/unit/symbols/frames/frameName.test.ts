import assert from 'node:assert/strict';
import type { FunctionDecl, FunctionId } from '../../../../src/domain/functionDecl.ts';
import { frameNames, namesAgree } from '../../../../src/symbols/frames/frameName.ts';

const at = { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } };
const decl = (name: string, kind: FunctionDecl['kind'] = 'method'): FunctionDecl => ({
  id: `f#${name}` as FunctionId,
  name,
  kind,
  language: 'x',
  path: '/w/f',
  range: at,
  selectionRange: at,
  declarationLine: 0,
});

describe('names of stack frames', () => {
  for (const [runtime, declared] of [
    ['TeamsService.one', 'TeamsService.one'],
    ['async Object.order', 'order'],
    ['Layer.wrapped [as handle]', 'Layer.wrapped'],
    ['main.(*server).checkout', 'server.checkout'],
    ['example.com/shop/web.order.func1.2', 'order'],
    ['example.com/shop/stock.Take[...]', 'Take'],
    ['com.acme.shop.Orders.lambda$order$0', 'Orders.order'],
    ['com.acme.shop.Orders$order$2$1.invokeSuspend', 'Orders.order'],
    ['com.acme.shop.OrdersKt.order$lambda$0', 'order'],
    ['com.acme.shop.Orders$Line.price', 'Orders.Line.price'],
    ['Shop.Api.OrdersController.<Get>d__3.MoveNext', 'OrdersController.Get'],
    ['Shop.Api.OrdersController.<>c.<Get>b__3_0', 'OrdersController.Get'],
    ['Shop.Api.OrdersController.<Get>g__Local|3_0', 'Local'],
    ['Order#take', 'Order.take'],
    ['App\\Http\\UserController->show', 'UserController.show'],
  ] as const)
    it(`${runtime} is ${declared}`, () => {
      assert.ok(namesAgree(frameNames(runtime), decl(declared)), frameNames(runtime).join());
      assert.ok(!namesAgree(frameNames(runtime), decl('other')));
    });

  for (const runtime of ['new Cart', 'com.acme.Cart.<init>', 'Shop.Cart..ctor'])
    it(`${runtime} is a constructor`, () => {
      assert.ok(namesAgree(frameNames(runtime), decl('Cart.constructor', 'constructor')));
      assert.ok(!namesAgree(frameNames(runtime), decl('Cart.add')));
    });

  it('that are none agree with nothing', () => {
    for (const none of [undefined, '<anonymous>', 'Object.<anonymous>', '<module>', '{closure}'])
      assert.deepEqual(frameNames(none), [], none);
    assert.equal(namesAgree([], decl('x')), false);
  });
});
