/**
 * Around `npm run live`: services that its tests started are ended with it; others, and those that
 * another run has its turn with, go on.
 */

import { statusOf } from './running.ts'
import { services } from './services.ts'
import { downIfIdle } from './turn.ts'

const before = new Set<string>()

export async function setup(): Promise<void> {
  for (const service of services) {
    if ((await statusOf(service)).kind !== 'down') before.add(service.name)
  }
}

export async function teardown(): Promise<void> {
  for (const service of services) {
    if (!before.has(service.name)) await downIfIdle(service)
  }
}
