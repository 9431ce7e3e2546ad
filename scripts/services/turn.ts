/**
 * A service for one user at a time: test files that run at once, and some of which kill a broker,
 * take turns. Whoever's turn it is finds it whole.
 */

import { locked, lockedIfFree } from './lock.ts'
import { down, up } from './running.ts'
import type { Service } from './service.ts'
import { lockOf } from './state.ts'

export interface Turn {
  readonly address: string
  /** The next one may begin; the service runs on. */
  end(): void
}

/** Waits as long as others have theirs. */
export function turnWith(service: Service, say: (text: string) => void): Promise<Turn> {
  return new Promise((resolve, reject) => {
    const work = async () => {
      const address = await up(service, say)
      await new Promise<void>(end => resolve({ address, end }))
    }
    locked(turnOf(service), say, work).catch(reject)
  })
}

/** Unless it is somebody's turn. */
export async function downIfIdle(service: Service): Promise<void> {
  await lockedIfFree(turnOf(service), () => down(service, () => {}))
}

function turnOf(service: Service): string {
  return `${lockOf(service)}.turn`
}
