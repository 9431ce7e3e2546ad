/**
 * A service for one user at a time: test files that run at once, and some of which kill a broker,
 * take turns. Whoever's turn it is finds it whole.
 */

import { whenAskedToEnd } from './ending.ts'
import { locked, lockedIfFree } from './lock.ts'
import { startAll } from './one.ts'
import { down, statusOf, up } from './running.ts'
import type { Service } from './service.ts'
import { lockOf } from './state.ts'

export interface Turn {
  readonly address: string
  /** The next one may begin; the service runs on. */
  end(): void
  /** The same, with the service as it was before: all of it, or nothing. */
  putBack(): Promise<void>
}

const quiet = () => {}

/** Waits as long as others have theirs. Asked to end by a signal, this process puts it back. */
export function turnWith(service: Service, say: (text: string) => void): Promise<Turn> {
  return new Promise((resolve, reject) => {
    const work = async () => {
      const wasDown = (await statusOf(service)).kind === 'down'
      const restore = async () => {
        if (wasDown) await down(service, quiet)
        else await startAll(service)
      }
      const ending = whenAskedToEnd(restore)
      try {
        const address = await up(service, say)
        await new Promise<void>(end => {
          resolve({ address, end, putBack: () => restore().finally(end) })
        })
      } finally {
        ending.takeBack()
      }
    }
    locked(turnOf(service), say, work).catch(reject)
  })
}

/** Unless it is somebody's turn. */
export async function downIfIdle(service: Service): Promise<void> {
  await lockedIfFree(turnOf(service), () => down(service, quiet))
}

function turnOf(service: Service): string {
  return `${lockOf(service)}.turn`
}
