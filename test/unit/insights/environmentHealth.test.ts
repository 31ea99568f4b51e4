import assert from 'node:assert/strict';
import type { ServiceState } from '../../../src/domain/release.ts';
import { serviceKey } from '../../../src/domain/service.ts';
import { unixMillis } from '../../../src/domain/units.ts';
import { healthOf } from '../../../src/insights/environmentHealth.ts';

describe('the health of an environment', () => {
  const own = {
    name: 'shop',
    production: true,
    window: '1h',
    health: 'ok',
    detail: 'Prometheus answers.',
  } as const;
  const [orders, stock] = [serviceKey('orders'), serviceKey('stock')];
  const state = (service: ServiceState['service'], problem?: string): ServiceState => ({
    service,
    alive: true,
    lastSeen: unixMillis(1),
    releases: [],
    warnings: [],
    source: 'span metrics',
    ...(problem === undefined ? {} : { problem }),
  });
  const told = (services: readonly ServiceState[], inSight: readonly ServiceState['service'][]) => {
    const { health, detail } = healthOf(own, services, undefined, new Set(inSight));
    return [health, detail];
  };

  it('suffers from the problem of a service in sight, not from one that nobody looks at', () => {
    const services = [state(orders), state(stock, 'Several environments.')];
    assert.deepEqual(told(services, [stock]), ['degraded', 'Several environments.']);
    assert.deepEqual(told(services, [orders]), ['ok', own.detail]);
    assert.deepEqual(told(services, []), ['ok', own.detail]);
  });

  it('suffers where all services have a problem, whatever is in sight', () => {
    const services = [state(orders, 'Several environments.'), state(stock, 'Another.')];
    assert.deepEqual(told(services, []), ['degraded', 'Several environments.']);
    assert.deepEqual(told([], []), ['ok', own.detail]);
  });
});
